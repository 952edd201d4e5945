import type { Clock } from '../../src/base/clock.ts'
import { systemClock } from '../../src/base/clock.ts'
import type { Logger } from '../../src/base/logger.ts'
import { silentLogger } from '../../src/base/logger.ts'
import type { MetricName, Metrics } from '../../src/base/metrics.ts'
import { systemRandom } from '../../src/base/random.ts'
import type { Config } from '../../src/config.ts'
import { readConfig } from '../../src/config.ts'
import { createCredentials } from '../../src/server/credentials.ts'
import { brokerHost, createBroker } from '../../src/server/kafka/broker.ts'
import { createKeys } from '../../src/server/keys.ts'
import { createAccess } from '../../src/services/kafka/access/access.ts'
import { bindAccessOperations } from '../../src/services/kafka/access/access-operations.ts'
import type { BrokerRules } from '../../src/services/kafka/broker-rules.ts'
import { noRules } from '../../src/services/kafka/broker-rules.ts'
import { createSessions } from '../../src/services/sts/sessions.ts'
import type { KafkaApiName, KafkaRequest, KafkaResponse } from '../../src/wire/kafka/apis.ts'
import { createKafkaCodec } from '../../src/wire/kafka/frames.ts'
import type { BoundKafkaOperation, KafkaContext } from '../../src/wire/kafka/operation.ts'
import { createMemoryMeta } from './memory-meta.ts'

export type FakeOperations = {
  readonly [Name in KafkaApiName]?: (
    request: KafkaRequest<Name>,
    context: KafkaContext,
  ) => Promise<KafkaResponse<Name> | undefined>
}

/** A listening broker over the given operations and those of access, on a free port. */
export async function startTestBroker(options: {
  readonly operations?: FakeOperations
  readonly config?: Partial<Config>
  readonly tls?: { readonly cert: string; readonly key: string; readonly clientCa?: string }
  readonly log?: Logger
  readonly clock?: Clock
  readonly rules?: BrokerRules
}) {
  const config: Config = {
    ...readConfig([]),
    kafka: 'on',
    kafkaPort: 0,
    drainTimeout: 2_000,
    ...options.config,
  }
  const base = { clock: options.clock ?? systemClock, random: systemRandom }
  const meta = createMemoryMeta()
  const keys = createKeys({ ...base, meta })
  const sessions = createSessions({ ...base, rootSecret: 'root' })
  const access = createAccess({ ...base, meta, log: silentLogger })
  const counts = new Map<MetricName, number>()
  const metrics: Metrics = {
    record: (name, _, value) => void counts.set(name, (counts.get(name) ?? 0) + value),
    forget: () => undefined,
  }
  const fakes = Object.entries(options.operations ?? {}).map(
    ([name, run]): BoundKafkaOperation => ({
      name: name as KafkaApiName,
      run: (request, context) => run(request as never, context),
    }),
  )
  const operations = [...bindAccessOperations(access), ...fakes]
  const broker = createBroker({
    ...base,
    config,
    tls: options.tls && { ...options.tls, clientCa: options.tls.clientCa },
    service: { operations: new Map(operations.map((one) => [one.name, one])) },
    access,
    rules: options.rules ?? noRules,
    credentials: createCredentials({
      config: { account: config.account, host: brokerHost(config) },
      keys,
      sessions,
    }),
    codec: createKafkaCodec(),
    metrics,
    log: options.log ?? silentLogger,
  })
  const address = await broker.ensureStarted()
  if (!address) throw new Error('the broker did not start')
  return { broker, port: address.port, address, access, keys, sessions, counts }
}

export type TestBroker = Awaited<ReturnType<typeof startTestBroker>>
