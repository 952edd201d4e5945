import { expect, test } from 'vitest'
import { createMemoryMeta } from '../../../test/support/memory-meta.ts'
import { createVirtualClock } from '../../../test/support/virtual-clock.ts'
import { encodeKey } from '../../base/ordered-key.ts'
import { createSeededRandom } from '../../base/random.ts'
import type { OwnedQueue, QueueSettings } from './queue.ts'
import { arnOf } from './queues.ts'
import { receiptHandle } from './receipt.ts'
import { createSqsNouns } from './sqs-nouns.ts'
import { defaultSettings } from './wire-attributes.ts'

const scope = { accountId: '000000000000', region: 'us-east-1' }
const ROWS = ['message', 'content', 'visible', 'sent', 'group', 'turn', 'ready', 'deduplication']

function setUp() {
  const { clock, advance } = createVirtualClock()
  const meta = createMemoryMeta()
  const nouns = createSqsNouns({ meta, clock, random: createSeededRandom(3), limits: false })
  const create = async (name: string, settings: Partial<QueueSettings> = {}) => {
    const queue = await nouns.queues.create(scope, name, { ...defaultSettings, ...settings }, {})
    if (!queue) throw new Error(`there is a queue ${name}`)
    return queue
  }
  const send = (queue: OwnedQueue, body: string, groupId?: string) =>
    nouns.messages.send(queue, [
      {
        ...{ body, attributes: {}, senderId: 's' },
        ...(groupId !== undefined && { groupId, deduplicationId: body }),
      },
    ])
  const receive = async (queue: OwnedQueue, visibilityMs = 30_000) =>
    (await nouns.messages.receive(queue, { count: 10, waitMs: 0, visibilityMs })).map(
      ({ content }) => content.body,
    )
  const rowCount = async () => {
    const found = await Promise.all(
      ROWS.map((kind) => meta.scan({ prefix: encodeKey([`sqs/${kind}`]), limit: 10_000 })),
    )
    return found.flat().length
  }
  return { ...nouns, meta, advance, clock, create, send, receive, rowCount }
}

test('a name is free again a minute after its queue was removed, without its messages', async () => {
  const { queues, create, send, receive, advance, upkeep, rowCount } = setUp()
  const queue = await create('q')
  await send(queue, 'old')
  await queues.remove(queue)
  await advance(59_999)
  await expect(create('q')).rejects.toMatchObject({ code: 'QueueDeletedRecently' })
  await advance(1)
  const again = await create('q')
  expect(await receive(again)).toEqual([])
  await send(again, 'new')
  await upkeep.round()
  expect(await receive(again)).toEqual(['new'])
  await queues.remove(again)
  await upkeep.round()
  expect(await rowCount()).toBe(0)
})

test('a message for a queue that is removed meanwhile is refused, not lost', async () => {
  const { queues, create, send, receive, advance, rowCount } = setUp()
  const dead = await create('dead')
  const redrive = { deadLetterArn: arnOf(dead), receivesMax: 1 }
  const queue = await create('q', { redrive })
  await send(queue, 'poison')
  expect(await receive(queue, 1_000)).toEqual(['poison'])
  await advance(1_000)
  const before = await rowCount()
  const moving = receive(queue)
  await queues.remove(dead)
  const outcome = await moving.then(
    (bodies) => bodies,
    (error: { code: string }) => error.code,
  )
  // It was moved before the removal, or not at all.
  if (outcome === 'QueueDoesNotExist') expect(await receive(queue)).toEqual(['poison'])
  expect(await rowCount()).toBe(before)
  await expect(send(dead, 'too late')).rejects.toMatchObject({ code: 'QueueDoesNotExist' })
})

test('what is older than the retention is neither received nor kept, in flight or not', async () => {
  const { create, send, receive, advance, upkeep, rowCount, messages } = setUp()
  for (const fifo of [false, true]) {
    const queue = await create(fifo ? 'q.fifo' : 'q', { fifo, retentionSeconds: 600 })
    for (let index = 0; index < 120; index++) await send(queue, `${index}`, fifo ? 'g' : undefined)
    await receive(queue, 1_000_000)
    await advance(599_999)
    expect((await messages.counts(queue)).inFlight).toBe(10)
    await advance(1)
    expect(await receive(queue)).toEqual([])
    await upkeep.round()
    expect(await messages.counts(queue)).toEqual({ visible: 0, inFlight: 0, delayed: 0 })
  }
  expect(await rowCount()).toBe(0)
})

test('the time of visibility ends twelve hours after the receive', async () => {
  const { create, send, messages, advance } = setUp()
  const queue = await create('q')
  await send(queue, 'a')
  const [got] = await messages.receive(queue, { count: 1, waitMs: 0, visibilityMs: 43_200_000 })
  const handle = receiptHandle(queue, {
    messageId: got?.state.id ?? '',
    receipt: got?.state.receipt ?? '',
  })
  await advance(3_600_000)
  await messages.changeVisibility(queue, handle, 39_600_000)
  await expect(messages.changeVisibility(queue, handle, 39_601_000)).rejects.toThrow(
    'Total VisibilityTimeout for the message is beyond the limit [43200 seconds]',
  )
})
