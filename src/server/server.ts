import type { ServerHttp2Session } from 'node:http2'
import type { Socket } from 'node:net'
import type { Clock } from '../base/clock.ts'
import type { Logger } from '../base/logger.ts'
import type { Random } from '../base/random.ts'
import type { Config } from '../config.ts'
import type { BrokerEntrance } from '../services/kafka/broker-entrance.ts'
import type { Service } from '../wire/operation.ts'
import type { Wire } from '../wire/request.ts'
import { createAnswer } from './answer.ts'
import { createAuthenticator } from './authenticate.ts'
import { createChain } from './chain.ts'
import type { Credentials } from './credentials.ts'
import { createHttp1 } from './http1.ts'
import { createHttp2 } from './http2.ts'
import { serverLimits } from './limits.ts'
import { listenOn } from './listen-on.ts'
import type { PrometheusMetrics } from './metrics.ts'
import { createMux } from './mux.ts'
import type { ResetTarget, ScrubPage } from './own-pages.ts'
import { createOwnPages } from './own-pages.ts'
import { abortPassage } from './passage.ts'

export interface ServerDeps {
  readonly config: Pick<
    Config,
    | 'auth'
    | 'bodyMax'
    | 'connectionsMax'
    | 'drainTimeout'
    | 'headerTimeout'
    | 'host'
    | 'idleTimeout'
    | 'region'
  >
  /** Version of Headrace, for the health page. */
  readonly version: string
  /** PEM texts; absent: TLS is not spoken. */
  readonly tls?: { readonly cert: string; readonly key: string }
  readonly wire: Wire
  readonly services: ReadonlyArray<Service>
  readonly credentials: Credentials
  /** For the health page; absent: there is no broker. */
  readonly broker?: Pick<BrokerEntrance, 'address'>
  /** Empties an account, or everything; resolves when it is durable. */
  readonly reset: (target: ResetTarget) => Promise<void>
  /** Verifies a page of the objects of an account. */
  readonly scrub: (accountId: string, after?: string) => Promise<ScrubPage>
  readonly metrics: PrometheusMetrics
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
}

/** The listener: all AWS APIs and the pages of Headrace itself, on one TCP port. */
export interface Server {
  /** Port 0 picks a free one. Rejects with Node's error (`EADDRINUSE`, …). */
  listen(port: number, host: string): Promise<{ readonly port: number }>
  /**
   * Accepts no more connections, lets the requests under way finish for up to `drainTimeout`, then
   * aborts and cuts what is left. Resolves when every connection is closed.
   */
  drain(): Promise<void>
}

export function createServer(deps: ServerDeps): Server {
  const { config, clock, metrics } = deps
  let draining = false
  const isDraining = () => draining
  const sockets = new Set<Socket>()
  const silent = new Set<Socket>()
  const sessions = new Set<ServerHttp2Session>()
  const authenticator = createAuthenticator(deps)
  const ownPages = createOwnPages({ ...deps, authenticator, draining: isDraining })
  const answer = createAnswer({ ...deps, authenticator, ownPages })
  const chain = createChain({ ...deps, answer })
  const http = {
    headerTimeoutMs: config.headerTimeout,
    idleTimeoutMs: config.idleTimeout,
    draining: isDraining,
    handle: chain.handle,
  }
  const http1 = createHttp1(http)
  const http2 = createHttp2(http, sessions)

  function onConnection(socket: Socket): void {
    sockets.add(socket)
    metrics.record('headrace_connections', {}, sockets.size)
    socket.once('close', () => {
      sockets.delete(socket)
      metrics.record('headrace_connections', {}, sockets.size)
    })
  }

  const listener = createMux({
    http1,
    http2,
    tls: deps.tls,
    connectionsMax: config.connectionsMax,
    firstByteTimeoutMs: config.headerTimeout,
    silent,
    onConnection,
  })

  /** True when no connection was left within the time. */
  async function emptyWithin(ms: number, closed: Promise<void>): Promise<boolean> {
    const stop = new AbortController()
    const waited = clock.sleep(ms, stop.signal).then(() => false)
    const done = await Promise.race([closed.then(() => true), waited])
    stop.abort()
    return done
  }

  return {
    listen: (port, host) => listenOn(listener, port, host, deps.log),
    async drain() {
      draining = true
      const closed = new Promise<void>((resolve) => listener.close(() => resolve()))
      http1.closeIdleConnections()
      http1.close()
      for (const session of sessions) session.close()
      for (const request of chain.active) if (request.endless) abortPassage(request)
      for (const socket of silent) socket.destroy()
      if (await emptyWithin(config.drainTimeout, closed)) return
      for (const request of chain.active) abortPassage(request)
      if (await emptyWithin(serverLimits.abortGraceMs, closed)) return
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}
