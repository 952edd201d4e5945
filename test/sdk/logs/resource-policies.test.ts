import {
  CloudWatchLogsClient,
  DeleteResourcePolicyCommand,
  DescribeResourcePoliciesCommand,
  PutResourcePolicyCommand,
} from '@aws-sdk/client-cloudwatch-logs'
import { expect, test } from 'vitest'
import { client } from '../../support/client.ts'

const logs = client(CloudWatchLogsClient)
const documentOf = (sizeCharacters: number) => {
  const statement = (Sid: string) => ({
    ...{ Sid, Effect: 'Allow', Action: 'logs:PutLogEvents', Resource: '*' },
    Principal: { Service: 'events.amazonaws.com' },
  })
  const text = (Sid: string) =>
    JSON.stringify({ Version: '2012-10-17', Statement: [statement(Sid)] })
  return text('x'.repeat(sizeCharacters - text('').length))
}
const put = (policyName: string, policyDocument: string) =>
  logs.send(new PutResourcePolicyCommand({ policyName, policyDocument }))

test('resource policies are put, listed in pages and deleted, ten of them at most', async () => {
  for (let at = 0; at < 10; at++) await put(`p${at}`, documentOf(200 + at))
  await expect(put('p10', documentOf(200))).rejects.toMatchObject({
    name: 'LimitExceededException',
  })
  await put('p9', documentOf(5_120))
  await expect(put('p9', documentOf(5_121))).rejects.toMatchObject({
    name: 'InvalidParameterException',
  })
  await expect(put('p9', '{')).rejects.toMatchObject({ name: 'InvalidParameterException' })
  const first = await logs.send(new DescribeResourcePoliciesCommand({ limit: 9 }))
  expect(first.resourcePolicies?.map(({ policyName }) => policyName)).toHaveLength(9)
  const { nextToken } = first
  const rest = await logs.send(new DescribeResourcePoliciesCommand({ nextToken }))
  expect(rest.resourcePolicies).toMatchObject([
    { policyName: 'p9', policyDocument: documentOf(5_120) },
  ])
  expect(rest.nextToken).toBeUndefined()
  await logs.send(new DeleteResourcePolicyCommand({ policyName: 'p9' }))
  await expect(
    logs.send(new DeleteResourcePolicyCommand({ policyName: 'p9' })),
  ).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
})
