import { KinesisClient, ListStreamsCommand, PutRecordsCommand } from '@aws-sdk/client-kinesis'
import { expect, test } from 'vitest'
import { client } from '../../support/client.ts'
import { newStream, putText, readShard, text } from './kinesis-client.ts'

/** As `new KinesisClient({ endpoint })` is made by everybody: it speaks HTTP/2. */
const kinesis = client(KinesisClient)

test('the client as it comes puts and gets records', async () => {
  const StreamName = await newStream(kinesis)
  const Records = Array.from({ length: 400 }, (_, index) => ({
    PartitionKey: `${index}`,
    Data: Buffer.alloc(1024, `${index} `),
  }))
  const answer = await kinesis.send(new PutRecordsCommand({ StreamName, Records }))
  expect(answer.FailedRecordCount).toBe(0)
  await putText(kinesis, StreamName, 'k', 'last')
  const { records } = await readShard(kinesis, StreamName)
  expect(records).toHaveLength(401)
  expect(text(records.at(-1)?.Data)).toBe('last')
  expect((await kinesis.send(new ListStreamsCommand({}))).StreamNames).toContain(StreamName)
})
