import {
  CreateQueueCommand,
  ListDeadLetterSourceQueuesCommand,
  ListQueuesCommand,
  paginateListDeadLetterSourceQueues,
  paginateListQueues,
  SQSClient,
} from '@aws-sdk/client-sqs'
import { expect, test } from 'vitest'
import { client, fileAccount } from '../../support/client.ts'

const sqs = client(SQSClient)
const nameOf = (url: string) => url.split('/').at(-1)

test('queues and the sources of dead letters come in pages', async () => {
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'dead' }))
  const RedrivePolicy = JSON.stringify({
    deadLetterTargetArn: `arn:aws:sqs:us-east-1:${fileAccount()}:dead`,
    maxReceiveCount: 1,
  })
  for (const name of ['a', 'b', 'c', 'd', 'e']) {
    const Attributes = name === 'c' ? {} : { RedrivePolicy }
    await sqs.send(new CreateQueueCommand({ QueueName: `page-${name}`, Attributes }))
  }
  const pages: Array<Array<string | undefined>> = []
  const paging = { client: sqs, pageSize: 2 }
  for await (const { QueueUrls = [] } of paginateListQueues(paging, { QueueNamePrefix: 'page' })) {
    pages.push(QueueUrls.map(nameOf))
  }
  expect(pages).toEqual([['page-a', 'page-b'], ['page-c', 'page-d'], ['page-e']])
  const sources: Array<Array<string | undefined>> = []
  const listing = paginateListDeadLetterSourceQueues({ client: sqs, pageSize: 3 }, { QueueUrl })
  for await (const { queueUrls = [] } of listing) sources.push(queueUrls.map(nameOf))
  expect(sources).toEqual([['page-a', 'page-b', 'page-d'], ['page-e']])
})

test.each([0, 1001])('a page of %i is refused', async (MaxResults) => {
  const message = `Value ${MaxResults} for parameter MaxResults is invalid. Reason: Must be an integer value between 1 and 1000, if provided.`
  await expect(sqs.send(new ListQueuesCommand({ MaxResults }))).rejects.toMatchObject({ message })
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'refusing' }))
  await expect(
    sqs.send(new ListDeadLetterSourceQueuesCommand({ QueueUrl, MaxResults })),
  ).rejects.toMatchObject({ message })
})
