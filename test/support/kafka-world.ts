import { silentLogger } from '../../src/base/logger.ts'
import { silentMetrics } from '../../src/base/metrics.ts'
import { createSeededRandom } from '../../src/base/random.ts'
import type { LogRecord } from '../../src/engines/log/port.ts'
import { encodeRecordBatch } from '../../src/engines/log/segment/record-batch.ts'
import { openSegmentLog } from '../../src/engines/log/segment/segment-log.ts'
import { createBackground } from '../../src/engines/meta/background.ts'
import { createLeases } from '../../src/engines/meta/leases.ts'
import type { ByteQuotas } from '../../src/services/kafka/data/data-deps.ts'
import { bindDataOperations } from '../../src/services/kafka/data/data-operations.ts'
import type { Authorizer, Topics, TransactionGate } from '../../src/services/kafka/parts.ts'
import type { Broker } from '../../src/services/kafka/topics/broker.ts'
import { createTopicAdmin } from '../../src/services/kafka/topics/topic-admin.ts'
import { createTopicDirectory } from '../../src/services/kafka/topics/topic-directory.ts'
import { bindTopicsOperations } from '../../src/services/kafka/topics/topics-operations.ts'
import { createKinesisNouns } from '../../src/services/kinesis/kinesis-nouns.ts'
import type { KafkaApiName, KafkaRequest, KafkaResponse } from '../../src/wire/kafka/apis.ts'
import { kafkaApis } from '../../src/wire/kafka/apis.ts'
import type { KafkaConnection } from '../../src/wire/kafka/operation.ts'
import { createFaultyDisk } from './faulty-disk.ts'
import { createMemoryMeta } from './memory-meta.ts'
import { createVirtualClock } from './virtual-clock.ts'

export const SCOPE = { accountId: '000000000000', region: 'us-east-1' }
export const NO_ID = '00000000-0000-0000-0000-000000000000'

export interface KafkaWorldOptions {
  readonly allows?: Authorizer['allows']
  readonly admit?: TransactionGate['admit']
  readonly charge?: ByteQuotas['charge']
  readonly autoCreateTopics?: boolean
  /** What looking for a topic has to wait for. */
  readonly beforeFind?: (name: string) => Promise<void>
  /** What the log is said to be able to do, where that matters. */
  readonly compaction?: boolean
}

/** Streams, topics and their data over a log in memory, called as a listener calls them. */
export async function createKafkaWorld(options: KafkaWorldOptions = {}) {
  const random = createSeededRandom(1)
  const time = createVirtualClock()
  const { clock } = time
  const meta = createMemoryMeta()
  const faulty = createFaultyDisk(random)
  const log = silentLogger
  const sizes = { slotBytes: 1 << 20, segmentBytes: 256 << 10, tailBytes: 64 << 10 }
  const engine = await openSegmentLog({ disk: faulty.disk, directory: '/log', clock, log, sizes })
  const leases = createLeases({ meta, clock, owner: random.uuid(), log })
  const metrics = silentMetrics
  const background = createBackground({ leases, clock, random, log, metrics })
  const kinesis = createKinesisNouns({
    ...{ meta, engine, background, clock, random, metrics, log },
    limits: false,
  })
  const { batches } = engine
  if (!batches) throw new Error('the log has no batches')
  const authorizer: Authorizer = { allows: options.allows ?? (() => true) }
  const directory = createTopicDirectory(kinesis)
  const topics: Topics = {
    ...directory,
    async find(scope, name) {
      await options.beforeFind?.(name)
      return directory.find(scope, name)
    },
  }
  const capabilities = {
    ...engine.capabilities,
    ...(options.compaction !== undefined && { compaction: options.compaction }),
  }
  const admin = createTopicAdmin({ topics, streams: kinesis.streams, capabilities })
  const broker: Broker = {
    nodeId: 0,
    clusterId: 'a-cluster',
    rack: null,
    logDirectory: '/log',
    settings: { autoCreateTopics: options.autoCreateTopics ?? true, partitionsDefault: 1 },
  }
  const operations = new Map(
    [
      ...bindTopicsOperations({ topics, admin, authorizer, broker, log: engine }),
      ...bindDataOperations({
        ...{ topics, batches, authorizer, clock, random },
        gate: { admit: options.admit ?? (() => 'none') },
        quotas: { charge: options.charge ?? (() => 0) },
      }),
    ].map((operation) => [operation.name, operation]),
  )
  const connection = createConnection()

  /** The answer to a request, of the newest version unless another one is given. */
  async function call<Name extends KafkaApiName>(
    name: Name,
    request: Partial<KafkaRequest<Name>>,
    given: { readonly apiVersion?: number; readonly connection?: KafkaConnection } = {},
  ): Promise<KafkaResponse<Name>> {
    const operation = operations.get(name)
    if (!operation) throw new Error(`${name} is not bound`)
    const [, newest] = kafkaApis[name].versions
    const context = { connection, apiVersion: newest, clientId: 'a-client', ...given }
    return (await operation.run(request, context)) as KafkaResponse<Name>
  }

  return { ...time, faulty, engine, batches, kinesis, topics, admin, broker, connection, call }
}

