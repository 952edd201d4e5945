import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { createAbort, createChildAbort } from '../../base/child-abort.ts'
import type { Clock } from '../../base/clock.ts'
import type { Logger } from '../../base/logger.ts'
import type { Metrics } from '../../base/metrics.ts'
import type { Random } from '../../base/random.ts'
import type { Scope } from '../../base/scope.ts'
import { listenOn } from '../listen-on.ts'
import { certificatePrincipal } from './certificate-principal.ts'
import { Channel } from './channel.ts'
import type { Caller, ConversationDeps } from './conversation.ts'
import { ANONYMOUS, Conversation } from './conversation.ts'
import type { DoorDeps } from './door.ts'
import { createDoor } from './door.ts'
import { kafkaLimits } from './limits.ts'
import { createMemoryBudget } from './memory-budget.ts'
import type { SaslIdentity } from './sasl/exchange.ts'

export interface KafkaListenerDeps
  extends ConversationDeps,
    Pick<DoorDeps, 'tls' | 'connectionsMax' | 'loginTimeoutMs'> {
  /** Everybody who connects may be trusted to be on this machine. */
  readonly isLocal: boolean
  readonly needsLogin: boolean
  /** What clients are told of where the broker is; what is absent, is where they came to. */
  readonly advertised: { readonly host?: string; readonly port?: number }
  /** Of those who come without a login or by a certificate. */
  readonly defaultScope: Scope
  /** Time for which a client may be silent in the middle of something. */
  readonly idleTimeoutMs: number
  readonly drainTimeoutMs: number
  readonly clock: Clock
  readonly random: Random
  readonly metrics: Metrics
  readonly log: Logger
}

/** The listener of Kafka's protocol: plain and TLS on one TCP port, told apart by the first byte. */
export interface KafkaListener {
  /** Port 0 picks a free one. Rejects with Node's error (`EADDRINUSE`, …). */
  listen(port: number, host: string): Promise<{ readonly port: number }>
  /**
   * Accepts no more connections, lets the requests under way finish, and cuts what is left after the
   * time for it. Resolves when every connection is closed.
   */
  drain(): Promise<void>
}

export function createKafkaListener(deps: KafkaListenerDeps): KafkaListener {
  const { metrics, log, clock } = deps
  const budget = createMemoryBudget(kafkaLimits.heldBytesMax)
  const opened = new Set<Channel>()
  const draining = createAbort()

  function refuse(socket: Socket, reason: string, fields: object, message: string): void {
    metrics.record('headrace_kafka_refused_connections_total', { reason }, 1)
    log.warn({ client: addressOf(socket.remoteAddress), ...fields }, message)
    socket.destroy()
  }

  function open(socket: Socket, isSecure: boolean, identity: SaslIdentity | undefined): void {
    const gone = createAbort()
    const ending = createChildAbort(draining.signal)
    const caller = callerOf(socket, isSecure, identity, deps)
    const conversation = new Conversation(deps, {
      ...caller,
      gone: gone.signal,
      signal: ending.signal,
    })
    const channel = new Channel({
      socket,
      budget,
      clock,
      signal: gone.signal,
      frameSizeMax: () => conversation.frameSizeMax(),
      serve(frame) {
        metrics.record('headrace_kafka_received_bytes_total', {}, frame.length)
        return conversation.serve(frame)
      },
      onMalformed: (error) =>
        refuse(
          socket,
          'malformed',
          { err: error },
          'a client does not speak the protocol of Kafka',
        ),
      onSent: (bytes) => metrics.record('headrace_kafka_sent_bytes_total', {}, bytes),
    })
    opened.add(channel)
    socket.once('close', () => {
      opened.delete(channel)
      gone.abort()
      ending.end()
    })
    endWhenIdle(socket, deps, channel)
    conversation.begin().then(
      () => {
        void expectLogin(socket, deps, conversation, gone.signal)
        channel.open()
        if (draining.signal.aborted) channel.finish()
      },
      (error) =>
        refuse(socket, 'unavailable', { err: error }, 'a Kafka client could not be let in'),
    )
  }

  const door = createDoor({
    ...deps,
    onCount: (connections) => metrics.record('headrace_kafka_connections', {}, connections),
    onPlain: (socket) => open(socket, false, plainIdentity(deps)),
    onUnspoken: (socket) =>
      refuse(socket, 'tls', {}, 'a Kafka client speaks TLS, and the server has no certificate'),
    onSecure(socket) {
      const identity = secureIdentity(socket, deps)
      if (identity !== 'refused') return open(socket, true, identity)
      const problem = { err: socket.authorizationError }
      refuse(socket, 'certificate', problem, 'a Kafka client has a certificate of strangers')
    },
  })

  return {
    listen: (port, host) => listenOn(door.server, port, host, log),
    async drain() {
      const closed = new Promise<void>((resolve) => door.server.close(() => resolve()))
      draining.abort()
      door.endSilent()
      for (const channel of opened) channel.finish()
      const stop = createAbort()
      await Promise.race([closed, clock.sleep(deps.drainTimeoutMs, stop.signal)])
      stop.abort()
      door.endAll()
      await closed
    },
  }
}

