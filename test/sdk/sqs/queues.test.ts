import {
  ChangeMessageVisibilityBatchCommand,
  CreateQueueCommand,
  DeleteQueueCommand,
  GetQueueUrlCommand,
  ListQueuesCommand,
  ListQueueTagsCommand,
  SQSClient,
  TagQueueCommand,
  UntagQueueCommand,
} from '@aws-sdk/client-sqs'
import { expect, test } from 'vitest'
import { client } from '../../support/client.ts'

const sqs = client(SQSClient)

test('a queue is made once, found by name, tagged, listed and deleted', async () => {
  const { QueueUrl } = await sqs.send(
    new CreateQueueCommand({ QueueName: 'orders', Attributes: { DelaySeconds: '1' } }),
  )
  const { QueueUrl: found } = await sqs.send(new GetQueueUrlCommand({ QueueName: 'orders' }))
  expect(found).toBe(QueueUrl)
  await expect(
    sqs.send(new CreateQueueCommand({ QueueName: 'orders', Attributes: { DelaySeconds: '2' } })),
  ).rejects.toMatchObject({
    message:
      'A queue already exists with the same name and a different value for attribute DelaySeconds',
  })
  await sqs.send(new TagQueueCommand({ QueueUrl, Tags: { a: '1', b: '2' } }))
  await sqs.send(new UntagQueueCommand({ QueueUrl, TagKeys: ['a'] }))
  expect((await sqs.send(new ListQueueTagsCommand({ QueueUrl }))).Tags).toEqual({ b: '2' })
  const listed = await sqs.send(new ListQueuesCommand({ QueueNamePrefix: 'ord' }))
  expect(listed.QueueUrls).toEqual([QueueUrl])
  const Entries = [{ Id: 'a', ReceiptHandle: 'nonsense', VisibilityTimeout: 1 }]
  const changed = await sqs.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries }))
  expect(changed.Failed).toMatchObject([{ Id: 'a', Code: 'ReceiptHandleIsInvalid' }])
  await sqs.send(new DeleteQueueCommand({ QueueUrl }))
  await expect(sqs.send(new GetQueueUrlCommand({ QueueName: 'orders' }))).rejects.toMatchObject({
    name: 'QueueDoesNotExist',
  })
  await expect(sqs.send(new CreateQueueCommand({ QueueName: 'orders' }))).rejects.toMatchObject({
    name: 'QueueDeletedRecently',
  })
})
