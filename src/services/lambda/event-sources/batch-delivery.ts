import { parseArn } from '../../../base/arn.ts'
import type { Clock } from '../../../base/clock.ts'
import { dateOf } from '../../../base/clock.ts'
import { EngineError, ServiceError } from '../../../base/errors.ts'
import type { Metrics } from '../../../base/metrics.ts'
import type { StreamRecord } from '../../kinesis/stream-reader.ts'
import type { Destinations } from '../destinations.ts'
import { functionArn } from '../function-names.ts'
import type { InvocationAnswer, Invocations } from '../invocations.ts'
import type { BatchOrigin } from './batch-event.ts'
import { batchEvent, batchInfo, readReport } from './batch-event.ts'
import type { Mapping } from './mappings.ts'

/** Brings records to the function, in order, until each is handled, given up or too old. */
export interface BatchDelivery {
  /**
   * True when all were dealt with; false when the signal aborted before. `onProgress` is told the
   * first record that is not yet dealt with, whenever that moves.
   */
  deliver(
    records: ReadonlyArray<StreamRecord>,
    onProgress: (behind: StreamRecord) => Promise<void>,
    signal: AbortSignal,
  ): Promise<boolean>
}

export interface DeliveryDeps {
  readonly invocations: Invocations
  readonly destinations: Destinations
  /** How the last batch went, in AWS's words. */
  readonly onResult: (result: string) => Promise<void>
  /** Ends the function that is still under way when the time for coming to rest is over. */
  readonly late: AbortSignal
  readonly clock: Clock
  readonly metrics: Metrics
}

interface Chunk {
  readonly records: ReadonlyArray<StreamRecord>
  readonly attempts: number
}

type Outcome =
  | { readonly kind: 'handled' }
  | { readonly kind: 'failed'; readonly from: number; readonly answer: InvocationAnswer }
  | { readonly kind: 'refused'; readonly why: string }

const BACK_OFF_FIRST_MS = 100
const BACK_OFF_MAX_MS = 10_000

export function createBatchDelivery(
  deps: DeliveryDeps,
  mapping: Mapping,
  origin: BatchOrigin,
): BatchDelivery {
  return {
    async deliver(records, onProgress, signal) {
      let chunks: ReadonlyArray<Chunk> = [{ records, attempts: 0 }]
      let backOffMs = BACK_OFF_FIRST_MS
      while (chunks.length > 0) {
        if (signal.aborted) return false
        const [chunk, ...others] = chunks
        if (!chunk) break
        const young = await dropOld(deps, mapping, origin, chunk)
        if (young.length === 0) {
          chunks = others
          continue
        }
        const outcome = await invoke(deps, mapping, origin, young)
        if (signal.aborted && outcome.kind !== 'handled') return false
        const left = await remaining(deps, mapping, origin, { ...chunk, records: young }, outcome)
        chunks = [...left, ...others]
        const next = chunks[0]?.records[0]
        if (outcome.kind === 'handled') backOffMs = BACK_OFF_FIRST_MS
        if (next) await onProgress(next)
        const isRetry = outcome.kind !== 'handled' && left.length > 0
        if (!isRetry) continue
        await deps.clock.sleep(backOffMs, signal)
        backOffMs = Math.min(backOffMs * 2, BACK_OFF_MAX_MS)
      }
      return true
    },
  }
}

async function invoke(
  deps: DeliveryDeps,
  mapping: Mapping,
  origin: BatchOrigin,
  records: ReadonlyArray<StreamRecord>,
): Promise<Outcome> {
  const payload = Buffer.from(JSON.stringify(batchEvent(origin, records)))
  try {
    const answer = await deps.invocations.run(origin.scope, mapping.target, {
      payload,
      signal: deps.late,
    })
    const outcome = judge(mapping, records, answer)
    await deps.onResult(outcome.kind === 'handled' ? 'OK' : 'PROBLEM: Function call failed')
    return outcome
  } catch (error) {
    const why = refusalOf(error)
    if (why === undefined) throw error
    await deps.onResult(why)
    return { kind: 'refused', why }
  }
}

function judge(
  mapping: Mapping,
  records: ReadonlyArray<StreamRecord>,
  answer: InvocationAnswer,
): Outcome {
  if (answer.functionError !== undefined) return { kind: 'failed', from: 0, answer }
  if (!mapping.reportsFailures) return { kind: 'handled' }
  const report = readReport(answer.payload, records)
  if (report === 'success') return { kind: 'handled' }
  return { kind: 'failed', from: report === 'whole' ? 0 : report.firstFailed, answer }
}

