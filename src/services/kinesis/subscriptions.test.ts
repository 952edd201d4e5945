import { expect, test } from 'vitest'
import type { World } from '../../../test/support/kinesis-world.ts'
import { createWorld, KEY, PROVISIONED } from '../../../test/support/kinesis-world.ts'
import { shardAt } from './shard-reads.ts'
import type { SubscriptionEvent } from './subscriptions.ts'

const MIB = 1 << 20
const never = new AbortController().signal

async function open({ streams, subscriptions }: World, consumer = 'a', signal = never) {
  const at = shardAt(KEY, await streams.get(KEY), 0)
  const request = { consumerArn: `${consumer}:1`, consumerName: consumer, at, offset: 0 }
  return subscriptions.open(request, signal)
}

/** Collects in the background what a subscription gives, until it ends. */
function collect(events: AsyncIterable<SubscriptionEvent>) {
  const seen: SubscriptionEvent[] = []
  const ended = (async () => {
    for await (const event of events) seen.push(event)
  })()
  const bytes = () =>
    seen.reduce((sum, event) => {
      const records = event.kind === 'batch' ? event.batch.records : []
      return sum + records.reduce((one, { data }) => one + data.length, 0)
    }, 0)
  return { seen, ended, bytes }
}

async function createStream(world: World): Promise<void> {
  await world.streams.create(KEY, { ...PROVISIONED, shardCount: 1 })
}

function put({ producer }: World, sizeBytes: number) {
  return producer.put(KEY, [{ partitionKey: 'k', data: Buffer.alloc(sizeBytes) }], () => 'data')
}

test('a subscription delivers for five minutes, and an empty event every five seconds', async () => {
  const world = await createWorld()
  await createStream(world)
  const { seen, ended } = collect(await open(world))
  let isOver = false
  const over = ended.then(() => {
    isOver = true
  })
  await world.advance(299_000)
  expect(isOver).toBe(false)
  expect(seen.length).toBe(60)
  await world.advance(2_000)
  expect(isOver).toBe(true)
  await over
})

test('each consumer has two mebibytes a second of a shard for itself', async () => {
  const world = await createWorld({ limits: true })
  await createStream(world)
  for (let second = 0; second < 10; second++) {
    await put(world, MIB - 1)
    await world.advance(1_100)
  }
  const stop = new AbortController()
  const [one, other] = [
    collect(await open(world, 'one', stop.signal)),
    collect(await open(world, 'other', stop.signal)),
  ]
  await world.advance(1)
  for (const { bytes } of [one, other]) {
    expect(bytes()).toBeGreaterThan(MIB)
    expect(bytes()).toBeLessThanOrEqual(4 * MIB)
  }
  await world.advance(2_000)
  expect(one.bytes()).toBeLessThanOrEqual(8 * MIB)
  await world.advance(3_000)
  expect(one.bytes()).toBe(10 * (MIB - 1))
  expect(other.bytes()).toBe(10 * (MIB - 1))
  stop.abort()
  await Promise.all([one.ended, other.ended])
})

test('a second one is refused for five seconds, and then takes over', async () => {
  const world = await createWorld()
  await createStream(world)
  const first = collect(await open(world))
  await world.advance(4_999)
  await expect(open(world)).rejects.toMatchObject({
    code: 'ResourceInUseException',
    message:
      'Another active subscription exists for this consumer: ' +
      '000000000000:clicks:shardId-000000000000:a',
  })
  await world.advance(1)
  const stop = new AbortController()
  const second = collect(await open(world, 'a', stop.signal))
  await first.ended
  expect(first.seen.at(-1)).toMatchObject({
    kind: 'taken over',
    error: { code: 'ResourceInUseException' },
  })
  await put(world, 7)
  await world.advance(1)
  expect(second.bytes()).toBe(7)
  stop.abort()
  await second.ended
  // It has left: the next one need not wait.
  const third = new AbortController()
  const { ended } = collect(await open(world, 'a', third.signal))
  third.abort()
  await ended
})
