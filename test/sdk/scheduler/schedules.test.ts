import {
  CreateScheduleCommand,
  DeleteScheduleCommand,
  GetScheduleCommand,
  ListSchedulesCommand,
  UpdateScheduleCommand,
} from '@aws-sdk/client-scheduler'
import { beforeAll, expect, test } from 'vitest'
import { newRole, schedulerClient } from './support.ts'

const scheduler = schedulerClient()

const Arn = 'arn:aws:sqs:us-east-1:000000000000:nobody'
const FlexibleTimeWindow = { Mode: 'OFF' } as const
const ScheduleExpression = 'cron(0 12 1 1 ? 2190)'
let RoleArn = ''

beforeAll(async () => {
  RoleArn = await newRole('schedules')
})

function create(Name: string, more: Partial<CreateScheduleCommand['input']> = {}) {
  const Target = { Arn, RoleArn }
  return new CreateScheduleCommand({
    Name,
    ScheduleExpression,
    FlexibleTimeWindow,
    Target,
    ...more,
  })
}

test('a schedule comes back as it was made', async () => {
  const input = {
    Description: 'of the year',
    ScheduleExpressionTimezone: 'Europe/Berlin',
    StartDate: new Date('2030-01-01T00:00:00Z'),
    EndDate: new Date('2199-01-01T00:00:00Z'),
    State: 'DISABLED',
    FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 15 },
    ActionAfterCompletion: 'DELETE',
    Target: {
      ...{ Arn: `${Arn}.fifo`, RoleArn, Input: 'hello' },
      SqsParameters: { MessageGroupId: 'g' },
      RetryPolicy: { MaximumRetryAttempts: 3, MaximumEventAgeInSeconds: 120 },
      DeadLetterConfig: { Arn },
    },
  } as const
  const { ScheduleArn } = await scheduler.send(create('full', input))
  expect(ScheduleArn).toMatch(/^arn:aws:scheduler:us-east-1:\d{12}:schedule\/default\/full$/)
  const found = await scheduler.send(new GetScheduleCommand({ Name: 'full' }))
  const names = { Name: 'full', GroupName: 'default', Arn: ScheduleArn, ScheduleExpression }
  expect(found).toMatchObject({ ...input, ...names })
  expect(found.CreationDate).toEqual(found.LastModificationDate)
})

test('an update replaces all; what it does not name holds by default', async () => {
  await scheduler.send(create('changing', { Description: 'old', State: 'DISABLED' }))
  const { input } = create('changing', { ScheduleExpression: 'rate(30 days)', State: 'DISABLED' })
  await scheduler.send(new UpdateScheduleCommand(input))
  const found = await scheduler.send(new GetScheduleCommand({ Name: 'changing' }))
  expect(found.Description).toBeUndefined()
  expect(found).toMatchObject({
    ScheduleExpression: 'rate(30 days)',
    ActionAfterCompletion: 'NONE',
  })
  await scheduler.send(new DeleteScheduleCommand({ Name: 'changing' }))
  const gone = { name: 'ResourceNotFoundException', message: 'Schedule changing does not exist.' }
  await expect(scheduler.send(new GetScheduleCommand({ Name: 'changing' }))).rejects.toMatchObject(
    gone,
  )
  await expect(scheduler.send(new UpdateScheduleCommand(input))).rejects.toMatchObject(gone)
  const again = new DeleteScheduleCommand({ Name: 'changing' })
  await expect(scheduler.send(again)).rejects.toMatchObject(gone)
})

test('a name is free once; the same request with its token may come twice', async () => {
  const once = create('once', { ClientToken: 'token-1' })
  const { ScheduleArn } = await scheduler.send(once)
  expect((await scheduler.send(once)).ScheduleArn).toBe(ScheduleArn)
  await expect(scheduler.send(create('once'))).rejects.toMatchObject({
    name: 'ConflictException',
    message: 'Schedule once already exists.',
  })
})

