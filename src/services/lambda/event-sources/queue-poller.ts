import { createChildAbort } from '../../../base/child-abort.ts'
import type { Clock } from '../../../base/clock.ts'
import { ServiceError } from '../../../base/errors.ts'
import type { Metrics } from '../../../base/metrics.ts'
import type { Scope } from '../../../base/scope.ts'
import type { OwnedQueue } from '../../sqs/queue.ts'
import type { SqsNouns } from '../../sqs/sqs-nouns.ts'
import type { Invocations } from '../invocations.ts'
import { limits } from '../limits.ts'
import type { Mapping } from './mappings.ts'
import type { QueueRecord } from './queue-event.ts'
import { failedMessages, queueRecord } from './queue-event.ts'
import { compileMessageFilter } from './record-filter.ts'

export interface QueuePollerDeps {
  readonly sqs: Pick<SqsNouns, 'queues' | 'messages'>
  readonly invocations: Invocations
  readonly clock: Clock
  readonly metrics: Metrics
}

interface Poll {
  readonly scope: Scope
  readonly mapping: Mapping
  readonly isWanted: (record: QueueRecord) => boolean
  /** Ends the functions that are still under way when the time for coming to rest is over. */
  readonly late: AbortSignal
}

interface Batch {
  readonly queue: OwnedQueue
  readonly records: ReadonlyArray<QueueRecord>
  /** When the first of its messages may be received by others. */
  readonly untilMs: number
}

const BACK_OFF_FIRST_MS = 100
const BACK_OFF_MAX_MS = 10_000

/**
 * Brings the messages of a queue to the function until the signal aborts, and removes those that it
 * handled. What it did not handle comes to sight in the queue again when its visibility is over, as
 * does all that was under way when the process ends. Resolves when nothing is under way.
 */
export async function pollQueue(
  deps: QueuePollerDeps,
  given: Pick<Poll, 'scope' | 'mapping' | 'late'>,
  signal: AbortSignal,
): Promise<void> {
  const { mapping } = given
  const poll: Poll = { ...given, isWanted: compileMessageFilter(mapping.filters) }
  const batchesMax = mapping.concurrencyMax ?? limits.queueBatchesAtOnce
  const failure: { error?: unknown } = {}
  const stop = createChildAbort(signal)
  const running = new Set<Promise<void>>()
  const begin = (batch: Batch) => {
    const work: Promise<void> = deliver(deps, poll, batch, stop.signal)
      .catch((error: unknown) => {
        failure.error = error
        stop.end()
      })
      .finally(() => running.delete(work))
    running.add(work)
  }
  try {
    while (!stop.signal.aborted) {
      if (running.size >= batchesMax) await Promise.race(running)
      else for (const batch of await collect(deps, mapping, stop.signal)) begin(batch)
    }
  } finally {
    stop.end()
    await Promise.all(running)
  }
  if (failure.error !== undefined) throw failure.error
}

/** Receives until the batch is full or its window has passed; none when nothing came. */
async function collect(
  deps: QueuePollerDeps,
  mapping: Mapping,
  signal: AbortSignal,
): Promise<ReadonlyArray<Batch>> {
  const { sqs, clock } = deps
  const queue = await sqs.queues.findByArn(mapping.sourceArn)
  if (!queue) {
    throw new ServiceError('QueueDoesNotExist', `The queue ${mapping.sourceArn} does not exist.`)
  }
  const visibilityMs = queue.settings.visibilitySeconds * 1000
  const records: QueueRecord[] = []
  let sizeBytes = 0
  let waitMs: number = limits.queueWaitMs
  let windowEndMs = Number.POSITIVE_INFINITY
  let untilMs = Number.POSITIVE_INFINITY
  while (records.length < mapping.batchSize && sizeBytes < limits.batchRecordBytesMax) {
    const count = Math.min(mapping.batchSize - records.length, limits.queueReceiveMax)
    const received = await sqs.messages.receive(queue, { count, waitMs, visibilityMs, signal })
    if (received.length > 0 && records.length === 0) {
      windowEndMs = clock.monotonicMs() + mapping.windowSeconds * 1000
      untilMs = clock.wallMs() + visibilityMs
    }
    for (const one of received) {
      records.push(queueRecord(queue, one))
      sizeBytes += Buffer.byteLength(one.content.body)
    }
    waitMs = Math.min(windowEndMs - clock.monotonicMs(), limits.queueWaitMs)
    if (records.length === 0 || waitMs <= 0 || signal.aborted) break
  }
  return bySize(records).map((part) => ({ queue, records: part, untilMs }))
}

