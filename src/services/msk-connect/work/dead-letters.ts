import { EngineError, ServiceError } from '../../../base/errors.ts'
import type { Scope } from '../../../base/scope.ts'
import type { LogEngine, LogRecord, StoredRecord } from '../../../engines/log/port.ts'
import type { KafkaNouns } from '../../kafka/kafka-nouns.ts'
import type { Topic } from '../../kafka/parts.ts'
import { connectLimits } from '../limits.ts'

/** A record that could not be delivered, and why. */
export interface DeadLetter {
  readonly topic: string
  readonly partition: number
  readonly record: StoredRecord
  readonly stage: 'KEY_CONVERTER' | 'VALUE_CONVERTER' | 'TASK_PUT'
  readonly fault: string
}

export interface DeadLetterQueue {
  readonly topic: string
  readonly connectorName: string
  readonly taskId: number
  /** Each record gets headers that say what went wrong. */
  readonly tells: boolean
}

/** What a record takes: its key, its value and its headers. */
export function recordBytes({ key, value, headers = [] }: LogRecord): number {
  let bytes = (key === null ? 0 : Buffer.byteLength(key)) + (value?.byteLength ?? 0)
  for (const header of headers) {
    bytes += Buffer.byteLength(header.name) + (header.value?.byteLength ?? 0)
  }
  return bytes
}

/** Durable when resolved. Makes the topic when it is not there. A repeat writes the records again. */
export async function sendDeadLetters(
  { kafka, log }: { readonly kafka: Pick<KafkaNouns, 'topics' | 'admin'>; readonly log: LogEngine },
  scope: Scope,
  queue: DeadLetterQueue,
  letters: ReadonlyArray<DeadLetter>,
): Promise<void> {
  const topic = await ensureTopic(kafka, scope, queue.topic)
  const partition = openPartition(topic)
  const records = letters.map((letter) => letterOf(queue, letter))
  // One after the other: the order stays, and the log has to hold no more than one of them.
  for (const part of partsOf(records)) await log.append(partition, part)
}

/** A log takes only so much at once. A record that is larger than a part is one alone. */
function* partsOf(records: ReadonlyArray<LogRecord>): Generator<ReadonlyArray<LogRecord>> {
  let part: LogRecord[] = []
  let partBytes = 0
  for (const record of records) {
    const bytes = recordBytes(record)
    if (part.length > 0 && partBytes + bytes > connectLimits.letterBytesMax) {
      yield part
      part = []
      partBytes = 0
    }
    part.push(record)
    partBytes += bytes
  }
  if (part.length > 0) yield part
}

async function ensureTopic(
  { topics, admin }: Pick<KafkaNouns, 'topics' | 'admin'>,
  scope: Scope,
  name: string,
): Promise<Topic> {
  const there = await topics.find(scope, name)
  if (there) return there
  try {
    await admin.create(scope, { name, partitionCount: 1, configs: {} }, false)
  } catch (error) {
    // Another task may have been faster.
    if (!(error instanceof ServiceError && error.code === 'TOPIC_ALREADY_EXISTS')) throw error
  }
  const made = await topics.find(scope, name)
  if (!made) throw new EngineError('unavailable', `the dead letter queue ${name} is being made`)
  return made
}

function openPartition(topic: Topic) {
  for (let number = 0; number < topic.partitionCount; number++) {
    const partition = topic.isOpen(number) ? topic.partition(number) : undefined
    if (partition) return partition
  }
  throw new EngineError('unavailable', `the dead letter queue ${topic.name} has no open partition`)
}

function letterOf(queue: DeadLetterQueue, letter: DeadLetter): LogRecord {
  const { key, value, timestampMs, headers = [] } = letter.record
  const told = queue.tells ? contextHeaders(queue, letter) : []
  return { key, value, timestampMs, headers: [...headers, ...told] }
}

/** The names are Kafka Connect's (KIP-298). */
function contextHeaders(queue: DeadLetterQueue, letter: DeadLetter) {
  const { topic, partition, record, stage, fault } = letter
  const context = {
    topic,
    partition,
    offset: record.offset,
    'connector.name': queue.connectorName,
    'task.id': queue.taskId,
    stage,
    'exception.class.name': 'org.apache.kafka.connect.errors.DataException',
    'exception.message': fault,
  }
  return Object.entries(context).map(([name, value]) => ({
    name: `__connect.errors.${name}`,
    value: Buffer.from(String(value)),
  }))
}
