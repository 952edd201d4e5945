import {
  AddTagsToStreamCommand,
  DecreaseStreamRetentionPeriodCommand,
  DeregisterStreamConsumerCommand,
  IncreaseStreamRetentionPeriodCommand,
  ListTagsForResourceCommand,
  ListTagsForStreamCommand,
  RegisterStreamConsumerCommand,
  RemoveTagsFromStreamCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-kinesis'
import { expect, test } from 'vitest'
import { describe, kinesisClient, newStream, streamArn } from './kinesis-client.ts'

const kinesis = kinesisClient()

test('the retention grows up to a year and shrinks down to a day', async () => {
  const StreamName = await newStream(kinesis)
  const increase = (RetentionPeriodHours: number) =>
    kinesis.send(new IncreaseStreamRetentionPeriodCommand({ StreamName, RetentionPeriodHours }))
  const decrease = (RetentionPeriodHours: number) =>
    kinesis.send(new DecreaseStreamRetentionPeriodCommand({ StreamName, RetentionPeriodHours }))
  await increase(8760)
  expect(await describe(kinesis, StreamName)).toMatchObject({
    RetentionPeriodHours: 8760,
    StreamStatus: 'ACTIVE',
  })
  await expect(increase(8761)).rejects.toMatchObject({
    name: 'InvalidArgumentException',
    message:
      'Maximum allowed retention period is 8760 hours. Requested retention period (8761 hours) ' +
      'is too long.',
  })
  await expect(increase(48)).rejects.toMatchObject({
    name: 'InvalidArgumentException',
    message:
      `Requested retention period (48 hours) for stream ${StreamName} can not be shorter than ` +
      'existing retention period (8760 hours). Use DecreaseRetentionPeriod API.',
  })
  await decrease(24)
  expect((await describe(kinesis, StreamName)).RetentionPeriodHours).toBe(24)
  await expect(decrease(23)).rejects.toThrow('Minimum allowed retention period is 24 hours.')
  await expect(decrease(25)).rejects.toThrow('Use IncreaseRetentionPeriod API.')
})

test('tags of a stream are added, listed in pages, and removed', async () => {
  const StreamName = await newStream(kinesis, { ShardCount: 1, Tags: { c: '3' } })
  await kinesis.send(new AddTagsToStreamCommand({ StreamName, Tags: { a: '1', b: 'zwei ü' } }))
  const first = await kinesis.send(new ListTagsForStreamCommand({ StreamName, Limit: 2 }))
  expect(first).toMatchObject({
    Tags: [
      { Key: 'a', Value: '1' },
      { Key: 'b', Value: 'zwei ü' },
    ],
    HasMoreTags: true,
  })
  const rest = new ListTagsForStreamCommand({ StreamName, ExclusiveStartTagKey: 'b' })
  expect(await kinesis.send(rest)).toMatchObject({
    Tags: [{ Key: 'c', Value: '3' }],
    HasMoreTags: false,
  })
  await kinesis.send(new RemoveTagsFromStreamCommand({ StreamName, TagKeys: ['a', 'c', 'none'] }))
  const after = await kinesis.send(new ListTagsForStreamCommand({ StreamName }))
  expect(after.Tags).toEqual([{ Key: 'b', Value: 'zwei ü' }])
})

test('a stream has up to fifty tags, with plain characters', async () => {
  const StreamName = await newStream(kinesis)
  const tags = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`tag ${index}`, 'x']))
  const add = (Tags: Record<string, string>) =>
    kinesis.send(new AddTagsToStreamCommand({ StreamName, Tags }))
  await expect(add({ 'a;b': 'c' })).rejects.toThrow('Some tags contain invalid characters.')
  await add(tags(50))
  await expect(add({ more: 'x' })).rejects.toMatchObject({ name: 'InvalidArgumentException' })
  await add({ 'tag 0': 'changed' })
})

test('streams and consumers are tagged by ARN', async () => {
  const StreamName = await newStream(kinesis)
  const StreamARN = streamArn(StreamName)
  const { Consumer } = await kinesis.send(
    new RegisterStreamConsumerCommand({ StreamARN, ConsumerName: 'c', Tags: { born: 'with' } }),
  )
  for (const ResourceARN of [StreamARN, Consumer?.ConsumerARN ?? '']) {
    await kinesis.send(new TagResourceCommand({ ResourceARN, Tags: { team: 'risk', x: 'y' } }))
    await kinesis.send(new UntagResourceCommand({ ResourceARN, TagKeys: ['x'] }))
    const { Tags } = await kinesis.send(new ListTagsForResourceCommand({ ResourceARN }))
    expect(Tags).toContainEqual({ Key: 'team', Value: 'risk' })
    expect(Tags).not.toContainEqual({ Key: 'x', Value: 'y' })
  }
  await kinesis.send(new DeregisterStreamConsumerCommand({ ConsumerARN: Consumer?.ConsumerARN }))
})
