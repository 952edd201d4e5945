import { expect, test } from 'vitest'
import { makeRecord, scope } from '../../../../test/support/lambda-nouns.ts'
import { createVirtualClock } from '../../../../test/support/virtual-clock.ts'
import { silentMetrics } from '../../../base/metrics.ts'
import type { StreamRecord } from '../../kinesis/stream-reader.ts'
import type { InvocationAnswer } from '../invocations.ts'
import { tooManyRequests } from '../lambda-errors.ts'
import { createBatchDelivery } from './batch-delivery.ts'
import { batchEvent } from './batch-event.ts'
import type { Mapping } from './mappings.ts'

const base: Mapping = {
  id: 'mapping',
  target: { name: 'f' },
  sourceArn: 'arn:aws:kinesis:us-east-1:000000000000:stream/s',
  start: { at: 'LATEST' },
  batchSize: 100,
  windowSeconds: 0,
  parallelization: 1,
  retriesMax: -1,
  recordAgeMaxSeconds: -1,
  bisects: false,
  reportsFailures: false,
  filters: [],
  enabled: true,
  state: 'Enabled',
  stateReason: '',
  modifiedMs: 0,
  lastResult: '',
  revision: 1,
  tags: {},
}
const origin = { scope, sourceArn: base.sourceArn, shardId: 'shardId-000000000000', role: 'role' }

type Answer = Partial<InvocationAnswer> | Error

function setUp(settings: Partial<Mapping>, answer: (batch: string, call: number) => Answer) {
  const { clock, advance } = createVirtualClock()
  const calls: string[] = []
  const sent: Array<{ prefix: string; record: Record<string, unknown> }> = []
  const results: string[] = []
  const places: number[] = []
  const delivery = createBatchDelivery(
    {
      clock,
      metrics: silentMetrics,
      late: new AbortController().signal,
      onResult: async (result) => void results.push(result),
      invocations: {
        retire: async () => undefined,
        async run(_scope, _target, { payload }) {
          const { Records } = JSON.parse(Buffer.from(payload).toString())
          const batch = Records.map((one: { kinesis: { sequenceNumber: string } }) =>
            one.kinesis.sequenceNumber.slice('seq-'.length),
          ).join(' ')
          calls.push(batch)
          const given = answer(batch, calls.length)
          if (given instanceof Error) throw given
          const rest = { requestId: 'id', executedVersion: '$LATEST', logTail: '' }
          return { ...rest, payload: Buffer.from('null'), ...given }
        },
      },
      destinations: {
        validate: async () => undefined,
        validateDeadLetters: async () => undefined,
        send: async (_scope, _arn, { content, objectPrefix: prefix }) =>
          void sent.push({ prefix, record: content as Record<string, unknown> }),
        sendToDeadLetters: async () => undefined,
      },
    },
    { ...base, ...settings },
    origin,
  )
  const abort = new AbortController()
  async function deliver(records: ReadonlyArray<StreamRecord>) {
    let done: boolean | undefined
    const running = delivery
      .deliver(records, async (behind) => void places.push(behind.offset), abort.signal)
      .then((answered) => {
        done = answered
      })
    for (let second = 0; second < 300 && done === undefined; second++) await advance(1000)
    abort.abort()
    await advance(10_000)
    await running
    return done
  }
  return { deliver, calls, sent, results, places, clock }
}

const records = (count: number) => Array.from({ length: count }, (_, offset) => makeRecord(offset))
const failed = { functionError: 'Unhandled' }
const report = (...ids: unknown[]) => ({
  payload: Buffer.from(
    JSON.stringify({ batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })) }),
  ),
})

test('the event is as Lambda makes it', () => {
  const event = batchEvent(origin, [makeRecord(7, { arrivalMs: 1_545_084_650_987 })])
  expect(event).toEqual({
    Records: [
      {
        kinesis: {
          kinesisSchemaVersion: '1.0',
          partitionKey: 'key',
          sequenceNumber: 'seq-7',
          data: Buffer.from('{"offset":7}').toString('base64'),
          approximateArrivalTimestamp: 1545084650.987,
        },
        eventSource: 'aws:kinesis',
        eventVersion: '1.0',
        eventID: 'shardId-000000000000:seq-7',
        eventName: 'aws:kinesis:record',
        invokeIdentityArn: 'role',
        awsRegion: 'us-east-1',
        eventSourceARN: base.sourceArn,
      },
    ],
  })
})

