import type { IncomingHttpHeaders } from 'node:http'
import { request } from 'node:http'
import { systemClock } from '../../src/base/clock.ts'
import type { Logger } from '../../src/base/logger.ts'
import { silentLogger } from '../../src/base/logger.ts'
import { systemRandom } from '../../src/base/random.ts'
import type { Config } from '../../src/config.ts'
import { readConfig } from '../../src/config.ts'
import { createCredentials } from '../../src/server/credentials.ts'
import { createKeys } from '../../src/server/keys.ts'
import { createMetrics } from '../../src/server/metrics.ts'
import type { ResetTarget } from '../../src/server/own-pages.ts'
import { createServer } from '../../src/server/server.ts'
import { createSessions } from '../../src/services/sts/sessions.ts'
import type { RequestContext, Service } from '../../src/wire/operation.ts'
import type { Wire } from '../../src/wire/request.ts'
import { fakeWire } from './fake-wire.ts'
import { createMemoryMeta } from './memory-meta.ts'

export type FakeRun = (input: never, context: RequestContext) => Promise<unknown>

/** A listening server over a fake wire and the given operations: `{ s3: { PutObject } }`. */
export async function startTestServer(options: {
  readonly operations: Readonly<Record<string, Readonly<Record<string, FakeRun>>>>
  readonly refuses?: ReadonlyArray<string>
  readonly config?: Partial<Config>
  readonly tls?: { readonly cert: string; readonly key: string }
  readonly wire?: Wire
  readonly log?: Logger
}) {
  const config = { ...readConfig([]), ...options.config }
  const clock = systemClock
  const random = systemRandom
  const meta = createMemoryMeta()
  const keys = createKeys({ meta, clock, random })
  const sessions = createSessions({ rootSecret: 'root', clock, random })
  const resets: ResetTarget[] = []
  const scrubs: Array<readonly [string, string | undefined]> = []
  const services = Object.entries(options.operations).map(
    ([name, runs]): Service => ({
      name,
      operations: new Map(
        Object.entries(runs).map(([operation, run]) => [
          operation,
          {
            name: operation,
            refuses: options.refuses ?? [],
            keepsNoInput: false,
            run: (input: unknown, context: RequestContext) => run(input as never, context),
          },
        ]),
      ),
    }),
  )
  const server = createServer({
    config,
    version: '0.0.0-test',
    ...(options.tls && { tls: options.tls }),
    wire: options.wire ?? fakeWire,
    services,
    credentials: createCredentials({ config, keys, sessions }),
    reset: async (target) => void resets.push(target),
    async scrub(accountId, after) {
      scrubs.push([accountId, after])
      return { objects: 0, bytes: 0, uncheckedBytes: 0, damaged: [] }
    },
    metrics: createMetrics(),
    clock,
    random,
    log: options.log ?? silentLogger,
  })
  const { port } = await server.listen(0, '127.0.0.1')
  return { port, host: `127.0.0.1:${port}`, server, keys, sessions, resets, scrubs }
}

export type TestServer = Awaited<ReturnType<typeof startTestServer>>

/** Sends exactly these headers (node adds only `connection` and, for a body, its length). */
export function send(
  { port }: TestServer,
  message: {
    readonly method: string
    readonly target: string
    readonly headers: Readonly<Record<string, string>>
    readonly body?: string | Uint8Array
  },
): Promise<{ status: number; headers: IncomingHttpHeaders; text: string }> {
  const { method, target, headers, body } = message
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, method, path: target, headers, agent: false }
    const outgoing = request(options, (response) => {
      let text = ''
      response.on('data', (bytes) => {
        text += bytes
      })
      response.on('error', reject)
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text })
      })
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}
