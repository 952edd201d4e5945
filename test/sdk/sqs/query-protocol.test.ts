import { GetQueueUrlCommand, SQSClient } from '@aws-sdk/client-sqs'
import { expect, test } from 'vitest'
import { client, endpoint, fileAccount } from '../../support/client.ts'
import { signedHeaders } from '../../support/sign.ts'

type Fields = Readonly<Record<string, string>>

/** What SDKs of before 2023 send: a form, to the queue's own path where there is a queue. */
async function call(fields: Fields, target = '/') {
  const body = new URLSearchParams({ Version: '2012-11-05', ...fields }).toString()
  const headers = signedHeaders({
    method: 'POST',
    target,
    headers: {
      host: new URL(endpoint()).host,
      'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
    },
    body,
    service: 'sqs',
    accessKeyId: fileAccount(),
  })
  const { host: _, ...sent } = headers
  const response = await fetch(`${endpoint()}${target}`, { method: 'POST', headers: sent, body })
  return { status: response.status, text: await response.text() }
}

const between = (text: string, tag: string) =>
  [...text.matchAll(new RegExp(`<${tag}>([^<]*)</${tag}>`, 'g'))].map(([, inner]) => inner)

test('a form sends, receives and deletes by the path of the queue, answered in XML', async () => {
  const made = await call({
    Action: 'CreateQueue',
    QueueName: 'old',
    'Attribute.1.Name': 'VisibilityTimeout',
    'Attribute.1.Value': '60',
    'Attribute.2.Name': 'DelaySeconds',
    'Attribute.2.Value': '0',
  })
  const path = `/${fileAccount()}/old`
  expect(between(made.text, 'QueueUrl')).toEqual([`${endpoint()}${path}`])
  expect(made.text).toContain(
    '<CreateQueueResponse xmlns="http://queue.amazonaws.com/doc/2012-11-05/"><CreateQueueResult>',
  )
  const sent = await call(
    {
      Action: 'SendMessage',
      MessageBody: 'a <b> & "c"',
      'MessageAttribute.1.Name': 'kind',
      'MessageAttribute.1.Value.DataType': 'String',
      'MessageAttribute.1.Value.StringValue': 'x',
    },
    path,
  )
  const batch = await call({
    Action: 'SendMessageBatch',
    QueueUrl: `${endpoint()}${path}`,
    'SendMessageBatchRequestEntry.1.Id': 'one',
    'SendMessageBatchRequestEntry.1.MessageBody': 'second',
    'SendMessageBatchRequestEntry.2.Id': 'two',
    'SendMessageBatchRequestEntry.2.MessageBody': 'late',
    'SendMessageBatchRequestEntry.2.DelaySeconds': '901',
  })
  expect(between(batch.text, 'Id')).toEqual(['one', 'two'])
  expect(between(batch.text, 'Code')).toEqual(['InvalidParameterValue'])
  const received = await call(
    {
      Action: 'ReceiveMessage',
      MaxNumberOfMessages: '1',
      'AttributeName.1': 'ApproximateReceiveCount',
      'MessageAttributeName.1': 'All',
    },
    path,
  )
  expect(received.text).toContain('<Body>a &lt;b&gt; &amp; &quot;c&quot;</Body>')
  expect(received.text).toContain(
    '<Attribute><Name>ApproximateReceiveCount</Name><Value>1</Value></Attribute>',
  )
  expect(received.text).toContain('<Name>kind</Name><Value><DataType>String</DataType>')
  expect(between(received.text, 'MessageId')).toEqual(between(sent.text, 'MessageId'))
  const [ReceiptHandle = ''] = between(received.text, 'ReceiptHandle')
  const deleted = await call({ Action: 'DeleteMessage', ReceiptHandle }, path)
  expect(deleted.text).toMatch(/^<DeleteMessageResponse[^>]*><ResponseMetadata><RequestId>/)
  const { text } = await call({ Action: 'GetQueueAttributes', 'AttributeName.1': 'All' }, path)
  expect(text).toContain('<Name>ApproximateNumberOfMessages</Name><Value>1</Value>')
})

test('errors have the codes of before in both protocols', async () => {
  const missing = await call({ Action: 'GetQueueUrl', QueueName: 'nowhere' })
  expect(missing.status).toBe(400)
  expect(between(missing.text, 'Code')).toEqual(['AWS.SimpleQueueService.NonExistentQueue'])
  expect(between(missing.text, 'Message')).toEqual([
    'The specified queue does not exist for this wsdl version.',
  ])
  expect(between((await call({ Action: 'SendMessage' }, '/1/q')).text, 'Code')).toEqual([
    'MissingParameter',
  ])
  const sqs = client(SQSClient)
  await expect(sqs.send(new GetQueueUrlCommand({ QueueName: 'nowhere' }))).rejects.toMatchObject({
    name: 'QueueDoesNotExist',
    Code: 'AWS.SimpleQueueService.NonExistentQueue',
    Type: 'Sender',
  })
})
