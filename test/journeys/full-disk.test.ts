import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  CreateStreamCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  KinesisClient,
  PutRecordCommand,
  PutRecordsCommand,
} from '@aws-sdk/client-kinesis'
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs'
import { expect, onTestFinished, test } from 'vitest'
import { startForBadInput } from '../support/bad-input.ts'

const SIZE = '48m'

/** A file system of its own, too small for what comes; undefined where nobody may mount one. */
function mountSmall(): string | undefined {
  const directory = mkdtempSync(join(tmpdir(), 'headrace-full-'))
  const options = ['-t', 'tmpfs', '-o', `size=${SIZE}`, 'none', directory]
  if (spawnSync('mount', options).status !== 0) {
    rmSync(directory, { recursive: true })
    return undefined
  }
  return directory
}

/** Takes all the space that is left, down to the last block. */
function fill(directory: string): string {
  const path = join(directory, 'ballast')
  for (let size = freeOf(directory); size > 0; size = freeOf(directory)) {
    try {
      writeFileSync(path, Buffer.alloc(size), { flag: 'a' })
    } catch (error) {
      expect(error).toMatchObject({ code: 'ENOSPC' })
    }
  }
  return path
}

/** Of this test alone: skips it where nothing can be mounted, and goes with it. */
function smallDisk(skip: (note: string) => never): string {
  const directory = mountSmall()
  if (directory === undefined) {
    return skip(
      'mounting takes rights that this user lacks; the engines have tests on a faulty disk',
    )
  }
  onTestFinished(() => {
    spawnSync('umount', [directory])
    rmSync(directory, { recursive: true, force: true })
  })
  return directory
}

function freeOf(directory: string): number {
  const { bavail, bsize } = statfsSync(directory)
  return bavail * bsize
}

test('on a full disk writes are refused by name, reads go on, and with space writes go on', async ({
  skip,
}) => {
  const dataDir = smallDisk(skip)
  const flags = ['--stream-limits', 'off']
  let server = await startForBadInput({ dataDir, flags })
  const { account } = server
  onTestFinished(async () => void (await server.kill()))
  const clients = () => ({
    s3: new S3Client({ ...server.config, forcePathStyle: true }),
    kinesis: new KinesisClient(server.config),
  })
  let { s3, kinesis } = clients()
  const Bucket = 'full'
  const StreamName = 'full'
  const putObject = (Key: string, size = 1_000_000) =>
    s3.send(new PutObjectCommand({ Bucket, Key, Body: Buffer.alloc(size, Key) }))
  const readObject = async (Key: string) => {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }))
    return Buffer.from((await Body?.transformToByteArray()) ?? [])
  }
  const putRecord = (text: string) =>
    kinesis.send(new PutRecordCommand({ StreamName, PartitionKey: 'k', Data: Buffer.from(text) }))
  const readRecords = async () => {
    const { ShardIterator } = await kinesis.send(
      new GetShardIteratorCommand({
        StreamName,
        ShardId: 'shardId-000000000000',
        ShardIteratorType: 'TRIM_HORIZON',
      }),
    )
    const { Records = [] } = await kinesis.send(new GetRecordsCommand({ ShardIterator }))
    return Records.map(({ Data }) => Buffer.from(Data ?? []).toString())
  }

  await s3.send(new CreateBucketCommand({ Bucket }))
  await kinesis.send(new CreateStreamCommand({ StreamName, ShardCount: 1 }))
  await putObject('before')
  await putRecord('before')

  const ballast = fill(dataDir)
  await expect(putObject('while')).rejects.toMatchObject({
    name: 'InsufficientStorage',
    $metadata: { httpStatusCode: 507 },
    message: 'The disk of the server is full. Nothing of this request was stored.',
  })
  const acknowledged: string[] = ['before']
  const refusals: unknown[] = []
  // Log files have room of their own: records are taken until it is used up.
  for (let round = 0; round < 40 && refusals.length === 0; round += 1) {
    const text = `${round}`.padEnd(500_000, '.')
    const put = new PutRecordsCommand({
      StreamName,
      Records: [{ PartitionKey: 'k', Data: Buffer.from(text) }],
    })
    await kinesis.send(put).then(
      ({ FailedRecordCount, Records }) => {
        if (FailedRecordCount === 0) acknowledged.push(text)
        else refusals.push(Records?.[0])
      },
      (error: unknown) => refusals.push(error),
    )
  }
  // Not ProvisionedThroughputExceededException: a client would try that again for ever.
  expect(refusals).toMatchObject([
    { name: 'InsufficientStorageException', $metadata: { httpStatusCode: 507 } },
  ])

  await server.expectAlive()
  expect(await readObject('before')).toEqual(Buffer.alloc(1_000_000, 'before'))
  expect((await readRecords())[0]).toBe('before')
  const listed = await s3.send(new ListObjectsV2Command({ Bucket }))
  expect(listed.Contents?.map(({ Key }) => Key)).toEqual(['before'])

  rmSync(ballast)
  await expect
    .poll(() => putRecord('after').then(() => 'taken', String), { timeout: 20_000 })
    .toBe('taken')
  acknowledged.push('after')
  await putObject('after')
  await s3.send(new DeleteObjectCommand({ Bucket, Key: 'before' }))
  expect(await readObject('after')).toEqual(Buffer.alloc(1_000_000, 'after'))

  await server.kill()
  server = await startForBadInput({ dataDir, flags, account })
  ;({ s3, kinesis } = clients())
  const kept = await readRecords()
  expect(kept).toEqual(acknowledged)
  expect(await readObject('after')).toEqual(Buffer.alloc(1_000_000, 'after'))
  expect(await server.stop()).toBe(0)
})

