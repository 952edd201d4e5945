import { createVerify } from 'node:crypto'
import {
  AddPermissionCommand,
  ConfirmSubscriptionCommand,
  CreateTopicCommand,
  DeleteTopicCommand,
  GetSubscriptionAttributesCommand,
  GetTopicAttributesCommand,
  ListSubscriptionsByTopicCommand,
  ListSubscriptionsCommand,
  ListTagsForResourceCommand,
  ListTopicsCommand,
  PublishBatchCommand,
  PublishCommand,
  RemovePermissionCommand,
  SetSubscriptionAttributesCommand,
  SetTopicAttributesCommand,
  SNSClient,
  SubscribeCommand,
  TagResourceCommand,
  UnsubscribeCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-sns'
import { expect, test } from 'vitest'
import { client, fileAccount, newAccount } from '../../support/client.ts'
import { listener, newTopic, sns, subscribed } from './support.ts'

const publish = (TopicArn: string, Message: string, more: object = {}) =>
  sns().send(new PublishCommand({ TopicArn, Message, ...more }))

test('a topic is made once, described, listed, tagged and removed', async () => {
  const TopicArn = await newTopic('first', { DisplayName: 'First' })
  expect(await newTopic('first', { DisplayName: 'First' })).toBe(TopicArn)
  await expect(newTopic('first', { DisplayName: 'Other' })).rejects.toThrow(
    'Invalid parameter: Attributes Reason: Topic already exists with different attributes',
  )
  await sns().send(
    new SetTopicAttributesCommand({
      TopicArn,
      AttributeName: 'DisplayName',
      AttributeValue: 'Two',
    }),
  )
  const { Attributes } = await sns().send(new GetTopicAttributesCommand({ TopicArn }))
  expect(Attributes).toMatchObject({ TopicArn, DisplayName: 'Two', SubscriptionsConfirmed: '0' })
  const { Topics } = await sns().send(new ListTopicsCommand({}))
  expect(Topics).toContainEqual({ TopicArn })
  const Tags = [
    { Key: 'a', Value: '1' },
    { Key: 'b', Value: '2' },
  ]
  await sns().send(new TagResourceCommand({ ResourceArn: TopicArn, Tags }))
  await sns().send(new UntagResourceCommand({ ResourceArn: TopicArn, TagKeys: ['a'] }))
  const tags = await sns().send(new ListTagsForResourceCommand({ ResourceArn: TopicArn }))
  expect(tags.Tags).toEqual([{ Key: 'b', Value: '2' }])
  await sns().send(new DeleteTopicCommand({ TopicArn }))
  await expect(publish(TopicArn, 'x')).rejects.toMatchObject({
    name: 'NotFoundException',
    message: 'Topic does not exist',
  })
})

test('what is not built is refused by name', async () => {
  const TopicArn = await newTopic('refusing')
  for (const Protocol of ['email', 'sms', 'application']) {
    const request = new SubscribeCommand({ TopicArn, Protocol, Endpoint: 'somebody' })
    await expect(sns().send(request)).rejects.toThrow(`The protocol ${Protocol} is not supported`)
  }
  await expect(
    newTopic('archive.fifo', { FifoTopic: 'true', ArchivePolicy: '{}' }),
  ).rejects.toThrow('ArchivePolicy')
})

test('an HTTP endpoint confirms, and gets signed messages that the certificate verifies', async () => {
  for (const SignatureVersion of ['1', '2']) {
    const TopicArn = await newTopic(`signed-${SignatureVersion}`, { SignatureVersion })
    const endpoint = await listener()
    const SubscriptionArn = await subscribed(TopicArn, endpoint)
    const { MessageId } = await publish(TopicArn, 'hello', { Subject: 'Greeting' })
    await expect.poll(() => endpoint.notifications().length).toBe(1)
    const [{ headers, body }] = endpoint.notifications() as [(typeof endpoint.received)[number]]
    expect(headers).toMatchObject({
      'x-amz-sns-topic-arn': TopicArn,
      'x-amz-sns-message-id': MessageId,
      'x-amz-sns-subscription-arn': SubscriptionArn,
      'content-type': 'text/plain; charset=UTF-8',
    })
    const said = JSON.parse(body)
    expect(said).toMatchObject({ Type: 'Notification', MessageId, Message: 'hello', TopicArn })
    const certificate = await (await fetch(said.SigningCertURL)).text()
    const names = ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type']
    const verify = (content: Record<string, string>) =>
      createVerify(SignatureVersion === '1' ? 'RSA-SHA1' : 'RSA-SHA256')
        .update(names.map((name) => `${name}\n${content[name]}\n`).join(''))
        .verify(certificate, said.Signature, 'base64')
    expect(verify(said)).toBe(true)
    expect(verify({ ...said, Message: 'forged' })).toBe(false)
    expect((await fetch(said.UnsubscribeURL)).status).toBe(200)
    await expect.poll(() => endpoint.ofType('UnsubscribeConfirmation').length).toBe(1)
    const request = new GetSubscriptionAttributesCommand({ SubscriptionArn })
    await expect(sns().send(request)).rejects.toThrow('Subscription does not exist')
    endpoint.close()
  }
})

test('a subscription is confirmed by its token, listed, and set to raw delivery', async () => {
  const TopicArn = await newTopic('raw')
  const endpoint = await listener()
  const request = new SubscribeCommand({ TopicArn, Protocol: 'http', Endpoint: endpoint.url })
  expect((await sns().send(request)).SubscriptionArn).toBe('pending confirmation')
  await expect.poll(() => endpoint.confirmations().length).toBe(1)
  const { Token } = JSON.parse(endpoint.confirmations()[0]?.body ?? '')
  await expect(
    sns().send(new ConfirmSubscriptionCommand({ TopicArn, Token: 'none' })),
  ).rejects.toThrow('Invalid parameter: Token')
  const { SubscriptionArn = '' } = await sns().send(
    new ConfirmSubscriptionCommand({ TopicArn, Token }),
  )
  const line = { SubscriptionArn, TopicArn, Protocol: 'http', Endpoint: endpoint.url }
  const byTopic = await sns().send(new ListSubscriptionsByTopicCommand({ TopicArn }))
  expect(byTopic.Subscriptions).toMatchObject([line])
  const all = await sns().send(new ListSubscriptionsCommand({}))
  expect(all.Subscriptions).toContainEqual(expect.objectContaining(line))
  await sns().send(
    new SetSubscriptionAttributesCommand({
      SubscriptionArn,
      AttributeName: 'RawMessageDelivery',
      AttributeValue: 'true',
    }),
  )
  await publish(TopicArn, 'as it is')
  await expect.poll(() => endpoint.notifications().length).toBe(1)
  expect(endpoint.notifications()[0]?.body).toBe('as it is')
  expect(endpoint.notifications()[0]?.headers['x-amz-sns-rawdelivery']).toBe('true')
  await sns().send(new UnsubscribeCommand({ SubscriptionArn }))
  endpoint.close()
})

test('filters choose by attributes or body', async () => {
  const TopicArn = await newTopic('filtered')
  const byAttribute = await listener()
  const byBody = await listener()
  await subscribed(TopicArn, byAttribute, {
    FilterPolicy: '{"kind":["a",{"prefix":"b"}],"n":[{"numeric":[">",1,"<=",5]}]}',
  })
  await subscribed(TopicArn, byBody, {
    FilterPolicy: '{"order":{"total":[{"numeric":[">=",100]}]}}',
    FilterPolicyScope: 'MessageBody',
  })
  const attributes = (kind: string, n: string) => ({
    MessageAttributes: {
      kind: { DataType: 'String', StringValue: kind },
      n: { DataType: 'Number', StringValue: n },
    },
  })
  await publish(TopicArn, '{"order":{"total":99}}', attributes('c', '2'))
  await publish(TopicArn, '{"order":{"total":100}}', attributes('a', '9'))
  await publish(TopicArn, 'plain', attributes('bee', '5'))
  const messages = (endpoint: typeof byBody) =>
    endpoint.notifications().map(({ body }) => JSON.parse(body).Message)
  await expect.poll(() => messages(byAttribute)).toEqual(['plain'])
  await expect.poll(() => messages(byBody)).toEqual(['{"order":{"total":100}}'])
  byAttribute.close()
  byBody.close()
})

test('an endpoint that fails is tried again, and holds up no other', async () => {
  const TopicArn = await newTopic('failing')
  let failures = 0
  const failing = await listener(({ headers }) => {
    const isNotification = headers['x-amz-sns-message-type'] === 'Notification'
    return isNotification && failures++ < 2 ? 503 : 200
  })
  const sound = await listener()
  const healthyRetryPolicy = { minDelayTarget: 0, maxDelayTarget: 0, numRetries: 3 }
  await subscribed(TopicArn, failing, { DeliveryPolicy: JSON.stringify({ healthyRetryPolicy }) })
  await subscribed(TopicArn, sound)
  await publish(TopicArn, 'again')
  await expect.poll(() => sound.notifications().length).toBe(1)
  await expect.poll(() => failing.notifications().length).toBe(3)
  failing.close()
  sound.close()
})

test('a batch fails by entries, and messages stay within their limit', async () => {
  const TopicArn = await newTopic('batch')
  const { Successful, Failed } = await sns().send(
    new PublishBatchCommand({
      TopicArn,
      PublishBatchRequestEntries: [
        { Id: '1', Message: 'one' },
        { Id: '2', Message: 'two', Subject: ' bad' },
      ],
    }),
  )
  expect(Successful?.map(({ Id }) => Id)).toEqual(['1'])
  expect(Failed).toMatchObject([{ Id: '2', Code: 'InvalidParameter', SenderFault: true }])
  await expect(publish(TopicArn, 'x'.repeat(262_144))).resolves.toHaveProperty('MessageId')
  await expect(publish(TopicArn, 'x'.repeat(262_145))).rejects.toThrow('Message too long')
  const entries = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ Id: `m${index}`, Message: 'm' }))
  const batch = (count: number) =>
    sns().send(new PublishBatchCommand({ TopicArn, PublishBatchRequestEntries: entries(count) }))
  expect((await batch(10)).Successful).toHaveLength(10)
  await expect(batch(11)).rejects.toMatchObject({ name: 'TooManyEntriesInBatchRequestException' })
})

