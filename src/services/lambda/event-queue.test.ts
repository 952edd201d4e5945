import { zipSync } from 'fflate'
import { expect, test } from 'vitest'
import { createLambdaStage, functionSettings, scope } from '../../../test/support/lambda-nouns.ts'
import { createMemoryMeta } from '../../../test/support/memory-meta.ts'
import { createVirtualClock } from '../../../test/support/virtual-clock.ts'
import type { InvocationOutcome } from '../../engines/compute/port.ts'
import { createLambdaNouns } from './lambda-nouns.ts'

const zip = Buffer.from(zipSync({ 'index.mjs': new Uint8Array([1]) }))
const failing = { kind: 'failed' as const, payload: Buffer.from('{"errorType":"E"}') }

function setUp(options: { readonly meta?: ReturnType<typeof createMemoryMeta> } = {}) {
  const virtual = createVirtualClock()
  const meta = options.meta ?? createMemoryMeta()
  const calls: Array<{ name: string; payload: string; atMs: number }> = []
  let answer: (payload: string) => Partial<InvocationOutcome> = () => ({})
  const stage = createLambdaStage({
    clock: virtual.clock,
    meta,
    async handler(spec, event) {
      const payload = Buffer.from(event.payload).toString()
      const name = spec.functionId.split(':').at(-2) ?? ''
      calls.push({ name, payload, atMs: virtual.clock.monotonicMs() })
      return name === 'f' ? answer(payload) : {}
    },
  })
  const lambda = createLambdaNouns(stage.deps)
  const stop = new AbortController()
  return {
    ...stage,
    ...lambda,
    ...virtual,
    calls,
    create: (name: string) =>
      lambda.functions.create(scope, { name, settings: functionSettings, zip, tags: {} }),
    answers(next: typeof answer) {
      answer = next
    },
    start() {
      const running = lambda.queue.run(stop.signal)
      return async () => {
        stop.abort()
        await virtual.advance(10_000)
        await running
      }
    },
  }
}

const accept = (lambda: ReturnType<typeof setUp>, payload = '{}') =>
  lambda.invoker.invokeLater(scope, { functionName: 'f', payload: Buffer.from(payload) })

test('an event runs once, and failures are tried again after one and after two minutes', async () => {
  const lambda = setUp()
  await lambda.create('f')
  const stop = lambda.start()
  await accept(lambda, '"good"')
  await lambda.advance(5000)
  expect(lambda.calls.map(({ payload }) => payload)).toEqual(['"good"'])

  lambda.answers(() => failing)
  await accept(lambda, '"bad"')
  await lambda.advance(600_000)
  const times = lambda.calls.slice(1).map(({ atMs }) => Math.round(atMs / 1000))
  expect(times.map((time) => time - (times[0] ?? 0))).toEqual([0, 60, 180])
  await stop()
})

test('what failed for good and what was done go to their destinations', async () => {
  const lambda = setUp()
  await lambda.create('f')
  await lambda.create('next')
  await lambda.invokeConfigs.put(
    scope,
    { name: 'f' },
    {
      retries: 0,
      onFailure: 'arn:aws:s3:::there',
      onSuccess: 'arn:aws:lambda:us-east-1:000000000000:function:next',
    },
  )
  lambda.answers((payload) => (payload === '"bad"' ? failing : {}))
  const stop = lambda.start()
  await accept(lambda, '"bad"')
  await accept(lambda, '"good"')
  await lambda.advance(5000)
  const [key = ''] = lambda.buckets.keys()
  expect(key).toMatch(
    /^s3:\/\/there\/aws\/lambda\/async\/f\/2026\/01\/01\/2026-01-01T00\.00\.\d\d-[0-9a-f-]{36}$/,
  )
  expect(JSON.parse(lambda.buckets.text(key))).toMatchObject({
    version: '1.0',
    requestContext: { condition: 'RetriesExhausted', approximateInvokeCount: 1 },
    requestPayload: 'bad',
    responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
    responsePayload: { errorType: 'E' },
  })
  const told = lambda.calls.find(({ name }) => name === 'next')
  expect(JSON.parse(told?.payload ?? '')).toMatchObject({
    requestContext: { condition: 'Success' },
    requestPayload: 'good',
  })
  await stop()
})

test('an event that is throttled waits longer each time, and is given up when it is too old', async () => {
  const lambda = setUp()
  await lambda.create('f')
  const reserve = (reservedConcurrency: number) =>
    lambda.functions.change(scope, 'f', (record) => ({ ...record, reservedConcurrency }))
  await lambda.invokeConfigs.put(
    scope,
    { name: 'f' },
    { ageMaxSeconds: 60, onFailure: 'arn:aws:s3:::there' },
  )
  await reserve(0)
  const stop = lambda.start()
  await accept(lambda, '"early"')
  await lambda.advance(20_000)
  await reserve(1)
  await lambda.advance(20_000)
  expect(lambda.calls.map(({ payload }) => payload)).toEqual(['"early"'])

  await reserve(0)
  await accept(lambda, '"late"')
  await lambda.advance(300_000)
  const [key = ''] = lambda.buckets.keys()
  expect(JSON.parse(lambda.buckets.text(key))).toMatchObject({
    requestContext: { condition: 'EventAgeExceeded', approximateInvokeCount: 0 },
    requestPayload: 'late',
  })
  expect(lambda.calls).toHaveLength(1)
  await stop()
})

test('an accepted event survives the end of the process', async () => {
  const meta = createMemoryMeta()
  const before = setUp({ meta })
  await before.create('f')
  await accept(before, '"kept"')
  const after = setUp({ meta })
  for (const [key, bytes] of before.zips) after.zips.set(key, bytes)
  const stop = after.start()
  // Unpacking runs on threads of its own, which the virtual clock does not wait for.
  const delivered = async () => {
    await after.advance(1000)
    return after.calls.map(({ payload }) => payload)
  }
  await expect.poll(delivered).toEqual(['"kept"'])
  await stop()
})

test('one function that hangs does not hold the others back', async () => {
  const lambda = setUp()
  await lambda.create('f')
  await lambda.create('next')
  lambda.answers(() => new Promise(() => undefined) as never)
  const stop = lambda.start()
  for (let index = 0; index < 100; index++) await accept(lambda)
  await lambda.invoker.invokeLater(scope, { functionName: 'next', payload: Buffer.from('1') })
  const callsOf = async (wanted: string) => {
    await lambda.advance(1000)
    return lambda.calls.filter(({ name }) => name === wanted).length
  }
  await expect.poll(() => callsOf('next')).toBe(1)
  expect(await callsOf('f')).toBe(16)
  void stop
})

test('a function that is gone takes its events with it', async () => {
  const lambda = setUp()
  await lambda.create('f')
  await accept(lambda)
  await lambda.functions.remove(scope, 'f')
  const stop = lambda.start()
  await lambda.advance(5000)
  expect(lambda.calls).toEqual([])
  await lambda.create('f')
  await lambda.advance(600_000)
  expect(lambda.calls).toEqual([])
  await stop()
})
