import type { Clock } from '../../base/clock.ts'
import { hasErrorCode } from '../../base/errors.ts'
import type { Logger } from '../../base/logger.ts'
import type { Metrics } from '../../base/metrics.ts'
import type { Random } from '../../base/random.ts'
import type { Config } from '../../config.ts'
import { ConfigError } from '../../config.ts'
import type { Access } from '../../services/kafka/access/access.ts'
import type { BrokerAddress, BrokerEntrance } from '../../services/kafka/broker-entrance.ts'
import type { BrokerRules } from '../../services/kafka/broker-rules.ts'
import type { KafkaCodec } from '../../wire/kafka/frames.ts'
import type { KafkaService } from '../../wire/kafka/operation.ts'
import type { Credentials } from '../credentials.ts'
import { isLoopback } from '../local-host.ts'
import type { KafkaListener, KafkaListenerDeps } from './listener.ts'
import { createKafkaListener } from './listener.ts'
import { createAwsTokens } from './sasl/aws-token.ts'
import { createSaslMechanisms } from './sasl/mechanisms.ts'

export interface BrokerDeps {
  readonly config: Config
  /** PEM texts of the settings. */
  readonly tls: KafkaListenerDeps['tls']
  /** Undefined where the engine of the log does not carry Kafka's batches: then nothing is served. */
  readonly service: KafkaService | undefined
  readonly access: Access
  readonly rules: BrokerRules
  /** Made for the address that the broker listens on. */
  readonly credentials: Credentials
  readonly codec: KafkaCodec
  readonly clock: Clock
  readonly random: Random
  readonly metrics: Metrics
  readonly log: Logger
}

/** The broker's door to the network. */
export interface Broker extends BrokerEntrance {
  drain(): Promise<void>
}

type BrokerConfig = Pick<Config, 'host' | 'kafkaHost'>

/** The address that the broker listens on. */
export function brokerHost({ host, kafkaHost }: BrokerConfig): string {
  return kafkaHost || host
}

/** Throws `ConfigError` where the broker would be open to strangers, or settings contradict each other. */
export function checkBrokerConfig(
  config: BrokerConfig &
    Pick<Config, 'auth' | 'kafka' | 'kafkaAdvertisedHost' | 'kafkaClientCa' | 'tls'>,
): void {
  advertisedOf(config)
  if (config.kafkaClientCa && !config.tls) {
    throw new ConfigError('--kafka-client-ca: certificates of clients need --tls.')
  }
  const host = brokerHost(config)
  if (config.kafka === 'off' || isLoopback(host) || config.auth !== 'open') return
  throw new ConfigError(
    `--auth open is for loopback only: with --kafka-host ${host}, anybody could do anything. Use --kafka-host 127.0.0.1 or --auth verify.`,
  )
}

/** Listens when it is asked to (`ensureStarted`). */
export function createBroker(deps: BrokerDeps): Broker {
  const { config } = deps
  const host = brokerHost(config)
  const needsLogin = !isLoopback(host) || config.kafkaAuth === 'required'
  let listener: KafkaListener | undefined
  let starting: Promise<void> | undefined
  let port: number | undefined

  async function start(service: KafkaService): Promise<void> {
    const made = createListener({ ...deps, service }, host, needsLogin)
    port = await listen(made, deps, host)
    listener = made
    deps.log.info({ host, port }, "the broker of Kafka's protocol listens")
  }

  const address = (): BrokerAddress | undefined =>
    port === undefined
      ? undefined
      : {
          ...advertisedAs(config, host, port),
          tls: deps.tls !== undefined,
          takesCertificates: deps.tls?.clientCa !== undefined,
          needsLogin,
        }

  return {
    address,
    async ensureStarted() {
      if (config.kafka === 'off') return undefined
      if (!deps.service) {
        if (config.kafka === 'auto') return undefined
        throw new ConfigError(
          `--kafka on: the engine of --log ${config.log} does not carry Kafka's protocol.`,
        )
      }
      starting ??= start(deps.service)
      try {
        await starting
      } catch (error) {
        starting = undefined
        throw error
      }
      return address()
    },
    async drain() {
      await starting?.catch(() => undefined)
      await listener?.drain()
    },
  }
}

function createListener(
  deps: BrokerDeps & { readonly service: KafkaService },
  host: string,
  needsLogin: boolean,
): KafkaListener {
  const { config, access, credentials } = deps
  return createKafkaListener({
    ...deps,
    mechanisms: createSaslMechanisms({
      ...deps,
      users: access.users,
      tokens: createAwsTokens({ ...deps, credentials }),
    }),
    isLocal: isLoopback(host),
    needsLogin,
    advertised: advertisedOf(config),
    defaultScope: { accountId: config.account, region: config.region },
    connectionsMax: config.connectionsMax,
    loginTimeoutMs: config.headerTimeout,
    idleTimeoutMs: config.idleTimeout,
    drainTimeoutMs: config.drainTimeout,
  })
}

/** Who asked for the broker by name gets its port, or an error; else another port will do. */
async function listen(
  listener: KafkaListener,
  { config, log }: BrokerDeps,
  host: string,
): Promise<number> {
  try {
    return (await listener.listen(config.kafkaPort, host)).port
  } catch (error) {
    if (config.kafka === 'on' || !hasErrorCode(error, 'EADDRINUSE')) throw error
    const { port } = await listener.listen(0, host)
    log.warn({ wanted: config.kafkaPort, port }, 'the port of the broker is taken; it has another')
    return port
  }
}

/** `host` or `host:port` of the setting; brackets stand around an IPv6 address. */
function advertisedOf({
  kafkaAdvertisedHost,
}: Pick<Config, 'kafkaAdvertisedHost'>): KafkaListenerDeps['advertised'] {
  if (kafkaAdvertisedHost === '') return {}
  const found = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(kafkaAdvertisedHost)
  if (!found) {
    throw new ConfigError(
      `--kafka-advertised-host: '${kafkaAdvertisedHost}' is not a host name or address, with or without a port.`,
    )
  }
  const [, bracketed, plain, port] = found
  const name = bracketed ?? plain
  return { ...(name && { host: name }), ...(port && { port: Number(port) }) }
}

function advertisedAs(config: Config, host: string, port: number): { host: string; port: number } {
  const advertised = advertisedOf(config)
  const reachable = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host
  return { host: advertised.host ?? reachable, port: advertised.port ?? port }
}