/** Undefined for what is no matter of the function: the whole round is then tried again. */
function refusalOf(error: unknown): string | undefined {
  if (error instanceof ServiceError) {
    if (error.code === 'TooManyRequestsException') return 'PROBLEM: Function call was throttled'
    if (error.code === 'ResourceNotFoundException') return 'PROBLEM: Function not found'
    return `PROBLEM: ${error.code}`
  }
  if (error instanceof EngineError && error.kind === 'unavailable') {
    return 'PROBLEM: Function could not be started'
  }
  return undefined
}

/** What of a chunk is still to be delivered, and how. */
async function remaining(
  deps: DeliveryDeps,
  mapping: Mapping,
  origin: BatchOrigin,
  chunk: Chunk,
  outcome: Outcome,
): Promise<ReadonlyArray<Chunk>> {
  const { records, attempts } = chunk
  if (outcome.kind === 'refused') return [chunk]
  const done = outcome.kind === 'handled' ? records.length : outcome.from
  count(deps, mapping, 'headrace_delivered_records_total', done)
  if (outcome.kind === 'handled') return []
  if (outcome.from > 0) return [{ records: records.slice(outcome.from), attempts: attempts + 1 }]
  const tried = attempts + 1
  // AWS: a split does not count against the retries (Developer Guide, error handling of streams).
  if (mapping.bisects && records.length > 1) {
    const middle = Math.ceil(records.length / 2)
    return [
      { records: records.slice(0, middle), attempts },
      { records: records.slice(middle), attempts },
    ]
  }
  if (mapping.retriesMax < 0 || tried <= mapping.retriesMax) return [{ records, attempts: tried }]
  const condition = 'RetryAttemptsExhausted'
  await giveUp(deps, mapping, origin, { records, attempts: tried }, condition, outcome.answer)
  return []
}

/** Records beyond the age that the mapping allows are given up. */
async function dropOld(
  deps: DeliveryDeps,
  mapping: Mapping,
  origin: BatchOrigin,
  chunk: Chunk,
): Promise<ReadonlyArray<StreamRecord>> {
  if (mapping.recordAgeMaxSeconds < 0) return chunk.records
  const oldestMs = deps.clock.wallMs() - mapping.recordAgeMaxSeconds * 1000
  const old = chunk.records.filter(({ arrivalMs }) => arrivalMs < oldestMs)
  if (old.length === 0) return chunk.records
  await giveUp(deps, mapping, origin, { ...chunk, records: old }, 'RecordAgeExceeded', undefined)
  return chunk.records.filter(({ arrivalMs }) => arrivalMs >= oldestMs)
}

async function giveUp(
  deps: DeliveryDeps,
  mapping: Mapping,
  origin: BatchOrigin,
  { records, attempts }: Chunk,
  condition: string,
  answer: InvocationAnswer | undefined,
): Promise<void> {
  count(deps, mapping, 'headrace_failed_records_total', records.length)
  if (mapping.onFailure === undefined) return
  const { scope, shardId } = origin
  const record = {
    requestContext: {
      requestId: answer?.requestId,
      functionArn: functionArn(scope, mapping.target),
      condition,
      approximateInvokeCount: attempts,
    },
    ...(answer && {
      responseContext: {
        statusCode: 200,
        executedVersion: answer.executedVersion,
        functionError: answer.functionError ?? null,
      },
    }),
    version: '1.0',
    timestamp: dateOf(deps.clock.wallMs()).toISOString(),
    KinesisBatchInfo: batchInfo(origin, records),
    // AWS: only an S3 destination gets the records themselves.
    ...(parseArn(mapping.onFailure)?.service === 's3' && {
      payload: JSON.stringify(batchEvent(origin, records)),
    }),
  }
  await deps.destinations.send(scope, mapping.onFailure, {
    source: mapping.target,
    content: record,
    isSuccess: false,
    objectPrefix: `aws/lambda/${mapping.id}/${shardId}`,
  })
}

function count(
  { metrics }: DeliveryDeps,
  mapping: Mapping,
  name: 'headrace_delivered_records_total' | 'headrace_failed_records_total',
  records: number,
): void {
  if (records > 0) metrics.record(name, { service: 'lambda', resource: mapping.id }, records)
}
