import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge'
import { CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam'
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs'
import type { ClientOptions } from '../../support/client.ts'
import { client } from '../../support/client.ts'

const openPolicy = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: '*', Action: 'sqs:SendMessage', Resource: '*' }],
})

/** A queue that everybody may send to. */
export async function openQueue(QueueName: string, where: ClientOptions = {}) {
  const sqs = client(SQSClient, where)
  const { QueueUrl } = await sqs.send(
    new CreateQueueCommand({ QueueName, Attributes: { Policy: openPolicy } }),
  )
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }),
  )
  const taken: string[] = []
  return {
    arn: Attributes?.['QueueArn'] ?? '',
    /** The bodies of all messages that have come so far. */
    async bodies(): Promise<ReadonlyArray<string>> {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 1, MaxNumberOfMessages: 10 }),
      )
      taken.push(...Messages.map(({ Body = '' }) => Body))
      if (Messages.length > 0) {
        const Entries = Messages.map(({ MessageId: Id, ReceiptHandle }) => ({ Id, ReceiptHandle }))
        await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }))
      }
      return taken
    },
  }
}

/** A rule of the default bus with one target. */
export async function ruleTo(Arn: string, Name: string, pattern: object): Promise<void> {
  const events = client(EventBridgeClient)
  await events.send(new PutRuleCommand({ Name, EventPattern: JSON.stringify(pattern) }))
  await events.send(new PutTargetsCommand({ Rule: Name, Targets: [{ Id: 'one', Arn }] }))
}

/** The ARN of a role that the service may assume. */
export async function roleFor(service: string): Promise<string> {
  const iam = client(IAMClient)
  const statement = { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: service } }
  const { Role } = await iam.send(
    new CreateRoleCommand({
      RoleName: service.replaceAll('.', '-'),
      AssumeRolePolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: [statement] }),
    }),
  )
  return Role?.Arn ?? ''
}
