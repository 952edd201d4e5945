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
import type { Broker } from './server/kafka/broker.ts'
import { brokerHost, checkBrokerConfig, createBroker } from './server/kafka/broker.ts'
import type { Keys } from './server/keys.ts'
import { createKeys } from './server/keys.ts'
import { createLogger } from './server/logger.ts'
import type { PrometheusMetrics } from './server/metrics.ts'
import { createMetrics } from './server/metrics.ts'
import { createOwnCalls } from './server/own-calls.ts'
import { createServer } from './server/server.ts'
import type { Services } from './services.ts'
import { createServices } from './services.ts'
import { createKafkaCodec } from './wire/kafka/frames.ts'
import { openWire } from './wire/wire.ts'

export interface App {
  /** Base URL under which everything is served. */
  readonly endpoint: string
  /** `host:port` of the broker of Kafka's protocol; undefined while it does not listen. */
  kafkaAddress(): string | undefined
  readonly serviceNames: ReadonlyArray<string>
  /** Drains: requests under way are answered, loops come to rest, engines close. */
  stop(): Promise<void>
}

export interface AppOptions {
  readonly config: Config
  readonly version: string
  readonly distDirectory: string
  readonly environment: Readonly<Record<string, string | undefined>>
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

async function serve(options: ServeOptions, open: Opened[]): Promise<App> {
  const { config, engines, log } = options
  const keys = createKeys({ ...options, meta: engines.meta })
  await checkExposure(config, keys)
  checkBrokerConfig(config)
  const made = await createServices({ ...options, keys })
  const { services, sessions, kafka } = made
  const tls = config.tls ? await readTls(config) : undefined
  const broker = openBroker({ ...options, keys, made, tls })
  const wire = openWire({
    modelsDirectory: `${options.distDirectory}/models`,
    serviceNames: services.map(({ name }) => name),
  })
  const server = createServer({
    ...options,
    ...(tls && { tls }),
    wire,
    services,
    credentials: createCredentials({ config, keys, sessions }),
    reset: made.reset,
    unsignedPages: made.unsignedPages,
    scrub: made.scrub,
    broker,
  })
  open.unshift({ close: () => broker.drain() })
  if (config.kafka === 'on') await broker.ensureStarted()
  const { port } = await server.listen(config.port, config.host)
  const endpoint = `${config.tls ? 'https' : 'http'}://${urlHost(config.host)}:${port}`
  made.setEndpoint(endpoint)
  made.setOwnCalls(createOwnCalls({ ...options, wire, services, endpoint }))
  const stopping = createAbort()
  const startable = [...services, ...(kafka.service ? [kafka.service] : [])]
  const running = startable.map((service) => service.start?.(stopping.signal))
  return {
    endpoint,
    kafkaAddress() {
      const address = broker.address()
      return address && `${address.host}:${address.port}`
    },
    serviceNames: services.map(({ name }) => name),
    async stop() {
      await Promise.all([server.drain(), broker.drain()])
      stopping.abort()
      await atRest(running, log)
      await closeAll(open)
    },
  }
}

function openBroker(
  options: ServeOptions & {
    readonly keys: Keys
    readonly made: Services
    readonly tls: Tls | undefined
  },
): Broker {
  const { config, keys, made } = options
  const { sessions, kafka, setBroker } = made
  const { account } = config
  const broker = createBroker({
    ...options,
    ...kafka,
    credentials: createCredentials({
      config: { account, host: brokerHost(config) },
      keys,
      sessions,
    }),
    codec: createKafkaCodec(),
  })
  setBroker(broker)
  return broker
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

interface Tls {
  readonly cert: string
  readonly key: string
  /** Of the authorities whose certificates Kafka clients may show. */
  readonly clientCa: string | undefined
}

async function readTls({ tlsCert, tlsKey, kafkaClientCa }: Config): Promise<Tls> {
  const [cert, key, clientCa] = await Promise.all([
    readFile(tlsCert, 'utf8'),
    readFile(tlsKey, 'utf8'),
    kafkaClientCa === '' ? undefined : readFile(kafkaClientCa, 'utf8'),
  ])
  return { cert, key, clientCa }
}

/** An address that a client on this machine can use in a URL. */
function urlHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1'
  return host.includes(':') ? `[${host}]` : host
}
