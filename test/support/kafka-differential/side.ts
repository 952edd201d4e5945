import type { MadeBatch } from '../../../src/engines/log/batch-fixtures.ts'
import { makeBatch } from '../../../src/engines/log/batch-fixtures.ts'
import type {
  KafkaApiName,
  KafkaClientRequest,
  KafkaClientResponse,
} from '../../../src/wire/kafka/apis.ts'
import type { KafkaPeer } from '../kafka-peer.ts'
import { connectKafka } from '../kafka-peer.ts'
import { plain } from './plain.ts'

export const NO_ID = '00000000-0000-0000-0000-000000000000'
export const SOME_ID = '11111111-2222-4333-8444-555555555555'
const RETRIED_FOR_MS = 15_000
const RETRY_MS = 50
const UNKNOWN_MEMBER_ID = 25
const ANSWER_MS = 8_000

/** One of the two brokers, as a script of requests sees it. */
export interface Side {
  /** The same on both sides: what scripts take their timestamps from. */
  readonly nowMs: number
  /** A further connection, for requests that wait. */
  connect(): Promise<KafkaPeer>
  ask: KafkaPeer['ask']
  /** What came of a step, without what may differ between any two brokers: this is what is compared. */
  tell(label: string, answer: unknown): Promise<void>
}

/** Sends the same requests to whichever broker it is given. */
export type Script = (side: Side) => Promise<void>

/** Lets the broker make what it makes for the first group, transaction and producer. */
export async function warmUp(port: number): Promise<void> {
  const peer = await connectKafka(port)
  for (const keyType of [0, 1]) {
    const keys = Array.from({ length: 16 }, (_, index) => `warm-${index}`)
    await asked(
      () => peer.ask('findCoordinator', { keyType, coordinatorKeys: keys }),
      ({ coordinators }) => coordinators.every(({ errorCode }) => errorCode === 0),
    )
    for (const groupId of keys) {
      await asked(
        () => peer.ask('heartbeat', { groupId, generationId: 0, memberId: 'x' }),
        ({ errorCode }) => errorCode === UNKNOWN_MEMBER_ID,
      )
    }
  }
  for (const transactionalId of [null, ...Array.from({ length: 16 }, (_, at) => `warm-${at}`)]) {
    await asked(
      () => peer.ask('initProducerId', { transactionalId, transactionTimeoutMs: 60_000 }),
      ({ errorCode }) => errorCode === 0,
    )
  }
  peer.end()
}

/** What a script told of one broker, by label. */
export async function runScript(
  port: number,
  nowMs: number,
  script: Script,
): Promise<ReadonlyMap<string, unknown>> {
  const told = new Map<string, unknown>()
  const peers: KafkaPeer[] = []
  async function connect(): Promise<KafkaPeer> {
    const made = await connectKafka(port)
    peers.push(made)
    return { ...made, ask: (...given) => inTime(made.ask(...given)) }
  }
  let peer = await connect()
  let isCut = false
  const side: Side = {
    nowMs,
    connect,
    async ask(...given) {
      // What one request has cut does not stand in the way of the next.
      if (isCut) peer = await connect()
      isCut = false
      try {
        return await peer.ask(...given)
      } catch (error) {
        isCut = true
        throw error
      }
    },
    async tell(label, answer) {
      const came = plain(await Promise.resolve(answer).catch(whatFailed))
      if (told.has(label)) throw new Error(`'${label}' is told twice`)
      told.set(label, came)
    },
  }
  try {
    await script(side)
  } catch (error) {
    told.set('the script', whatFailed(error))
  } finally {
    for (const made of peers) made.end()
  }
  return told
}

/** A broker that never answers is a difference, too. */
async function inTime<T>(answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('no answer')), ANSWER_MS)
  })
  try {
    return await Promise.race([answer, late])
  } finally {
    clearTimeout(timer)
  }
}

