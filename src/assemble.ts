import { readFile } from 'node:fs/promises'
import { createAbort } from './base/child-abort.ts'
import type { Clock } from './base/clock.ts'
import type { Logger } from './base/logger.ts'
import type { Random } from './base/random.ts'
import type { Config } from './config.ts'
import { lockDataDirectory } from './engines/data-directory.ts'
import type { Engines } from './open-engines.ts'
import { checkEngineUrls, openEngines } from './open-engines.ts'
import { checkExposure, createCredentials } from './server/credentials.ts'
import { createKeys } from './server/keys.ts'
import { createLogger } from './server/logger.ts'
import type { PrometheusMetrics } from './server/metrics.ts'
import { createMetrics } from './server/metrics.ts'
import { createServer } from './server/server.ts'
import { createServices } from './services.ts'
import { openWire } from './wire/wire.ts'

export interface App {
  /** Base URL under which everything is served. */
  readonly endpoint: string
  readonly serviceNames: ReadonlyArray<string>
  /** Drains: requests under way are answered, loops come to rest, engines close. */
  stop(): Promise<void>
}

export interface AppOptions {
  readonly config: Config
  readonly version: string
  readonly distDirectory: string
  readonly searchPath: string
  readonly clock: Clock
  readonly random: Random
}

/**
 * The whole house: lock, engines, services, listener. Listening when resolved; when it cannot be put
 * together, nothing of it is left open.
 */
export async function assemble(options: AppOptions): Promise<App> {
  const { config, random } = options
  checkEngineUrls(config)
  const log = createLogger(config.logLevel)
  const metrics = createMetrics()
  const lock = await lockDataDirectory(config.dataDir, { random })
  const open: Opened[] = [{ close: () => lock.release() }]
  try {
    const engines = await openEngines({ ...options, log, metrics })
    open.unshift(engines)
    return await serve({ ...options, log, metrics, engines }, open)
  } catch (error) {
    await closeAll(open)
    throw error
  }
}

interface Opened {
  close(): Promise<void>
}

interface ServeOptions extends AppOptions {
  readonly engines: Engines
  readonly log: Logger
  readonly metrics: PrometheusMetrics
}

async function serve(options: ServeOptions, open: ReadonlyArray<Opened>): Promise<App> {
  const { config, engines, log } = options
  const keys = createKeys({ ...options, meta: engines.meta })
  await checkExposure(config, keys)
  const { services, sessions, setEndpoint, reset } = await createServices({ ...options, keys })
  const server = createServer({
    ...options,
    ...(config.tls && { tls: await readTls(config) }),
    wire: openWire({
      modelsDirectory: `${options.distDirectory}/models`,
      serviceNames: services.map(({ name }) => name),
    }),
    services,
    credentials: createCredentials({ config, keys, sessions }),
    reset,
  })
  const { port } = await server.listen(config.port, config.host)
  const endpoint = `${config.tls ? 'https' : 'http'}://${urlHost(config.host)}:${port}`
  setEndpoint(endpoint)
  const stopping = createAbort()
  const running = services.map((service) => service.start?.(stopping.signal))
  return {
    endpoint,
    serviceNames: services.map(({ name }) => name),
    async stop() {
      await server.drain()
      stopping.abort()
      await atRest(running, log)
      await closeAll(open)
    },
  }
}

async function closeAll(open: ReadonlyArray<Opened>): Promise<void> {
  for (const one of open) await one.close()
}

async function atRest(running: ReadonlyArray<Promise<void> | undefined>, log: Logger) {
  for (const outcome of await Promise.allSettled(running)) {
    if (outcome.status === 'rejected') {
      log.error({ err: outcome.reason }, 'a background loop ended with an error')
    }
  }
}

async function readTls(config: Config): Promise<{ cert: string; key: string }> {
  const [cert, key] = await Promise.all([
    readFile(config.tlsCert, 'utf8'),
    readFile(config.tlsKey, 'utf8'),
  ])
  return { cert, key }
}

/** An address that a client on this machine can use in a URL. */
function urlHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1'
  return host.includes(':') ? `[${host}]` : host
}
