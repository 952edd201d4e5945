import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  CreateStreamCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  KinesisClient,
  PutRecordCommand,
  StartStreamEncryptionCommand,
} from '@aws-sdk/client-kinesis'
import { expect, test } from 'vitest'
import type { RunningHeadrace } from '../support/headrace.ts'
import { startHeadrace } from '../support/headrace.ts'

const StreamName = 'secrets'

function clientOf({ endpoint }: RunningHeadrace): KinesisClient {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
  return new KinesisClient({ endpoint, region: 'us-east-1', credentials })
}

function put(kinesis: KinesisClient, text: string) {
  const Data = Buffer.from(text)
  return kinesis.send(new PutRecordCommand({ StreamName, PartitionKey: `key of ${text}`, Data }))
}

/** Whether the text stands anywhere in the files of the data directory. */
function isOnDisk({ dataDir }: RunningHeadrace, text: string): boolean {
  return readdirSync(dataDir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .some((entry) => readFileSync(join(entry.parentPath, entry.name)).includes(text))
}

test('what is put into an encrypted stream is not to be read on the disk, and is by the API, also after a restart', async () => {
  const first = await startHeadrace()
  const kinesis = clientOf(first)
  await kinesis.send(new CreateStreamCommand({ StreamName, ShardCount: 1 }))
  await put(kinesis, 'open-to-all')
  const KeyId = 'alias/aws/kinesis'
  await kinesis.send(new StartStreamEncryptionCommand({ StreamName, EncryptionType: 'KMS', KeyId }))
  await put(kinesis, 'kept-from-all')
  expect(await first.stop()).toBe(0)
  expect(isOnDisk(first, 'open-to-all')).toBe(true)
  expect(isOnDisk(first, 'kept-from-all')).toBe(false)

  const second = await startHeadrace({ dataDir: first.dataDir })
  const again = clientOf(second)
  const { ShardIterator } = await again.send(
    new GetShardIteratorCommand({ StreamName, ShardId: '0', ShardIteratorType: 'TRIM_HORIZON' }),
  )
  const { Records } = await again.send(new GetRecordsCommand({ ShardIterator }))
  expect(
    Records?.map(({ Data, EncryptionType }) => [
      Buffer.from(Data ?? '').toString(),
      EncryptionType,
    ]),
  ).toEqual([
    ['open-to-all', undefined],
    ['kept-from-all', 'KMS'],
  ])
  expect(await second.stop()).toBe(0)
})
