import { zipSync } from 'fflate'
import { expect, test } from 'vitest'
import {
  createLambdaStage,
  functionSettings,
  scope,
} from '../../../../test/support/lambda-nouns.ts'
import { createVirtualClock } from '../../../../test/support/virtual-clock.ts'
import type { InvocationOutcome } from '../../../engines/compute/port.ts'
import type { QueueSettings } from '../../sqs/queue.ts'
import { arnOf } from '../../sqs/queues.ts'
import { defaultSettings } from '../../sqs/wire-attributes.ts'
import { createLambdaNouns } from '../lambda-nouns.ts'
import type { MappingSettings } from './mappings.ts'

const defaults: MappingSettings = {
  target: { name: 'f' },
  batchSize: 10,
  windowSeconds: 0,
  parallelization: 1,
  retriesMax: -1,
  recordAgeMaxSeconds: -1,
  bisects: false,
  reportsFailures: false,
  filters: [],
  enabled: true,
}
const failure: Partial<InvocationOutcome> = { kind: 'failed', payload: Buffer.from('{}') }

type Answer = (bodies: ReadonlyArray<string>, ids: ReadonlyArray<string>) => Promise<unknown>

async function setUp(
  queueSettings: Partial<QueueSettings> = {},
  answer: Answer = async () => undefined,
) {
  const virtual = createVirtualClock()
  const batches: string[][] = []
  const running = { now: 0, most: 0 }
  const stage = createLambdaStage({
    clock: virtual.clock,
    async handler(_spec, event) {
      const { Records } = JSON.parse(Buffer.from(event.payload).toString())
      const bodies = Records.map(({ body }: { body: string }) => body)
      const ids = Records.map(({ messageId }: { messageId: string }) => messageId)
      batches.push(bodies)
      running.now++
      running.most = Math.max(running.most, running.now)
      await virtual.clock.sleep(100)
      running.now--
      const given = await answer(bodies, ids)
      if (given === failure) return failure
      return { payload: Buffer.from(JSON.stringify(given ?? null)) } as Partial<InvocationOutcome>
    },
  })
  const lambda = createLambdaNouns(stage.deps)
  const zip = Buffer.from(zipSync({ 'index.mjs': new Uint8Array([1]) }))
  await lambda.functions.create(scope, { name: 'f', settings: functionSettings, zip, tags: {} })
  const { queues, messages } = stage.deps.sqs
  const queue = await queues.create(scope, 'q', { ...defaultSettings, ...queueSettings }, {})
  if (!queue) throw new Error('the name is free')
  const stop = new AbortController()
  return {
    ...{ ...lambda, ...virtual, batches, running, queue, sqs: stage.deps.sqs },
    send: (bodies: ReadonlyArray<string>, groupId?: string) =>
      messages.send(
        queue,
        bodies.map((body) => ({
          ...{ body, attributes: {}, senderId: 's' },
          ...(groupId !== undefined && { groupId, deduplicationId: body }),
        })),
      ),
    counts: () => messages.counts(queue),
    map: (given: Partial<MappingSettings> = {}) =>
      lambda.mappings.create(
        scope,
        { ...defaults, ...given, sourceArn: arnOf(queue), tags: {} },
        new Map(),
      ),
    start() {
      const working = lambda.workers.run(stop.signal)
      return async () => {
        stop.abort()
        await virtual.advance(30_000)
        await working
      }
    },
  }
}

const gone = { visible: 0, inFlight: 0, delayed: 0 }

test('what the function handled is removed, what it reports as failed comes again', async () => {
  let first = true
  const stage = await setUp({}, async (bodies, ids) => {
    const failed = first ? ids.filter((_, index) => bodies[index] === 'b') : []
    first = false
    return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) }
  })
  const mapping = await stage.map({ reportsFailures: true })
  await stage.send(['a', 'b', 'c'])
  const stop = stage.start()
  await stage.advance(5000)
  expect(stage.batches).toEqual([['a', 'b', 'c']])
  expect(await stage.counts()).toEqual({ visible: 0, inFlight: 1, delayed: 0 })
  expect(await stage.mappings.get(scope, mapping.id)).toMatchObject({ state: 'Enabled' })
  await stage.advance(30_000)
  expect(stage.batches).toEqual([['a', 'b', 'c'], ['b']])
  expect(await stage.counts()).toEqual(gone)
  await stop()
})

