import {
  CreateStreamCommand,
  PutRecordCommand,
  PutRecordsCommand,
  StartStreamEncryptionCommand,
  StopStreamEncryptionCommand,
} from '@aws-sdk/client-kinesis'
import { expect, test } from 'vitest'
import { describe, kinesisClient, newStream, putText, readShard, text } from './kinesis-client.ts'

const kinesis = kinesisClient({ maxAttempts: 1 })
const EncryptionType = 'KMS' as const

function start(StreamName: string, KeyId: string) {
  return kinesis.send(new StartStreamEncryptionCommand({ StreamName, EncryptionType, KeyId }))
}

function stop(StreamName: string, KeyId: string) {
  return kinesis.send(new StopStreamEncryptionCommand({ StreamName, EncryptionType, KeyId }))
}

const probe = 'encryption-probe'
await kinesis.send(new CreateStreamCommand({ StreamName: probe, ShardCount: 1 }))
/** False over a log that does not encrypt at rest. */
const encrypts = await start(probe, 'alias/aws/kinesis').then(
  () => true,
  (error: Error) => error.name !== 'NotImplementedException',
)

test.runIf(!encrypts)('over a log that does not encrypt, nothing seems encrypted', async () => {
  const StreamName = await newStream(kinesis)
  await expect(start(StreamName, 'alias/aws/kinesis')).rejects.toThrow('was not changed')
  expect((await describe(kinesis, StreamName)).EncryptionType).toBe('NONE')
})

test.runIf(encrypts)(
  'records are encrypted from the start of encryption to its end, and read back',
  async () => {
    const StreamName = await newStream(kinesis)
    const before = await putText(kinesis, StreamName, 'k', 'before')
    expect(before.EncryptionType).toBe('NONE')
    await start(StreamName, 'alias/aws/kinesis')
    expect(await describe(kinesis, StreamName)).toMatchObject({
      StreamStatus: 'ACTIVE',
      EncryptionType: 'KMS',
      KeyId: 'alias/aws/kinesis',
    })
    const put = { StreamName, PartitionKey: 'k', Data: Buffer.from('secret') }
    expect(await kinesis.send(new PutRecordCommand(put))).toMatchObject({ EncryptionType })
    const many = { StreamName, Records: [{ PartitionKey: 'k', Data: Buffer.from('secrets') }] }
    expect(await kinesis.send(new PutRecordsCommand(many))).toMatchObject({ EncryptionType })
    await stop(StreamName, 'alias/aws/kinesis')
    const described = await describe(kinesis, StreamName)
    expect(described.EncryptionType).toBe('NONE')
    expect(described).not.toHaveProperty('KeyId')
    expect((await putText(kinesis, StreamName, 'k', 'after')).EncryptionType).toBe('NONE')
    const { records } = await readShard(kinesis, StreamName)
    expect(records.map(({ Data, EncryptionType: type }) => [text(Data), type])).toEqual([
      ['before', undefined],
      ['secret', 'KMS'],
      ['secrets', 'KMS'],
      ['after', undefined],
    ])
  },
)

test.runIf(encrypts)('a key is named by its id, its alias, or the ARN of either', async () => {
  const StreamName = await newStream(kinesis)
  const id = '12345678-1234-1234-1234-123456789012'
  const arn = 'arn:aws:kms:us-east-1:123456789012'
  for (const KeyId of [id, 'alias/mine', `${arn}:key/${id}`, `${arn}:alias/mine`]) {
    await start(StreamName, KeyId)
    expect(await describe(kinesis, StreamName)).toMatchObject({ EncryptionType: 'KMS', KeyId })
  }
  await expect(stop(StreamName, 'alias/other')).rejects.toMatchObject({
    name: 'InvalidArgumentException',
  })
  await stop(StreamName, `${arn}:alias/mine`)
})

test('a key that cannot be one is refused', async () => {
  const StreamName = await newStream(kinesis)
  for (const [KeyId, message] of [
    ['mine', "Invalid keyId 'mine'"],
    ['arn:aws:kms:eu-west-1:123456789012:alias/mine', 'Invalid arn eu-west-1'],
    ['arn:aws:s3:::bucket', 'Invalid arn arn:aws:s3:::bucket'],
  ] as const) {
    await expect(start(StreamName, KeyId)).rejects.toMatchObject({
      name: 'KMSNotFoundException',
      message,
    })
  }
  const none = { StreamName, EncryptionType: 'NONE' as const, KeyId: 'alias/mine' }
  await expect(kinesis.send(new StartStreamEncryptionCommand(none))).rejects.toMatchObject({
    name: 'InvalidArgumentException',
  })
})

test.runIf(encrypts)('the key of a stream is changed 25 times a day', async () => {
  const StreamName = await newStream(kinesis)
  for (let number = 0; number < 25; number++) await start(StreamName, `alias/key-${number}`)
  await expect(start(StreamName, 'alias/one-more')).rejects.toMatchObject({
    name: 'LimitExceededException',
  })
  await stop(StreamName, 'alias/key-24')
})