test('a FIFO topic numbers messages and takes each once', async () => {
  const TopicArn = await newTopic('ordered.fifo', { FifoTopic: 'true' })
  await expect(publish(TopicArn, 'x')).rejects.toThrow('MessageGroupId parameter is required')
  const send = (Message: string, id: string) =>
    publish(TopicArn, Message, { MessageGroupId: 'g', MessageDeduplicationId: id })
  const first = await send('one', '1')
  const second = await send('two', '2')
  expect(await send('one again', '1')).toMatchObject({
    MessageId: first.MessageId,
    SequenceNumber: first.SequenceNumber,
  })
  expect(String(second.SequenceNumber) > String(first.SequenceNumber)).toBe(true)
  expect(first.SequenceNumber).toHaveLength(20)
})

test('another account publishes only when the policy lets it', async () => {
  const TopicArn = await newTopic('shared')
  const account = newAccount()
  const other = client(SNSClient, { account })
  const send = () => other.send(new PublishCommand({ TopicArn, Message: 'hi' }))
  await expect(send()).rejects.toMatchObject({ name: 'AuthorizationErrorException' })
  const grant = { TopicArn, Label: 'them', AWSAccountId: [account], ActionName: ['Publish'] }
  await sns().send(new AddPermissionCommand(grant))
  await expect(sns().send(new AddPermissionCommand(grant))).rejects.toThrow(
    'Statement already exists',
  )
  await expect(send()).resolves.toHaveProperty('MessageId')
  await sns().send(new RemovePermissionCommand({ TopicArn, Label: 'them' }))
  await expect(send()).rejects.toMatchObject({ name: 'AuthorizationErrorException' })
  await expect(sns().send(new CreateTopicCommand({ Name: 'bad name' }))).rejects.toThrow(
    'Topic Name',
  )
})

