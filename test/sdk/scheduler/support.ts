import { CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam'
import { SchedulerClient } from '@aws-sdk/client-scheduler'
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs'
import { client } from '../../support/client.ts'

/** Made when asked for: the account is the one of the file that asks. */
export const schedulerClient = () => client(SchedulerClient)
export const sqsClient = () => client(SQSClient)

/** A role that this service may take on. */
export async function newRole(RoleName: string, service = 'scheduler.amazonaws.com') {
  const statement = { Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' }
  const policy = { Version: '2012-10-17', Statement: [statement] }
  const AssumeRolePolicyDocument = JSON.stringify(policy)
  const { Role } = await client(IAMClient).send(
    new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }),
  )
  return Role?.Arn ?? ''
}

export async function newQueue(QueueName: string, Attributes: Record<string, string> = {}) {
  const { QueueUrl = '' } = await sqsClient().send(
    new CreateQueueCommand({ QueueName, Attributes }),
  )
  const asked = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] })
  const found = await sqsClient().send(asked)
  return { url: QueueUrl, arn: found.Attributes?.['QueueArn'] ?? '' }
}

/** The next message, waited for. */
export async function receive(QueueUrl: string) {
  const { Messages = [] } = await sqsClient().send(
    new ReceiveMessageCommand({
      ...{ QueueUrl, WaitTimeSeconds: 15 },
      ...{ MessageAttributeNames: ['All'], MessageSystemAttributeNames: ['All'] },
    }),
  )
  return Messages[0]
}
