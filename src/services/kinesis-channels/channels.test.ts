import { expect, test } from 'vitest'
import { createMemoryMeta } from '../../../test/support/memory-meta.ts'
import { createVirtualClock } from '../../../test/support/virtual-clock.ts'
import type { NewChannel } from './channels.ts'
import { createChannels } from './channels.ts'
import { CHANNELS_MAX, KEY_BYTES_MAX } from './limits.ts'
import { checkTemplate, objectKey } from './object-key.ts'

const scope = { accountId: '000000000000', region: 'us-east-1' }
const bucket = { bucketArn: 'arn:aws:s3:::lake', expectedOwner: scope.accountId }

function newChannel(number: number, creationId = `stream-${number}`): NewChannel {
  return {
    name: `channel-${number}`,
    id: `id-${number}`,
    roleArn: 'arn:aws:iam::000000000000:role/delivery',
    source: { streamName: creationId, creationId, streamCreatedMs: 0, format: 'STRING' },
    freshnessSeconds: 300,
    storage: { ...bucket, keyTemplate: '!{mm}', storageClass: 'STANDARD', compression: 'GZIP' },
    deadLetters: { ...bucket, prefix: 'errors/' },
    logging: { enabled: false, group: 'group', stream: 'stream' },
    tags: {},
  }
}

function createWorld() {
  const { clock } = createVirtualClock()
  return createChannels({ meta: createMemoryMeta(), clock })
}

test('an account has so many channels and not one more', async () => {
  const channels = createWorld()
  for (let number = 0; number < CHANNELS_MAX; number++) {
    await channels.create(scope, newChannel(number))
  }
  await expect(channels.create(scope, newChannel(CHANNELS_MAX))).rejects.toMatchObject({
    code: 'LimitExceededException',
  })
  await channels.create({ ...scope, region: 'eu-west-1' }, newChannel(CHANNELS_MAX))
})

test('of channels that are made for one stream at the same moment one stays', async () => {
  const channels = createWorld()
  const made = await Promise.allSettled(
    [1, 2, 3].map((number) => channels.create(scope, newChannel(number, 'clicks'))),
  )
  expect(made.filter(({ status }) => status === 'fulfilled').length).toBe(1)
  const [channel] = await channels.list(scope)
  expect((await channels.list(scope)).length).toBe(1)
  if (channel) await channels.remove(scope, channel)
  await channels.create(scope, newChannel(4, 'clicks'))
})

const batch = {
  ranges: [{ shardId: 'shardId-000000000000', from: 3, to: 7 }],
  firstArrivalMs: Date.UTC(2026, 1, 3, 4, 5),
}

function keyOf(keyTemplate: string, of = batch): string {
  const channel = newChannel(1)
  return objectKey(scope, { ...channel, storage: { ...channel.storage, keyTemplate } }, of)
}

test.each([
  ['!{channel-name}/!{channel-id}/!{stream-name}', /^channel-1\/id-1\/stream-1-[0-9a-f]{32}$/],
  ['!{yyyy}/!{yy}/!{MM}/!{dd}/!{HH}-!{mm}', /^2026\/26\/02\/03\/04-05-[0-9a-f]{32}$/],
  ['x!{extension}', /^x-[0-9a-f]{32}\.txt\.gz$/],
  ['x!{extension:.log}', /^x-[0-9a-f]{32}\.log$/],
  ['x!{extension}/y', /^x\.txt\.gz\/y-[0-9a-f]{32}$/],
])('the template %s makes keys like %s', (template, expected) => {
  expect(keyOf(template)).toMatch(expected)
  expect(keyOf(template)).toBe(keyOf(template))
  expect(keyOf(template)).not.toBe(keyOf(template, { ...batch, ranges: [] }))
})

test('a template may make keys as long as keys can be', () => {
  const check = (length: number) => {
    const channel = newChannel(1)
    const keyTemplate = 'k'.repeat(length)
    checkTemplate(scope, { ...channel, storage: { ...channel.storage, keyTemplate } })
  }
  const suffix = keyOf('').length
  expect(() => check(KEY_BYTES_MAX - suffix)).not.toThrow()
  expect(() => check(KEY_BYTES_MAX - suffix + 1)).toThrow('too long')
})