test('a batch that fails is tried again until it succeeds', async () => {
  const { deliver, calls, results } = setUp({}, (_batch, call) => (call < 4 ? failed : {}))
  expect(await deliver(records(2))).toBe(true)
  expect(calls).toEqual(['0 1', '0 1', '0 1', '0 1'])
  expect(results.at(0)).toBe('PROBLEM: Function call failed')
  expect(results.at(-1)).toBe('OK')
})

test('with bisection a bad record is cornered, and the good ones pass in order', async () => {
  const { deliver, calls, sent, places } = setUp(
    { bisects: true, retriesMax: 1, onFailure: 'arn:aws:s3:::there' },
    (batch) => (batch.split(' ').includes('2') ? failed : {}),
  )
  expect(await deliver(records(5))).toBe(true)
  expect(calls).toEqual(['0 1 2 3 4', '0 1 2', '0 1', '2', '2', '3 4'])
  expect(places).toEqual([0, 0, 2, 2, 3])
  expect(sent).toHaveLength(1)
  expect(sent[0]?.prefix).toBe('aws/lambda/mapping/shardId-000000000000')
  expect(sent[0]?.record).toMatchObject({
    version: '1.0',
    requestContext: {
      functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:f',
      condition: 'RetryAttemptsExhausted',
      approximateInvokeCount: 2,
    },
    responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
    KinesisBatchInfo: {
      shardId: 'shardId-000000000000',
      startSequenceNumber: 'seq-2',
      endSequenceNumber: 'seq-2',
      batchSize: 1,
      streamArn: base.sourceArn,
    },
  })
})

test('retries are counted: at the limit one more, then the batch is given up', async () => {
  const { deliver, calls, sent } = setUp(
    { retriesMax: 2, onFailure: 'arn:aws:s3:::there' },
    () => failed,
  )
  expect(await deliver(records(2))).toBe(true)
  expect(calls).toHaveLength(3)
  expect(sent[0]?.record).toMatchObject({ requestContext: { approximateInvokeCount: 3 } })
})

test('a report of failed records goes on from the first of them', async () => {
  const { deliver, calls, places } = setUp({ reportsFailures: true }, (_batch, call) =>
    call === 1 ? report('seq-3', 'seq-1') : {},
  )
  expect(await deliver(records(4))).toBe(true)
  expect(calls).toEqual(['0 1 2 3', '1 2 3'])
  expect(places).toEqual([1])
})

test.each(['null', '{}', '{"batchItemFailures":[]}', '{"batchItemFailures":null}'])(
  'the report %s is success',
  async (payload) => {
    const { deliver, calls } = setUp({ reportsFailures: true }, () => ({
      payload: Buffer.from(payload),
    }))
    expect(await deliver(records(2))).toBe(true)
    expect(calls).toHaveLength(1)
  },
)

test.each([
  [report('')],
  [report(null)],
  [report('seq-9')],
  [{ payload: Buffer.from('{"batchItemFailures":[{"other":"seq-1"}]}') }],
])('a report of no record of the batch fails all of it', async (answer) => {
  const { deliver, calls } = setUp({ reportsFailures: true }, (_batch, call) =>
    call === 1 ? answer : {},
  )
  expect(await deliver(records(2))).toBe(true)
  expect(calls).toEqual(['0 1', '0 1'])
})

test('records beyond their age are given up, the others delivered', async () => {
  const stage = setUp({ recordAgeMaxSeconds: 60, onFailure: 'arn:aws:s3:::there' }, () => ({}))
  const nowMs = stage.clock.wallMs()
  const aged = [61, 60, 1].map((seconds, offset) =>
    makeRecord(offset, { arrivalMs: nowMs - seconds * 1000 }),
  )
  expect(await stage.deliver(aged)).toBe(true)
  expect(stage.calls).toEqual(['1 2'])
  expect(stage.sent[0]?.record).toMatchObject({
    requestContext: { condition: 'RecordAgeExceeded', approximateInvokeCount: 0 },
    KinesisBatchInfo: { batchSize: 1 },
  })
  expect(stage.sent[0]?.record).not.toHaveProperty('responseContext')
})

test('a throttle is waited out and counts as no attempt', async () => {
  const { deliver, calls, sent } = setUp({ retriesMax: 0 }, (_batch, call) =>
    call < 5 ? tooManyRequests('ReservedFunctionConcurrentInvocationLimitExceeded') : {},
  )
  expect(await deliver(records(2))).toBe(true)
  expect(calls).toHaveLength(5)
  expect(sent).toEqual([])
})

test('a poisoned batch without a limit is held, not skipped', async () => {
  const { deliver, places } = setUp({}, () => failed)
  expect(await deliver(records(2))).toBe(false)
  expect(new Set(places)).toEqual(new Set([0]))
})