/** Does it again and again, and answers what it was refused with. */
async function untilRefused(run: (round: number) => Promise<void>): Promise<unknown> {
  for (let round = 0; ; round++) {
    try {
      await run(round)
    } catch (error) {
      return error
    }
  }
}

test('on a full disk objects and messages are removed, and what they held can be written again', async ({
  skip,
}) => {
  const dataDir = smallDisk(skip)
  let server = await startForBadInput({ dataDir })
  const { account } = server
  onTestFinished(async () => void (await server.kill()))
  const clients = () => ({
    s3: new S3Client({ ...server.config, forcePathStyle: true, maxAttempts: 1 }),
    sqs: new SQSClient({ ...server.config, maxAttempts: 1 }),
  })
  let { s3, sqs } = clients()
  const Bucket = 'full'
  await s3.send(new CreateBucketCommand({ Bucket }))
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'full' }))
  const put = (Key: string, size: number) =>
    s3.send(new PutObjectCommand({ Bucket, Key, Body: Buffer.alloc(size, Key) }))
  const send = (MessageBody: string) => sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }))
  const keys = async () => {
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket }))
    return Contents.map(({ Key }) => Key)
  }
  const large = Array.from({ length: 12 }, (_, index) => `large-${String(index).padStart(2, '0')}`)
  for (const key of large) await put(key, 1_000_000)
  await send('before')
  const received = await sqs.send(new ReceiveMessageCommand({ QueueUrl, VisibilityTimeout: 600 }))
  const ReceiptHandle = received.Messages?.[0]?.ReceiptHandle

  fill(dataDir)
  // Pages that are free within the metadata are used up first.
  const taken: string[] = []
  const sizes = [200_000, 20_000, 1_000, 1_000]
  for (const [step, size] of sizes.entries()) {
    const refused = await untilRefused(async (round) => {
      const text = `${step}-${round}`.padEnd(size, '.')
      await send(text)
      taken.push(text)
    })
    expect(refused).toMatchObject({ $metadata: { httpStatusCode: 507 } })
  }
  const small: string[] = []
  const refused = await untilRefused(async (round) => {
    await put(`small-${round}`, 4_096)
    small.push(`small-${round}`)
  })
  expect(refused).toMatchObject({ name: 'InsufficientStorage' })

  await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }))
  for (const Key of [...large.slice(1), ...small]) {
    await s3.send(new DeleteObjectCommand({ Bucket, Key }))
  }
  expect(await keys()).toEqual(['large-00'])
  // The files of the removed objects go behind the answers.
  await expect
    .poll(() => put('again', 2_000_000).then(() => 'taken', String), { timeout: 20_000 })
    .toBe('taken')
  taken.push('again')
  await send('again')

  await server.kill()
  server = await startForBadInput({ dataDir, account })
  ;({ s3, sqs } = clients())
  expect(await keys()).toEqual(['again', 'large-00'])
  const kept: string[] = []
  while (kept.length < taken.length) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 2, VisibilityTimeout: 600 }),
    )
    if (Messages.length === 0) break
    kept.push(...Messages.map(({ Body = '' }) => Body))
  }
  expect(kept.sort()).toEqual(taken.sort())
  expect(await server.stop()).toBe(0)
})