function callerOf(
  socket: Socket,
  isSecure: boolean,
  identity: SaslIdentity | undefined,
  deps: KafkaListenerDeps,
): Omit<Caller, 'gone' | 'signal'> {
  const clientAddress = addressOf(socket.remoteAddress)
  return {
    id: deps.random.uuid(),
    clientAddress,
    advertised: advertisedTo(socket, deps),
    isPrivate: isSecure || deps.isLocal,
    isEncrypted: isSecure,
    identity,
    log: deps.log.child({ client: clientAddress }),
  }
}

/** Cuts a connection that has not logged in when it is time. */
async function expectLogin(
  socket: Socket,
  { loginTimeoutMs, clock }: KafkaListenerDeps,
  conversation: Conversation,
  gone: AbortSignal,
): Promise<void> {
  if (conversation.mayStay()) return
  await clock.sleep(loginTimeoutMs, gone)
  if (!conversation.mayStay()) socket.destroy()
}

/** Cuts a connection whose client owes something for too long, or that nobody uses. */
function endWhenIdle(
  socket: Socket,
  { idleTimeoutMs, clock }: KafkaListenerDeps,
  channel: Channel,
): void {
  socket.setTimeout(idleTimeoutMs)
  socket.on('timeout', () => {
    const isUnused =
      !channel.isServing() && clock.monotonicMs() - channel.usedMs() >= kafkaLimits.idleMs
    if (isUnused || channel.isStalled()) socket.destroy()
    else socket.setTimeout(idleTimeoutMs)
  })
}

function plainIdentity({ needsLogin, defaultScope }: KafkaListenerDeps): SaslIdentity | undefined {
  return needsLogin ? undefined : { principal: ANONYMOUS, scope: defaultScope }
}

function secureIdentity(
  socket: TLSSocket,
  deps: KafkaListenerDeps,
): SaslIdentity | undefined | 'refused' {
  const certificate = deps.tls?.clientCa === undefined ? undefined : socket.getPeerX509Certificate()
  if (!certificate) return plainIdentity(deps)
  if (!socket.authorized) return 'refused'
  return { principal: certificatePrincipal(certificate), scope: deps.defaultScope }
}

function advertisedTo(socket: Socket, { advertised }: KafkaListenerDeps): Caller['advertised'] {
  const named = (socket as Partial<Pick<TLSSocket, 'servername'>>).servername
  return {
    host: advertised.host ?? (named || addressOf(socket.localAddress)),
    port: advertised.port ?? socket.localPort ?? 0,
  }
}

/** An IPv4 address as such also where the socket speaks both. */
function addressOf(address: string | undefined): string {
  return (address ?? '').replace(/^::ffff:/i, '')
}