/** AWS: what goes over the size of one invocation's payload is split. */
function bySize(records: ReadonlyArray<QueueRecord>): ReadonlyArray<ReadonlyArray<QueueRecord>> {
  const parts: QueueRecord[][] = []
  let sizeBytes = Number.POSITIVE_INFINITY
  for (const record of records) {
    const own = Buffer.byteLength(JSON.stringify(record)) + 1
    if (sizeBytes + own > limits.requestBytesMax - FRAME_BYTES) {
      parts.push([])
      sizeBytes = 0
    }
    parts.at(-1)?.push(record)
    sizeBytes += own
  }
  return parts
}

/** `{"Records":[]}` around the records. */
const FRAME_BYTES = 14

async function deliver(
  deps: QueuePollerDeps,
  poll: Poll,
  { queue, records, untilMs }: Batch,
  signal: AbortSignal,
): Promise<void> {
  const wanted = records.filter(poll.isWanted)
  // AWS: messages that no filter lets through are removed from the queue.
  const unwanted = records.filter((record) => !wanted.includes(record))
  await remove(deps, queue, unwanted)
  if (wanted.length === 0) return
  const failed = await invoke(deps, poll, wanted, untilMs, signal)
  const handled = failed === 'whole' ? [] : wanted.filter(({ messageId }) => !failed.has(messageId))
  await remove(deps, queue, handled)
  const labels = { service: 'lambda', resource: poll.mapping.id }
  const left = wanted.length - handled.length
  if (handled.length > 0) {
    deps.metrics.record('headrace_delivered_records_total', labels, handled.length)
  }
  if (left > 0) deps.metrics.record('headrace_failed_records_total', labels, left)
}

/** A throttled batch is tried again for as long as nobody else can receive its messages. */
async function invoke(
  deps: QueuePollerDeps,
  { scope, mapping, late }: Poll,
  records: ReadonlyArray<QueueRecord>,
  untilMs: number,
  signal: AbortSignal,
): Promise<ReadonlySet<string> | 'whole'> {
  const { invocations, clock } = deps
  const payload = Buffer.from(JSON.stringify({ Records: records }))
  for (let restMs = BACK_OFF_FIRST_MS; ; restMs = Math.min(restMs * 2, BACK_OFF_MAX_MS)) {
    try {
      const answer = await invocations.run(scope, mapping.target, { payload, signal: late })
      if (answer.functionError !== undefined) return 'whole'
      return mapping.reportsFailures ? failedMessages(answer.payload, records) : new Set()
    } catch (error) {
      const isThrottled = error instanceof ServiceError && error.code === 'TooManyRequestsException'
      if (!isThrottled) throw error
      if (signal.aborted || clock.wallMs() + restMs >= untilMs) return 'whole'
      await clock.sleep(restMs, signal)
    }
  }
}

/** A message whose handle is too old was received by another meanwhile, and is that one's now. */
async function remove(
  { sqs }: QueuePollerDeps,
  queue: OwnedQueue,
  records: ReadonlyArray<QueueRecord>,
): Promise<void> {
  for (let at = 0; at < records.length; at += limits.queueReceiveMax) {
    await Promise.all(
      records.slice(at, at + limits.queueReceiveMax).map(async (record) => {
        try {
          await sqs.messages.remove(queue, record.receiptHandle)
        } catch (error) {
          if (!(error instanceof ServiceError)) throw error
        }
      }),
    )
  }
}
