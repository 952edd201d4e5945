import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DeleteLogGroupCommand,
  DeleteLogStreamCommand,
  DeleteRetentionPolicyCommand,
  DescribeLogGroupsCommand,
  DescribeLogStreamsCommand,
  ListTagsForResourceCommand,
  ListTagsLogGroupCommand,
  PutLogEventsCommand,
  PutRetentionPolicyCommand,
  StartQueryCommand,
  TagLogGroupCommand,
  TagResourceCommand,
  UntagLogGroupCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-cloudwatch-logs'
import { expect, test } from 'vitest'
import { client, fileAccount, newAccount } from '../../support/client.ts'

const logs = client(CloudWatchLogsClient)

test('a group is made, described and deleted, and its name is then free', async () => {
  const logGroupName = '/made/once'
  await logs.send(new CreateLogGroupCommand({ logGroupName, tags: { a: '1' } }))
  await expect(logs.send(new CreateLogGroupCommand({ logGroupName }))).rejects.toMatchObject({
    name: 'ResourceAlreadyExistsException',
    message: 'The specified log group already exists',
  })
  const { logGroups } = await logs.send(
    new DescribeLogGroupsCommand({ logGroupNamePrefix: '/made' }),
  )
  const arn = `arn:aws:logs:us-east-1:${fileAccount()}:log-group:/made/once`
  expect(logGroups).toMatchObject([
    { logGroupName, arn: `${arn}:*`, logGroupArn: arn, storedBytes: 0, logGroupClass: 'STANDARD' },
  ])
  await logs.send(new DeleteLogGroupCommand({ logGroupName }))
  await expect(logs.send(new DeleteLogGroupCommand({ logGroupName }))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
    message: 'The specified log group does not exist.',
  })
})

test('groups are listed page by page, by prefix or by a part of the name', async () => {
  const own = client(CloudWatchLogsClient, { account: newAccount() })
  const names = Array.from({ length: 7 }, (_, index) => `/page/${index}`)
  for (const logGroupName of [...names, '/Other']) {
    await own.send(new CreateLogGroupCommand({ logGroupName }))
  }
  const found: string[] = []
  let nextToken: string | undefined
  do {
    const page = await own.send(
      new DescribeLogGroupsCommand({ logGroupNamePrefix: '/page/', limit: 3, nextToken }),
    )
    found.push(...(page.logGroups ?? []).map((group) => group.logGroupName ?? ''))
    nextToken = page.nextToken
  } while (nextToken)
  expect(found).toEqual(names)
  const { logGroups } = await own.send(
    new DescribeLogGroupsCommand({ logGroupNamePattern: 'other' }),
  )
  expect(logGroups?.map((group) => group.logGroupName)).toEqual(['/Other'])
  const both = new DescribeLogGroupsCommand({ logGroupNamePattern: 'a', logGroupNamePrefix: 'b' })
  await expect(own.send(both)).rejects.toMatchObject({
    name: 'InvalidParameterException',
    message: 'LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.',
  })
})

test('retention takes the days that AWS takes', async () => {
  const logGroupName = '/kept'
  await logs.send(new CreateLogGroupCommand({ logGroupName }))
  const days = async () => {
    const { logGroups } = await logs.send(
      new DescribeLogGroupsCommand({ logGroupNamePrefix: logGroupName }),
    )
    return logGroups?.[0]?.retentionInDays
  }
  await logs.send(new PutRetentionPolicyCommand({ logGroupName, retentionInDays: 7 }))
  expect(await days()).toBe(7)
  await expect(
    logs.send(new PutRetentionPolicyCommand({ logGroupName, retentionInDays: 8 })),
  ).rejects.toMatchObject({ name: 'InvalidParameterException' })
  await logs.send(new DeleteRetentionPolicyCommand({ logGroupName }))
  expect(await days()).toBeUndefined()
})

test('streams are listed by name or by their last event', async () => {
  const logGroupName = '/streams'
  await logs.send(new CreateLogGroupCommand({ logGroupName }))
  for (const [index, logStreamName] of ['c', 'a', 'b'].entries()) {
    await logs.send(new CreateLogStreamCommand({ logGroupName, logStreamName }))
    const logEvents = [{ timestamp: Date.now() - 1000 + index, message: 'x' }]
    await logs.send(new PutLogEventsCommand({ logGroupName, logStreamName, logEvents }))
  }
  await expect(
    logs.send(new CreateLogStreamCommand({ logGroupName, logStreamName: 'a' })),
  ).rejects.toMatchObject({ name: 'ResourceAlreadyExistsException' })
  const names = async (more: object) => {
    const found: string[] = []
    let nextToken: string | undefined
    do {
      const page = await logs.send(
        new DescribeLogStreamsCommand({ logGroupName, limit: 2, nextToken, ...more }),
      )
      found.push(...(page.logStreams ?? []).map((stream) => stream.logStreamName ?? ''))
      nextToken = page.nextToken
    } while (nextToken)
    return found
  }
  expect(await names({})).toEqual(['a', 'b', 'c'])
  expect(await names({ descending: true })).toEqual(['c', 'b', 'a'])
  expect(await names({ orderBy: 'LastEventTime' })).toEqual(['c', 'a', 'b'])
  expect(await names({ orderBy: 'LastEventTime', descending: true })).toEqual(['b', 'a', 'c'])
  expect(await names({ logStreamNamePrefix: 'b' })).toEqual(['b'])
  await logs.send(new DeleteLogStreamCommand({ logGroupName, logStreamName: 'b' }))
  expect(await names({})).toEqual(['a', 'c'])
  await expect(
    logs.send(new DeleteLogStreamCommand({ logGroupName, logStreamName: 'b' })),
  ).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
})

test('tags are added and taken away by both kinds of calls', async () => {
  const logGroupName = '/tagged'
  const resourceArn = `arn:aws:logs:us-east-1:${fileAccount()}:log-group:/tagged`
  await logs.send(new CreateLogGroupCommand({ logGroupName, tags: { a: '1' } }))
  await logs.send(new TagResourceCommand({ resourceArn, tags: { b: '2' } }))
  await logs.send(new TagLogGroupCommand({ logGroupName, tags: { c: '3' } }))
  expect((await logs.send(new ListTagsForResourceCommand({ resourceArn }))).tags).toEqual({
    a: '1',
    b: '2',
    c: '3',
  })
  await logs.send(new UntagResourceCommand({ resourceArn, tagKeys: ['a'] }))
  await logs.send(new UntagLogGroupCommand({ logGroupName, tags: ['b'] }))
  expect((await logs.send(new ListTagsLogGroupCommand({ logGroupName }))).tags).toEqual({ c: '3' })
  const many = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`k${index}`, 'v']))
  await expect(
    logs.send(new TagResourceCommand({ resourceArn, tags: many })),
  ).rejects.toMatchObject({ name: 'TooManyTagsException' })
})

test('what is not built says so', async () => {
  await expect(
    logs.send(new StartQueryCommand({ queryString: 'x', startTime: 1, endTime: 2 })),
  ).rejects.toThrow(/StartQuery/)
  await expect(
    logs.send(new CreateLogGroupCommand({ logGroupName: '/k', kmsKeyId: 'key' })),
  ).rejects.toThrow(/kmsKeyId/)
})
