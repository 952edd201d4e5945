import { expect, test } from 'vitest'
import { createVirtualClock } from '../../../test/support/virtual-clock.ts'
import { createSeededRandom } from '../../base/random.ts'
import type { FunctionInvoker, InvokeRequest } from '../lambda/function-invoker.ts'
import type { DeliveryStream } from './delivery-streams.ts'
import { transformRecords } from './lambda-transform.ts'
import type { SourceRecord } from './record-source.ts'

const scope = { accountId: '111111111111', region: 'eu-west-1' }
const transform = { functionArn: 'arn:f', retries: 2, bufferBytes: 1_000_000, bufferSeconds: 60 }
const stream = {
  arn: 'arn:aws:firehose:eu-west-1:111111111111:deliverystream/clicks',
  source: { kind: 'kinesis', streamArn: 'arn:k', roleArn: '' },
} as unknown as DeliveryStream

function records(count: number, sizeBytes = 10): SourceRecord[] {
  return Array.from({ length: count }, (_, offset) => ({
    data: Buffer.alloc(sizeBytes, 65 + (offset % 26)),
    arrivalMs: 1_000 + offset,
    shardId: 'shardId-000000000000',
    offset,
    kinesis: { sequenceNumber: `49${offset}`, subSequenceNumber: 0, partitionKey: `k${offset}` },
  }))
}

function run(
  given: SourceRecord[],
  invoke: (event: { records: { recordId: string; data: string }[] }) => {
    functionError?: string
    body: unknown
  },
  options = transform,
) {
  const calls: unknown[] = []
  const { clock, advance } = createVirtualClock()
  const functions: FunctionInvoker = {
    async invoke(_scope, { payload }: InvokeRequest) {
      const event = JSON.parse(Buffer.from(payload).toString())
      calls.push(event)
      const { body, ...rest } = invoke(event)
      return { requestId: 'r', payload: Buffer.from(JSON.stringify(body)), logTail: '', ...rest }
    },
    invokeLater: async () => undefined,
  }
  const deps = { functions, clock, random: createSeededRandom(1) }
  const signal = new AbortController().signal
  const done = transformRecords(deps, scope, stream, options, given, signal)
  return { calls, done, advance }
}

test('each record takes the way that the function answers for it', async () => {
  const { done } = run(records(4), ({ records: [ok, drop, fail] }) => ({
    body: {
      records: [
        { recordId: ok?.recordId, result: 'Ok', data: Buffer.from('new').toString('base64') },
        { recordId: drop?.recordId, result: 'Dropped' },
        { recordId: fail?.recordId, result: 'ProcessingFailed', data: fail?.data },
      ],
    },
  }))
  const outcome = await done
  expect(outcome.delivered.map(({ data }) => Buffer.from(data).toString())).toEqual(['new'])
  expect(outcome.droppedCount).toBe(1)
  expect(outcome.failed.map(({ record, code }) => [record.offset, code])).toEqual([
    [2, 'Lambda.ProcessingFailedStatus'],
    [3, 'Lambda.MissingRecordId'],
  ])
})

test('the function sees the documented event', async () => {
  const { calls, done } = run(records(1), ({ records: [one] }) => ({
    body: { records: [{ ...one, result: 'Ok' }] },
  }))
  await done
  expect(calls).toEqual([
    {
      invocationId: expect.any(String),
      sourceKinesisStreamArn: 'arn:k',
      deliveryStreamArn: stream.arn,
      region: 'eu-west-1',
      records: [
        {
          recordId: expect.any(String),
          approximateArrivalTimestamp: 1000,
          data: Buffer.alloc(10, 'A').toString('base64'),
          kinesisRecordMetadata: {
            sequenceNumber: '490',
            subsequenceNumber: 0,
            partitionKey: 'k0',
            shardId: 'shardId-000000000000',
            approximateArrivalTimestamp: 1000,
          },
        },
      ],
    },
  ])
})

test('records go out in invocations of the configured size, and come back in order', async () => {
  const given = records(10, 400)
  const options = { ...transform, bufferBytes: 1000 }
  const { calls, done } = run(
    given,
    ({ records: all }) => ({ body: { records: all.map((one) => ({ ...one, result: 'Ok' })) } }),
    options,
  )
  const outcome = await done
  expect(calls.length).toBe(5)
  expect(outcome.delivered.map(({ record }) => record.offset)).toEqual(given.map((r) => r.offset))
})

test.each([
  ['throws', { functionError: 'Unhandled', body: { errorMessage: 'no' } }, 'Lambda.FunctionError'],
  ['answers no records', { body: { other: 1 } }, 'Lambda.JsonProcessingException'],
])(
  'a function that %s is called again as often as configured, then its records have failed',
  async (_name, answer, code) => {
    const { calls, done, advance } = run(records(2), () => answer)
    for (let step = 0; step < 10; step++) await advance(5_000)
    const outcome = await done
    expect(calls.length).toBe(3)
    expect(outcome.failed.map((one) => [one.code, one.attempts])).toEqual([
      [code, 3],
      [code, 3],
    ])
  },
)
