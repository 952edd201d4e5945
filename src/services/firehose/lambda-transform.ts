import type { Clock } from '../../base/clock.ts'
import { ServiceError } from '../../base/errors.ts'
import type { Random } from '../../base/random.ts'
import type { Scope } from '../../base/scope.ts'
import type { FunctionInvoker } from '../lambda/function-invoker.ts'
import type { DeliveryStream } from './delivery-streams.ts'
import type { LambdaTransform } from './destination.ts'
import type { FailedRecord } from './failed-record.ts'
import { base64 } from './failed-record.ts'
import type { SourceRecord } from './record-source.ts'

export interface TransformDeps {
  readonly functions: FunctionInvoker
  readonly clock: Clock
  readonly random: Random
}

export interface Transformed {
  readonly delivered: ReadonlyArray<{ readonly data: Uint8Array; readonly record: SourceRecord }>
  readonly droppedCount: number
  readonly failed: ReadonlyArray<FailedRecord>
}

interface Answer {
  readonly recordId?: unknown
  readonly result?: unknown
  readonly data?: unknown
}

/** Base64 and the frame around each record must stay below Lambda's 6 MB of payload. */
const PAYLOAD_BYTES_MAX = 4_000_000
const CONCURRENT = 2

/**
 * Sends the records through the function, in order, in invocations of the configured size. A call
 * that fails as a whole is tried again as often as configured; then its records have failed
 * (Firehose Developer Guide, "Transform source data").
 */
export async function transformRecords(
  deps: TransformDeps,
  scope: Scope,
  stream: DeliveryStream,
  transform: LambdaTransform,
  records: ReadonlyArray<SourceRecord>,
  signal: AbortSignal,
): Promise<Transformed> {
  const groups = splitBySize(records, Math.min(transform.bufferBytes, PAYLOAD_BYTES_MAX))
  const answers: Transformed[] = new Array(groups.length)
  let next = 0
  const worker = async () => {
    for (let at = next++; at < groups.length; at = next++) {
      answers[at] = await transformGroup(deps, scope, stream, transform, groups[at] ?? [], signal)
    }
  }
  await Promise.all(Array.from({ length: Math.min(CONCURRENT, groups.length) }, worker))
  return {
    delivered: answers.flatMap((answer) => answer.delivered),
    droppedCount: answers.reduce((sum, answer) => sum + answer.droppedCount, 0),
    failed: answers.flatMap((answer) => answer.failed),
  }
}

async function transformGroup(
  deps: TransformDeps,
  scope: Scope,
  stream: DeliveryStream,
  transform: LambdaTransform,
  records: ReadonlyArray<SourceRecord>,
  signal: AbortSignal,
): Promise<Transformed> {
  const payload = Buffer.from(JSON.stringify(eventOf(deps, scope, stream, records)))
  let attempts = 0
  for (;;) {
    attempts++
    const outcome = await invokeOnce(deps, scope, transform, payload, signal)
    if ('answers' in outcome) {
      return sortAnswers(records, outcome.answers, { transform, attempts, clock: deps.clock })
    }
    signal.throwIfAborted()
    if (attempts > transform.retries) {
      const failed = records.map((record) =>
        failure(record, { transform, attempts, clock: deps.clock }, outcome.code, outcome.message),
      )
      return { delivered: [], droppedCount: 0, failed }
    }
    await deps.clock.sleep(Math.min(100 * 2 ** attempts, 5_000), signal)
  }
}

type Outcome = { answers: ReadonlyArray<Answer> } | { code: string; message: string }

async function invokeOnce(
  { functions }: TransformDeps,
  scope: Scope,
  transform: LambdaTransform,
  payload: Uint8Array,
  signal: AbortSignal,
): Promise<Outcome> {
  try {
    const answer = await functions.invoke(scope, {
      functionName: transform.functionArn,
      payload,
      signal,
    })
    if (answer.functionError !== undefined) {
      const message = `The Lambda function failed: ${Buffer.from(answer.payload).toString('utf8')}`
      return { code: 'Lambda.FunctionError', message: message.slice(0, 1000) }
    }
    return readAnswers(answer.payload)
  } catch (error) {
    if (error instanceof ServiceError) {
      return { code: `Lambda.${error.code}`, message: error.message }
    }
    throw error
  }
}