test('a batch whose function fails comes again as a whole, until the queue gives it up', async () => {
  const stage = await setUp({ visibilitySeconds: 10 }, async () => failure)
  const { queues, messages } = stage.sqs
  const dead = await queues.create(scope, 'dead', defaultSettings, {})
  if (!dead) throw new Error('the name is free')
  await queues.change(stage.queue, (current) => ({
    ...current,
    settings: { ...current.settings, redrive: { deadLetterArn: arnOf(dead), receivesMax: 2 } },
  }))
  await stage.map()
  await stage.send(['a', 'b'])
  const stop = stage.start()
  await stage.advance(60_000)
  expect(stage.batches).toEqual([
    ['a', 'b'],
    ['a', 'b'],
  ])
  expect(await stage.counts()).toEqual(gone)
  expect(await messages.counts(dead)).toEqual({ visible: 2, inFlight: 0, delayed: 0 })
  await stop()
})

test('messages that no filter lets through are removed and not delivered', async () => {
  const stage = await setUp()
  await stage.map({ filters: ['{"body":{"kind":["x"]}}', '{"body":["plain"]}'] })
  await stage.send(['{"kind":"x"}', '{"kind":"y"}', 'plain', 'other'])
  const stop = stage.start()
  await stage.advance(2000)
  expect(stage.batches).toEqual([['{"kind":"x"}', 'plain']])
  expect(await stage.counts()).toEqual(gone)
  await stop()
})

test('no more batches are under way than the mapping allows', async () => {
  const stage = await setUp()
  await stage.map({ batchSize: 1, concurrencyMax: 2 })
  await stage.send(['a', 'b', 'c', 'd', 'e', 'f'])
  const stop = stage.start()
  await stage.advance(5000)
  expect(stage.running.most).toBe(2)
  expect(stage.batches.flat().sort()).toEqual(['a', 'b', 'c', 'd', 'e', 'f'])
  expect(await stage.counts()).toEqual(gone)
  await stop()
})

test('a window collects one batch from many receives', async () => {
  const stage = await setUp()
  await stage.map({ batchSize: 30, windowSeconds: 5 })
  const stop = stage.start()
  await stage.advance(1000)
  for (let part = 0; part < 3; part++) {
    await stage.send(Array.from({ length: 8 }, (_, index) => `${part}${index}`))
    await stage.advance(1000)
  }
  expect(stage.batches).toEqual([])
  await stage.advance(3000)
  expect(stage.batches.map((batch) => batch.length)).toEqual([24])
  expect(await stage.counts()).toEqual(gone)
  await stop()
})

test('the messages of a group come in order, one batch after the other', async () => {
  const stage = await setUp({ fifo: true })
  await stage.map({ batchSize: 2 })
  await stage.send(['1', '2', '3', '4', '5'], 'g')
  const stop = stage.start()
  await stage.advance(5000)
  expect(stage.batches).toEqual([['1', '2'], ['3', '4'], ['5']])
  expect(stage.running.most).toBe(1)
  expect(await stage.counts()).toEqual(gone)
  await stop()
})

test('a mapping that is disabled takes nothing more from its queue', async () => {
  const stage = await setUp()
  const mapping = await stage.map()
  const stop = stage.start()
  await stage.advance(2000)
  await stage.mappings.change(scope, mapping.id, (now) => ({ ...now, enabled: false }))
  await stage.advance(2000)
  await stage.send(['a'])
  await stage.advance(2000)
  expect(stage.batches).toEqual([])
  expect((await stage.mappings.get(scope, mapping.id)).state).toBe('Disabled')
  await stop()
})
