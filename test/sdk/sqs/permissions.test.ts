import {
  AddPermissionCommand,
  CreateQueueCommand,
  GetQueueAttributesCommand,
  RemovePermissionCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs'
import { expect, test } from 'vitest'
import { client, fileAccount, newAccount } from '../../support/client.ts'

const sqs = client(SQSClient)

const policyOf = async (QueueUrl: string | undefined) => {
  const AttributeNames = ['Policy'] as const
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...AttributeNames] }),
  )
  return Attributes?.Policy === undefined ? undefined : JSON.parse(Attributes.Policy)
}

test('a permission lets another account in until it is removed', async () => {
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'shared' }))
  const guest = newAccount()
  const visitor = client(SQSClient, { account: guest })
  const send = () => visitor.send(new SendMessageCommand({ QueueUrl, MessageBody: 'from afar' }))
  await expect(send()).rejects.toMatchObject({
    name: 'AccessDenied',
    Code: 'AccessDenied',
  })
  const permission = {
    QueueUrl,
    Label: 'guests',
    AWSAccountIds: [guest],
    Actions: ['SendMessage'],
  }
  await sqs.send(new AddPermissionCommand(permission))
  const arn = `arn:aws:sqs:us-east-1:${fileAccount()}:shared`
  expect(await policyOf(QueueUrl)).toEqual({
    Version: '2008-10-17',
    Id: `${arn}/SQSDefaultPolicy`,
    Statement: [
      {
        Sid: 'guests',
        Effect: 'Allow',
        Principal: { AWS: `arn:aws:iam::${guest}:root` },
        Action: 'SQS:SendMessage',
        Resource: arn,
      },
    ],
  })
  await send()
  await expect(sqs.send(new AddPermissionCommand(permission))).rejects.toThrow(
    'Value guests for parameter Label is invalid. Reason: Already exists.',
  )
  await sqs.send(new RemovePermissionCommand({ QueueUrl, Label: 'guests' }))
  expect(await policyOf(QueueUrl)).toBeUndefined()
  await expect(send()).rejects.toMatchObject({ name: 'AccessDenied' })
  await expect(
    sqs.send(new RemovePermissionCommand({ QueueUrl, Label: 'guests' })),
  ).rejects.toThrow("Value guests for parameter Label is invalid. Reason: can't find label.")
})

test('actions of a permission and statements of a policy have a limit', async () => {
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'limits' }))
  const add = (Label: string, Actions: string[], AWSAccountIds = ['123456789012']) =>
    sqs.send(new AddPermissionCommand({ QueueUrl, Label, AWSAccountIds, Actions }))
  const seven = [
    'ChangeMessageVisibility',
    'DeleteMessage',
    'GetQueueAttributes',
    'GetQueueUrl',
    'PurgeQueue',
    'ReceiveMessage',
    'SendMessage',
  ]
  await add('label-0', seven)
  await expect(add('more', [...seven, '*'])).rejects.toMatchObject({
    name: 'OverLimit',
    message: '8 Actions were found, maximum allowed is 7.',
  })
  await expect(add('more', ['CreateQueue'])).rejects.toThrow(/Only the queue owner/)
  await expect(add('more', ['SendMessage'], ['nobody'])).rejects.toThrow(/Unable to verify/)
  await expect(add('a b', ['SendMessage'])).rejects.toThrow(/alphanumeric/)
  for (let number = 1; number < 20; number++) await add(`label-${number}`, ['SendMessage'])
  await expect(add('more', ['SendMessage'])).rejects.toMatchObject({
    name: 'OverLimit',
    message: '21 policy statements were found, maximum allowed is 20.',
  })
})