export type KafkaWorld = Awaited<ReturnType<typeof createKafkaWorld>>

export function createConnection(given: Partial<KafkaConnection> = {}): KafkaConnection {
  return {
    ...SCOPE,
    id: 'a-connection',
    principal: 'User:ANONYMOUS',
    clientAddress: '127.0.0.1',
    advertised: { host: 'broker.local', port: 9092 },
    signal: new AbortController().signal,
    log: silentLogger,
    ...given,
  }
}

/** Makes a topic, or throws. */
export async function makeTopic(
  { call }: KafkaWorld,
  name: string,
  numPartitions = 1,
  configs: Readonly<Record<string, string>> = {},
): Promise<string> {
  const { topics } = await call('createTopics', {
    topics: [
      {
        name,
        numPartitions,
        replicationFactor: 1,
        assignments: [],
        configs: Object.entries(configs).map(([key, value]) => ({ name: key, value })),
      },
    ],
    timeoutMs: 1000,
    validateOnly: false,
  })
  const [made] = topics
  if (made?.errorCode !== 0) throw new Error(`${made?.errorCode}: ${made?.errorMessage}`)
  return made.topicId
}

export type TestRecord = Partial<Omit<LogRecord, 'key' | 'value'>> & {
  readonly key?: string | null
  readonly value?: string | null
}

/** One batch of these records, as a producer without ids writes it. */
export function batchOf(
  { clock }: Pick<KafkaWorld, 'clock'>,
  ...records: ReadonlyArray<TestRecord>
): Buffer {
  return encodeRecordBatch([
    records.map(({ key = null, value = 'value', ...rest }) => ({
      timestampMs: clock.wallMs(),
      ...rest,
      key,
      value: value === null ? null : Buffer.from(value),
    })),
  ])
}

interface ProduceOptions {
  readonly apiVersion?: number
  readonly acks?: number
  readonly transactionalId?: string
  readonly connection?: KafkaConnection
}

/** What came of the records of one partition. */
export async function produceTo(
  { call }: KafkaWorld,
  [name, index]: readonly [string, number],
  records: Buffer | null,
  { acks = -1, transactionalId, ...given }: ProduceOptions = {},
) {
  const { responses } = await call(
    'produce',
    {
      transactionalId: transactionalId ?? null,
      acks,
      timeoutMs: 1000,
      topicData: [{ name, partitionData: [{ index, records }] }],
    },
    given,
  )
  const answer = responses[0]?.partitionResponses[0]
  if (!answer) throw new Error('no answer for the partition')
  return answer
}

/** What a Fetch request names, with everything at its default that is not said. */
export function fetchRequest(
  partitions: ReadonlyArray<readonly [topicId: string, partition: number, fetchOffset: number]>,
  given: Partial<KafkaRequest<'fetch'>> = {},
): KafkaRequest<'fetch'> {
  return {
    clusterId: null,
    replicaId: -1,
    replicaState: { replicaId: -1, replicaEpoch: -1 },
    maxWaitMs: 0,
    minBytes: 1,
    maxBytes: 1 << 20,
    isolationLevel: 0,
    sessionId: 0,
    sessionEpoch: -1,
    topics: partitions.map(([topicId, partition, fetchOffset]) => ({
      topic: topicId,
      topicId,
      partitions: [
        {
          partition,
          fetchOffset,
          currentLeaderEpoch: -1,
          lastFetchedEpoch: -1,
          logStartOffset: -1,
          partitionMaxBytes: 1 << 20,
          replicaDirectoryId: NO_ID,
        },
      ],
    })),
    forgottenTopicsData: [],
    rackId: '',
    ...given,
  }
}
