import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam'
import { CreateScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler'
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs'
import { expect, test } from 'vitest'
import { startHeadrace } from '../support/headrace.ts'

const SECONDS = 8
const PER_SECOND = 20

const start = async (dataDir: string) => {
  const server = await startHeadrace({ dataDir })
  const credentials = { accessKeyId: '111122223333', secretAccessKey: 'test' }
  const config = { endpoint: server.endpoint, region: 'us-east-1', credentials }
  const sqs = new SQSClient(config)
  const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: 'crash' }))
  return { server, sqs, QueueUrl, config }
}

async function prepare({ sqs, QueueUrl, config }: Awaited<ReturnType<typeof start>>) {
  const asked = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] })
  const { Attributes } = await sqs.send(asked)
  const principal = { Principal: { Service: 'scheduler.amazonaws.com' } }
  const statement = { Effect: 'Allow', Action: 'sts:AssumeRole', ...principal }
  const policy = JSON.stringify({ Version: '2012-10-17', Statement: [statement] })
  const { Role } = await new IAMClient(config).send(
    new CreateRoleCommand({ RoleName: 'crash', AssumeRolePolicyDocument: policy }),
  )
  return { Arn: Attributes?.['QueueArn'] ?? '', RoleArn: Role?.Arn ?? '' }
}

test('what was to be invoked is invoked, however often the server is killed', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'headrace-crash-'))
  let node = await start(dataDir)
  const target = await prepare(node)
  const scheduler = new SchedulerClient(node.config)
  const names = Array.from({ length: SECONDS * PER_SECOND }, (_, at) => `once-${at}`)
  const firstMs = Date.now() + 3_000
  await Promise.all(
    names.map((Name, at) => {
      const atMs = firstMs + Math.floor(at / PER_SECOND) * 1_000
      const ScheduleExpression = `at(${new Date(atMs).toISOString().slice(0, 19)})`
      const Target = { ...target, Input: Name }
      const FlexibleTimeWindow = { Mode: 'OFF' } as const
      return scheduler.send(
        new CreateScheduleCommand({ Name, ScheduleExpression, FlexibleTimeWindow, Target }),
      )
    }),
  )
  const arrived = new Map<string, number>()
  const collect = async () => {
    const { sqs, QueueUrl } = node
    const limits = { MaxNumberOfMessages: 10, WaitTimeSeconds: 1, VisibilityTimeout: 2 }
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, ...limits }))
    for (const { Body = '' } of Messages) arrived.set(Body, (arrived.get(Body) ?? 0) + 1)
    const Entries = Messages.map(({ ReceiptHandle }, at) => ({ Id: String(at), ReceiptHandle }))
    if (Entries.length > 0) {
      await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }))
    }
  }
  for (const share of [0.2, 0.5, 0.8]) {
    while (arrived.size < names.length * share) await collect()
    await node.server.kill()
    node = await start(dataDir)
  }
  const deadlineMs = Date.now() + 30_000
  while (arrived.size < names.length && Date.now() < deadlineMs) await collect()
  expect(names.filter((name) => !arrived.has(name))).toEqual([])
  // At least once: what a crash parts from its note is sent again, and that is little.
  const repeated = [...arrived.values()].filter((times) => times > 1).length
  expect(repeated).toBeLessThan(names.length / 2)
  await node.server.stop()
}, 90_000)