function readAnswers(payload: Uint8Array): Outcome {
  const malformed = (message: string) => ({ code: 'Lambda.JsonProcessingException', message })
  let body: unknown
  try {
    body = JSON.parse(Buffer.from(payload).toString('utf8'))
  } catch {
    return malformed('The function did not answer JSON.')
  }
  const answers = (body as { records?: unknown } | null)?.records
  if (!Array.isArray(answers)) return malformed('The answer has no list named records.')
  return { answers: answers.filter((one) => typeof one === 'object' && one !== null) as Answer[] }
}

interface Attempt {
  readonly transform: LambdaTransform
  readonly attempts: number
  readonly clock: Clock
}

function sortAnswers(
  records: ReadonlyArray<SourceRecord>,
  answers: ReadonlyArray<Answer>,
  attempt: Attempt,
): Transformed {
  const byId = new Map(answers.map((answer) => [String(answer.recordId), answer]))
  const delivered: { data: Uint8Array; record: SourceRecord }[] = []
  const failed: FailedRecord[] = []
  let droppedCount = 0
  for (const record of records) {
    const answer = byId.get(recordIdOf(record))
    if (!answer) {
      const message = 'The function answered without this record; every recordId must come back.'
      failed.push(failure(record, attempt, 'Lambda.MissingRecordId', message))
    } else if (answer.result === 'Ok' && typeof answer.data === 'string') {
      delivered.push({ data: Buffer.from(answer.data, 'base64'), record })
    } else if (answer.result === 'Dropped') {
      droppedCount++
    } else {
      const known = answer.result === 'ProcessingFailed'
      const message = known
        ? 'The function answered ProcessingFailed for the record.'
        : `The function answered result '${String(answer.result)}' or no data; wanted are Ok with data, Dropped or ProcessingFailed.`
      const code = known ? 'Lambda.ProcessingFailedStatus' : 'Lambda.InvalidResult'
      failed.push(failure(record, attempt, code, message))
    }
  }
  return { delivered, droppedCount, failed }
}

function failure(
  record: SourceRecord,
  { transform, attempts, clock }: Attempt,
  code: string,
  message: string,
): FailedRecord {
  return {
    record,
    kind: 'processing-failed',
    code,
    message,
    attempts,
    endedMs: clock.wallMs(),
    lambdaArn: transform.functionArn,
  }
}

/** Opaque to the function, the same in every attempt, unique within an invocation. */
function recordIdOf(record: SourceRecord): string {
  return `${record.shardId}/${record.offset}/${record.kinesis?.subSequenceNumber ?? 0}`
}

function eventOf(
  { random }: TransformDeps,
  scope: Scope,
  stream: DeliveryStream,
  records: ReadonlyArray<SourceRecord>,
): object {
  return {
    invocationId: random.uuid(),
    ...(stream.source.kind === 'kinesis' && { sourceKinesisStreamArn: stream.source.streamArn }),
    deliveryStreamArn: stream.arn,
    region: scope.region,
    records: records.map((record) => ({
      recordId: recordIdOf(record),
      approximateArrivalTimestamp: record.arrivalMs,
      data: base64(record.data),
      ...(record.kinesis && {
        kinesisRecordMetadata: {
          sequenceNumber: record.kinesis.sequenceNumber,
          subsequenceNumber: record.kinesis.subSequenceNumber,
          partitionKey: record.kinesis.partitionKey,
          shardId: record.shardId,
          approximateArrivalTimestamp: record.arrivalMs,
        },
      }),
    })),
  }
}

function splitBySize(
  records: ReadonlyArray<SourceRecord>,
  bytesMax: number,
): ReadonlyArray<ReadonlyArray<SourceRecord>> {
  const groups: SourceRecord[][] = []
  let sizeBytes = Number.POSITIVE_INFINITY
  for (const record of records) {
    if (sizeBytes + record.data.length > bytesMax) {
      groups.push([])
      sizeBytes = 0
    }
    groups.at(-1)?.push(record)
    sizeBytes += record.data.length
  }
  return groups
}