test('a topic takes messages as large as its MaximumMessageSize, and then fewer kinds of endpoints', async () => {
  const MaximumMessageSize = '1048576'
  const TopicArn = await newTopic('large', { MaximumMessageSize })
  await expect(publish(TopicArn, 'x'.repeat(1_048_576))).resolves.toHaveProperty('MessageId')
  await expect(publish(TopicArn, 'x'.repeat(1_048_577))).rejects.toThrow('Message too long')
  const subscribe = (arn: string, Protocol: string, Endpoint: string) =>
    sns().send(new SubscribeCommand({ TopicArn: arn, Protocol, Endpoint }))
  await expect(subscribe(TopicArn, 'http', 'http://127.0.0.1:1/')).rejects.toThrow(/do not support/)
  const set = (arn: string, AttributeValue: string) =>
    sns().send(
      new SetTopicAttributesCommand({
        TopicArn: arn,
        AttributeName: 'MaximumMessageSize',
        AttributeValue,
      }),
    )
  const queue = (index: number) => `arn:aws:sqs:us-east-1:${fileAccount()}:q${index}`
  const many = Array.from({ length: 100 }, (_, index) => subscribe(TopicArn, 'sqs', queue(index)))
  expect(await Promise.all(many)).toHaveLength(100)
  await expect(subscribe(TopicArn, 'sqs', queue(100))).rejects.toThrow(/at most 100 subscriptions/)
  for (const wrong of ['1023', '1048577', 'many']) {
    await expect(set(TopicArn, wrong)).rejects.toThrow(/MaximumMessageSize must be an integer/)
  }
  await set(TopicArn, '1024')
  await expect(publish(TopicArn, 'x'.repeat(1_024))).resolves.toHaveProperty('MessageId')
  await expect(publish(TopicArn, 'x'.repeat(1_025))).rejects.toThrow('Message too long')
  const other = await newTopic('of-web')
  await subscribe(other, 'http', 'http://127.0.0.1:1/')
  await expect(set(other, MaximumMessageSize)).rejects.toThrow(/do not support http/)
  const { Attributes } = await sns().send(new GetTopicAttributesCommand({ TopicArn: other }))
  expect(Attributes?.['MaximumMessageSize']).toBe('262144')
})