function whatFailed(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** Asks again while the broker says that it is not ready yet. */
export async function asked<T>(ask: () => Promise<T>, isReady: (answer: T) => boolean): Promise<T> {
  const deadline = Date.now() + RETRIED_FOR_MS
  for (;;) {
    const answer = await ask()
    if (isReady(answer) || Date.now() > deadline) return answer
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS))
  }
}

/** Makes a topic, waits until it can be written, and answers its id. */
export async function makeTopic(
  side: Side,
  name: string,
  numPartitions = 1,
  configs: Readonly<Record<string, string>> = {},
): Promise<string> {
  const { topics } = await side.ask('createTopics', {
    topics: [topicToMake(name, numPartitions, configs)],
  })
  const [made] = topics
  if (made?.errorCode !== 0) throw new Error(`${name}: ${made?.errorCode} ${made?.errorMessage}`)
  await asked(
    () =>
      side.ask('listOffsets', {
        replicaId: -1,
        isolationLevel: 0,
        topics: [{ name, partitions: [{ partitionIndex: numPartitions - 1, timestamp: -1 }] }],
        timeoutMs: 1000,
      }),
    (answer) => answer.topics[0]?.partitions[0]?.errorCode === 0,
  )
  return made.topicId
}

export function topicToMake(
  name: string,
  numPartitions = 1,
  configs: Readonly<Record<string, string | null>> = {},
  replicationFactor = 1,
) {
  return {
    name,
    numPartitions,
    replicationFactor,
    assignments: [] as { partitionIndex: number; brokerIds: number[] }[],
    configs: Object.entries(configs).map(([key, value]) => ({ name: key, value })),
  }
}

/** A batch of these values, a millisecond apart. */
export function batch(
  side: Pick<Side, 'nowMs'>,
  values: ReadonlyArray<string>,
  given: Omit<MadeBatch, 'records'> & { readonly key?: string | null; readonly atMs?: number } = {},
): Buffer {
  const { key = 'key', atMs = side.nowMs, ...rest } = given
  return makeBatch({
    ...rest,
    records: values.map((value, index) => ({ key, value, timestampMs: atMs + index })),
  })
}

export interface ProduceGiven {
  readonly acks?: number
  readonly transactionalId?: string
  readonly version?: number
  readonly partition?: number
}

/** What came of a batch for one partition. */
export async function produce(
  side: Side,
  name: string,
  records: Buffer | null,
  given: ProduceGiven = {},
) {
  const { acks = -1, transactionalId = null, partition = 0, version } = given
  const { responses } = await side.ask(
    'produce',
    {
      ...{ acks, transactionalId, timeoutMs: 5000 },
      topicData: [{ name, partitionData: [{ index: partition, records: records && [records] }] }],
    },
    version === undefined ? {} : { version },
  )
  return responses[0]?.partitionResponses[0]
}

export type FetchTopic = KafkaClientRequest<'fetch'>['topics'][number]

export interface FetchGiven extends Partial<Omit<KafkaClientRequest<'fetch'>, 'topics'>> {
  readonly version?: number
}

export function fetch(
  side: { ask: KafkaPeer['ask'] },
  topics: ReadonlyArray<FetchTopic>,
  { version, ...given }: FetchGiven = {},
): Promise<KafkaClientResponse<'fetch'>> {
  return side.ask(
    'fetch',
    {
      ...{ maxWaitMs: 0, minBytes: 0, forgottenTopicsData: [], topics, ...given },
    },
    version === undefined ? {} : { version },
  )
}

/** One partition to be fetched, by id. */
export function from(topicId: string, fetchOffset: number, given: object = {}): FetchTopic {
  return {
    topic: topicId,
    topicId,
    partitions: [
      {
        partition: 0,
        fetchOffset,
        partitionMaxBytes: 1 << 20,
        replicaDirectoryId: NO_ID,
        ...given,
      },
    ],
  }
}

/** Asks, and tells what came of it. */
export async function told<Name extends KafkaApiName>(
  side: Side,
  label: string,
  name: Name,
  request: KafkaClientRequest<Name>,
  version?: number,
): Promise<void> {
  await side.tell(label, side.ask(name, request, version === undefined ? {} : { version }))
}
