import {
  CreateWorkGroupCommand,
  DeleteWorkGroupCommand,
  GetWorkGroupCommand,
  ListEngineVersionsCommand,
  ListTagsForResourceCommand,
  ListWorkGroupsCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateWorkGroupCommand,
} from '@aws-sdk/client-athena'
import { beforeAll, expect, test } from 'vitest'
import { openAthena } from './athena-session.ts'

let session: Awaited<ReturnType<typeof openAthena>>

beforeAll(async () => {
  session = await openAthena()
})

test('primary is always there and cannot be deleted', async () => {
  const { athena } = session
  const list = await athena.send(new ListWorkGroupsCommand({}))
  expect(list.WorkGroups?.map(({ Name, State }) => [Name, State])).toEqual([['primary', 'ENABLED']])
  await expect(athena.send(new DeleteWorkGroupCommand({ WorkGroup: 'primary' }))).rejects.toThrow(
    'primary',
  )
  const versions = await athena.send(new ListEngineVersionsCommand({}))
  expect(versions.EngineVersions?.[0]?.SelectedEngineVersion).toBe('AUTO')
})

test('an enforced workgroup decides where results go; a disabled one runs nothing', async () => {
  const { athena, run, start, bucket } = session
  const location = `s3://${bucket}/enforced/`
  const create = new CreateWorkGroupCommand({
    Name: 'strict',
    Description: 'd',
    Configuration: { ResultConfiguration: { OutputLocation: location } },
  })
  await athena.send(create)
  await expect(athena.send(create)).rejects.toThrow('WorkGroup is already created')
  const { execution, id } = await run('SELECT 1', { WorkGroup: 'strict' })
  expect(execution.ResultConfiguration?.OutputLocation).toBe(`${location}${id}.csv`)
  await athena.send(
    new UpdateWorkGroupCommand({
      WorkGroup: 'strict',
      ConfigurationUpdates: { EnforceWorkGroupConfiguration: false },
    }),
  )
  const own = await run('SELECT 1', { WorkGroup: 'strict' })
  expect(own.execution.ResultConfiguration?.OutputLocation).toBe(`${session.output}${own.id}.csv`)
  const without = await run('SELECT 1', { WorkGroup: 'strict', ResultConfiguration: {} })
  expect(without.execution.ResultConfiguration?.OutputLocation).toBe(`${location}${without.id}.csv`)
  await athena.send(new UpdateWorkGroupCommand({ WorkGroup: 'strict', State: 'DISABLED' }))
  await expect(start('SELECT 1', { WorkGroup: 'strict' })).rejects.toThrow('disabled')
  await expect(athena.send(new DeleteWorkGroupCommand({ WorkGroup: 'strict' }))).rejects.toThrow(
    'WorkGroup strict is not empty',
  )
  await athena.send(
    new DeleteWorkGroupCommand({ WorkGroup: 'strict', RecursiveDeleteOption: true }),
  )
  await expect(athena.send(new GetWorkGroupCommand({ WorkGroup: 'strict' }))).rejects.toThrow(
    'WorkGroup strict is not found.',
  )
})

test('settings are given back, changed one by one, and refused by name when not built', async () => {
  const { athena } = session
  await athena.send(
    new CreateWorkGroupCommand({
      Name: 'limited',
      Configuration: { BytesScannedCutoffPerQuery: 10_000_000 },
    }),
  )
  const get = async () =>
    (await athena.send(new GetWorkGroupCommand({ WorkGroup: 'limited' }))).WorkGroup?.Configuration
  expect(await get()).toMatchObject({
    BytesScannedCutoffPerQuery: 10_000_000,
    EnforceWorkGroupConfiguration: true,
    PublishCloudWatchMetricsEnabled: true,
  })
  await athena.send(
    new UpdateWorkGroupCommand({
      WorkGroup: 'limited',
      ConfigurationUpdates: {
        RemoveBytesScannedCutoffPerQuery: true,
        ResultConfigurationUpdates: { OutputLocation: session.output },
      },
    }),
  )
  expect(await get()).toMatchObject({ ResultConfiguration: { OutputLocation: session.output } })
  expect(await get()).not.toHaveProperty('BytesScannedCutoffPerQuery')
  const update = (ConfigurationUpdates: object) =>
    athena.send(new UpdateWorkGroupCommand({ WorkGroup: 'limited', ConfigurationUpdates }))
  await expect(update({ BytesScannedCutoffPerQuery: 9_999_999 })).rejects.toThrow('10000000')
  await expect(update({ ExecutionRole: 'arn:aws:iam::000000000000:role/x' })).rejects.toThrow(
    'ExecutionRole is not supported by Headrace yet',
  )
})

test('tags are on workgroups', async () => {
  const { athena } = session
  await athena.send(
    new CreateWorkGroupCommand({ Name: 'tagged', Tags: [{ Key: 'a', Value: '1' }] }),
  )
  const ResourceARN = `arn:aws:athena:us-east-1:${session.account}:workgroup/tagged`
  await athena.send(new TagResourceCommand({ ResourceARN, Tags: [{ Key: 'b', Value: '2' }] }))
  await athena.send(new UntagResourceCommand({ ResourceARN, TagKeys: ['a'] }))
  const { Tags } = await athena.send(new ListTagsForResourceCommand({ ResourceARN }))
  expect(Tags).toEqual([{ Key: 'b', Value: '2' }])
  const other = ResourceARN.replace('tagged', 'nope')
  await expect(
    athena.send(new ListTagsForResourceCommand({ ResourceARN: other })),
  ).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
})