test('schedules are listed by prefix and state, in pages', async () => {
  for (const Name of ['list-a', 'list-b', 'list-c']) await scheduler.send(create(Name))
  await scheduler.send(create('list-off', { State: 'DISABLED' }))
  const names: string[] = []
  let NextToken: string | undefined
  do {
    const asked = { NamePrefix: 'list-', State: 'ENABLED', MaxResults: 2, NextToken } as const
    const page = await scheduler.send(new ListSchedulesCommand(asked))
    expect(page.Schedules?.length).toBeLessThanOrEqual(2)
    names.push(...(page.Schedules ?? []).map(({ Name = '' }) => Name))
    NextToken = page.NextToken
  } while (NextToken)
  expect(names).toEqual(['list-a', 'list-b', 'list-c'])
  await expect(
    scheduler.send(new ListSchedulesCommand({ NextToken: 'nonsense' })),
  ).rejects.toMatchObject({ name: 'ValidationException' })
  await expect(
    scheduler.send(new ListSchedulesCommand({ GroupName: 'nobody' })),
  ).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
})

test.each(['rate(10 seconds)', 'at(2021-12-31T23:59:59Z)', 'cron(0 1 * * * *)'])(
  '%s is refused',
  async (expression) => {
    await expect(
      scheduler.send(create('bad', { ScheduleExpression: expression })),
    ).rejects.toMatchObject({
      name: 'ValidationException',
      message: `Invalid Schedule Expression ${expression}.`,
    })
  },
)

test('a role must be there and trust Scheduler', async () => {
  const message =
    'The execution role you provide must allow AWS EventBridge Scheduler to assume the role.'
  const others = [await newRole('of-lambda', 'lambda.amazonaws.com'), `${RoleArn}-missing`]
  for (const other of others) {
    const Target = { Arn, RoleArn: other }
    await expect(scheduler.send(create('roleless', { Target }))).rejects.toMatchObject({
      name: 'ValidationException',
      message,
    })
  }
})

const json = 'Input'
test.each([
  [
    'a universal target without an input',
    { Arn: 'arn:aws:scheduler:::aws-sdk:sqs:sendMessage' },
    'Input must be provided',
  ],
  ['a task of ECS', { Arn: 'arn:aws:ecs:us-east-1:000000000000:cluster/c' }, 'not supported'],
  ['EcsParameters', { Arn, EcsParameters: { TaskDefinitionArn: 'a' } }, 'Target.EcsParameters'],
  [
    'an API destination',
    { Arn: 'arn:aws:events:us-east-1:0:api-destination/a/b' },
    'not supported',
  ],
  ['no ARN', { Arn: 'queue' }, 'not in correct format'],
  ['a FIFO queue without a group', { Arn: `${Arn}.fifo` }, 'SqsParameters'],
  [
    'a group without a FIFO queue',
    { Arn, SqsParameters: { MessageGroupId: 'g' } },
    'SqsParameters',
  ],
  ['a bus without a source', { Arn: 'arn:aws:events:us-east-1:0:event-bus/b' }, 'EventBridge'],
  ['a stream without a key', { Arn: 'arn:aws:kinesis:us-east-1:0:stream/s' }, 'Kinesis'],
  ['text for a function', { Arn: 'arn:aws:lambda:us-east-1:0:function:f', Input: 'no' }, json],
  ['an input that is too long', { Arn, Input: 'x'.repeat(262_145) }, 'at most 262144 bytes'],
])('%s is refused', async (_, target, message) => {
  const Target = { RoleArn, ...target }
  await expect(scheduler.send(create('refused', { Target }))).rejects.toMatchObject({
    name: 'ValidationException',
    message: expect.stringContaining(message),
  })
  const missing = scheduler.send(new GetScheduleCommand({ Name: 'refused' }))
  await expect(missing).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
})

test('an input of 262,144 bytes is taken', async () => {
  const Target = { Arn, RoleArn, Input: 'x'.repeat(262_144) }
  await scheduler.send(create('long', { Target, State: 'DISABLED' }))
  const found = await scheduler.send(new GetScheduleCommand({ Name: 'long' }))
  expect(found.Target?.Input).toHaveLength(262_144)
})

test.each([
  ['KmsKeyArn', { KmsKeyArn: 'arn:aws:kms:us-east-1:000000000000:key/k' }],
  ['MaximumWindowInMinutes', { FlexibleTimeWindow: { Mode: 'FLEXIBLE' as const } }],
  ['Timezone', { ScheduleExpressionTimezone: 'Mars/Olympus' }],
  ['StartDate', { StartDate: new Date(2_000_000), EndDate: new Date(1_000_000) }],
])('a wrong %s is refused', async (name, wrong) => {
  await expect(scheduler.send(create('wrong', wrong))).rejects.toMatchObject({
    message: expect.stringContaining(name),
  })
})
