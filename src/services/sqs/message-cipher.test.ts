import { expect, test } from 'vitest'
import { createMemoryMeta } from '../../../test/support/memory-meta.ts'
import { createVirtualClock } from '../../../test/support/virtual-clock.ts'
import { encodeKey } from '../../base/ordered-key.ts'
import { createSeededRandom } from '../../base/random.ts'
import type { QueueSettings } from './queue.ts'
import { createSqsNouns } from './sqs-nouns.ts'
import { defaultSettings } from './wire-attributes.ts'

const scope = { accountId: '000000000000', region: 'us-east-1' }
const SECRET = 'what nobody may read'

async function setUp(settings: Partial<QueueSettings>) {
  const { clock, advance } = createVirtualClock()
  const meta = createMemoryMeta()
  const open = () => createSqsNouns({ meta, clock, random: createSeededRandom(1), limits: false })
  const nouns = open()
  const queue = await nouns.queues.create(scope, 'q', { ...defaultSettings, ...settings }, {})
  if (!queue) throw new Error('the name is free')
  const send = () => nouns.messages.send(queue, [{ body: SECRET, attributes: {}, senderId: 's' }])
  const stored = async () => {
    const entries = await meta.scan({ prefix: encodeKey(['sqs/content']), limit: 10 })
    return entries.map(({ value }) => Buffer.from(value))
  }
  return { queue, advance, open, send, stored }
}

test.each<[string, Partial<QueueSettings>]>([
  ["SQS's own keys", {}],
  ['a key of KMS', { managedEncryption: false, kmsKeyId: 'alias/orders' }],
])(
  '%s hide what is in a message from the medium, and not from those who receive',
  async (_name, settings) => {
    const { queue, open, send, stored } = await setUp(settings)
    await send()
    const [bytes] = await stored()
    expect(bytes?.includes(SECRET)).toBe(false)
    // A process that starts anew has no keys in memory.
    const [delivered] = await open().messages.receive(queue, {
      ...{ count: 1, waitMs: 0, visibilityMs: 1 },
    })
    expect(delivered?.content.body).toBe(SECRET)
  },
)

test('a queue without encryption shows it, so the search does find', async () => {
  const { send, stored } = await setUp({ managedEncryption: false })
  await send()
  expect((await stored())[0]?.includes(SECRET)).toBe(true)
})

test('a data key is used for its period and no longer', async () => {
  const settings = { managedEncryption: false, kmsKeyId: 'alias/orders', dataKeySeconds: 60 }
  const { advance, send, stored } = await setUp(settings)
  await send()
  await advance(59_000)
  await send()
  await advance(1_000)
  await send()
  const periods = (await stored()).map((bytes) => {
    const nameEnd = 3 + bytes.readUInt16BE(1)
    return bytes.readBigUInt64BE(nameEnd)
  })
  expect(new Set(periods).size).toBe(2)
})
