import {
  CreateScheduleCommand,
  CreateScheduleGroupCommand,
  DeleteScheduleGroupCommand,
  GetScheduleCommand,
  GetScheduleGroupCommand,
  ListScheduleGroupsCommand,
  ListSchedulesCommand,
  ListTagsForResourceCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-scheduler'
import { expect, test } from 'vitest'
import { newRole, schedulerClient } from './support.ts'

const scheduler = schedulerClient()

test('groups are made once, found and listed; the default one is always there', async () => {
  const { ScheduleGroupArn } = await scheduler.send(
    new CreateScheduleGroupCommand({ Name: 'aaa', ClientToken: 'one' }),
  )
  await scheduler.send(new CreateScheduleGroupCommand({ Name: 'aaa', ClientToken: 'one' }))
  await expect(
    scheduler.send(new CreateScheduleGroupCommand({ Name: 'aaa' })),
  ).rejects.toMatchObject({ name: 'ConflictException' })
  await expect(
    scheduler.send(new CreateScheduleGroupCommand({ Name: 'default' })),
  ).rejects.toMatchObject({ name: 'ConflictException' })
  const found = await scheduler.send(new GetScheduleGroupCommand({ Name: 'aaa' }))
  expect(found).toMatchObject({ Arn: ScheduleGroupArn, Name: 'aaa', State: 'ACTIVE' })
  const first = await scheduler.send(new ListScheduleGroupsCommand({ MaxResults: 1 }))
  expect(first.ScheduleGroups).toMatchObject([{ Name: 'aaa' }])
  const { NextToken } = first
  const rest = await scheduler.send(new ListScheduleGroupsCommand({ NextToken }))
  expect(rest.ScheduleGroups?.[0]).toMatchObject({ Name: 'default', State: 'ACTIVE' })
  await expect(
    scheduler.send(new DeleteScheduleGroupCommand({ Name: 'default' })),
  ).rejects.toMatchObject({ name: 'ValidationException' })
})

test('tags hang on groups, fifty at most', async () => {
  const Tags = [{ Key: 'team', Value: 'data' }]
  const { ScheduleGroupArn: ResourceArn } = await scheduler.send(
    new CreateScheduleGroupCommand({ Name: 'tagged', Tags }),
  )
  const more = Array.from({ length: 49 }, (_, at) => ({ Key: `k${at}`, Value: 'v' }))
  await scheduler.send(new TagResourceCommand({ ResourceArn, Tags: more }))
  await expect(
    scheduler.send(new TagResourceCommand({ ResourceArn, Tags: [{ Key: 'x', Value: 'y' }] })),
  ).rejects.toMatchObject({ name: 'ServiceQuotaExceededException' })
  const TagKeys = more.map(({ Key }) => Key)
  await scheduler.send(new UntagResourceCommand({ ResourceArn, TagKeys }))
  const found = await scheduler.send(new ListTagsForResourceCommand({ ResourceArn }))
  expect(found.Tags).toEqual(Tags)
})

test('a group is deleted with its schedules', async () => {
  const RoleArn = await newRole('groups')
  const GroupName = 'doomed'
  await scheduler.send(new CreateScheduleGroupCommand({ Name: GroupName }))
  const schedule = new CreateScheduleCommand({
    ...{ Name: 'inside', GroupName, ScheduleExpression: 'rate(1 day)', State: 'DISABLED' },
    FlexibleTimeWindow: { Mode: 'OFF' },
    Target: { Arn: 'arn:aws:sqs:us-east-1:000000000000:nobody', RoleArn },
  })
  await scheduler.send(schedule)
  const listed = await scheduler.send(new ListSchedulesCommand({ GroupName }))
  expect(listed.Schedules).toMatchObject([{ Name: 'inside', GroupName }])
  await scheduler.send(new DeleteScheduleGroupCommand({ Name: GroupName }))
  const gone = () =>
    scheduler.send(new GetScheduleGroupCommand({ Name: GroupName })).then(
      ({ State }) => State,
      (error: Error) => error.name,
    )
  await expect.poll(gone, { timeout: 10_000 }).toBe('ResourceNotFoundException')
  await expect(
    scheduler.send(new GetScheduleCommand({ Name: 'inside', GroupName })),
  ).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
  await expect(scheduler.send(schedule)).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
    message: 'Schedule group doomed does not exist.',
  })
})
