import {
  CreateClusterCommand,
  CreateConfigurationCommand,
  DeleteConfigurationCommand,
  DescribeConfigurationCommand,
  DescribeConfigurationRevisionCommand,
  KafkaClient,
  ListConfigurationRevisionsCommand,
  ListConfigurationsCommand,
  UpdateConfigurationCommand,
} from '@aws-sdk/client-kafka'
import { expect, test } from 'vitest'
import { client, newAccount } from '../../support/client.ts'

function newClient() {
  return client(KafkaClient, { account: newAccount() })
}

const create = (kafka: KafkaClient, properties: string, more: object = {}) =>
  kafka.send(
    new CreateConfigurationCommand({
      Name: 'mine',
      ServerProperties: Buffer.from(properties),
      ...more,
    }),
  )

test('a configuration keeps its revisions, each as it was given', async () => {
  const kafka = newClient()
  const first = '# times\nlog.retention.hours = 1\nnum.partitions: 3'
  const made = await create(kafka, first, { Description: 'one', KafkaVersions: ['3.9.x'] })
  expect(made).toMatchObject({
    Name: 'mine',
    State: 'ACTIVE',
    LatestRevision: { Revision: 1, Description: 'one' },
  })
  const { Arn = '' } = made
  expect(Arn).toMatch(/^arn:aws:kafka:us-east-1:\d{12}:configuration\/mine\/[0-9a-f-]{36}-\d+$/)
  const revise = (properties: string) =>
    kafka.send(new UpdateConfigurationCommand({ Arn, ServerProperties: Buffer.from(properties) }))
  const revised = await revise('num.partitions=4')
  expect(revised).toMatchObject({ Arn, LatestRevision: { Revision: 2 } })
  const textOf = async (Revision: number) => {
    const request = new DescribeConfigurationRevisionCommand({ Arn, Revision })
    return Buffer.from((await kafka.send(request)).ServerProperties ?? []).toString('utf8')
  }
  expect(await textOf(1)).toBe(first)
  expect(await textOf(2)).toBe('num.partitions=4')
  await expect(textOf(3)).rejects.toMatchObject({ name: 'NotFoundException' })
  expect(await kafka.send(new DescribeConfigurationCommand({ Arn }))).toMatchObject({
    Arn,
    KafkaVersions: ['3.9.x'],
    Description: 'one',
    LatestRevision: { Revision: 2 },
  })
  const page = await kafka.send(new ListConfigurationRevisionsCommand({ Arn, MaxResults: 1 }))
  expect(page.Revisions).toMatchObject([{ Revision: 1 }])
  const { NextToken } = page
  const rest = await kafka.send(new ListConfigurationRevisionsCommand({ Arn, NextToken }))
  expect(rest.Revisions).toMatchObject([{ Revision: 2 }])
})

test('a configuration has fifty revisions and not one more', async () => {
  const kafka = newClient()
  const { Arn = '' } = await create(kafka, 'num.partitions=1')
  const revise = () =>
    kafka.send(
      new UpdateConfigurationCommand({ Arn, ServerProperties: Buffer.from('num.partitions=2') }),
    )
  for (let revision = 2; revision <= 50; revision++) await revise()
  await expect(revise()).rejects.toMatchObject({ name: 'BadRequestException' })
  const { Revisions } = await kafka.send(new ListConfigurationRevisionsCommand({ Arn }))
  expect(Revisions).toHaveLength(50)
})

test('an account has a hundred configurations and not one more', async () => {
  const kafka = newClient()
  const names = Array.from({ length: 100 }, (_, index) => `c${String(index).padStart(3, '0')}`)
  for (const Name of names) await create(kafka, '', { Name })
  await expect(create(kafka, '', { Name: 'c100' })).rejects.toMatchObject({
    name: 'BadRequestException',
  })
  const page = await kafka.send(new ListConfigurationsCommand({ MaxResults: 60 }))
  const { NextToken } = page
  const rest = await kafka.send(new ListConfigurationsCommand({ NextToken }))
  const listed = [...(page.Configurations ?? []), ...(rest.Configurations ?? [])]
  expect(listed.map(({ Name }) => Name)).toEqual(names)
})

test('properties that are unknown, wrong or without effect are refused by name', async () => {
  const kafka = newClient()
  const wrong: ReadonlyArray<readonly [string, string]> = [
    ['no.such.thing=1', 'no.such.thing is not a valid configuration property'],
    ['num.io.threads=8', 'num.io.threads is not served by Headrace'],
    ['default.replication.factor=3', 'there is one broker'],
    ['num.partitions=0', 'num.partitions'],
    ['num.partitions=10001', 'num.partitions'],
    ['auto.create.topics.enable=perhaps', 'auto.create.topics.enable'],
    ['log.retention.hours=soon', 'log.retention.hours'],
    ['log.cleanup.policy=forget', 'log.cleanup.policy'],
    ['lonely', "'lonely' is not a property"],
    [`#${'x'.repeat(16_384)}`, '16384 bytes'],
  ]
  for (const [properties, named] of wrong) {
    await expect(create(kafka, properties)).rejects.toMatchObject({
      name: 'BadRequestException',
      message: expect.stringContaining(named),
      InvalidParameter: 'serverProperties',
    })
  }
  await create(
    kafka,
    [
      'auto.create.topics.enable=false',
      'default.replication.factor=1',
      'log.cleanup.policy=compact,delete',
      'log.message.timestamp.type=LogAppendTime',
      'log.retention.bytes=1000000',
      'log.retention.minutes=-1',
      'message.max.bytes=2000000',
      'min.insync.replicas=1',
    ].join('\n'),
  )
})

test('names, descriptions and versions have their limits', async () => {
  const kafka = newClient()
  for (const wrong of [
    { Name: '-mine' },
    { Name: 'my config' },
    { Description: 'x'.repeat(1025) },
    { KafkaVersions: ['0.8'] },
  ]) {
    await expect(create(kafka, '', wrong)).rejects.toMatchObject({ name: 'BadRequestException' })
  }
  await create(kafka, '', { Description: 'x'.repeat(1024) })
  await expect(create(kafka, '')).rejects.toMatchObject({ name: 'ConflictException' })
})

test('a configuration is deleted when no cluster uses it', async () => {
  const kafka = newClient()
  const { Arn = '' } = await create(kafka, 'num.partitions=2', { KafkaVersions: ['3.9.x'] })
  const cluster = (KafkaVersion: string) =>
    kafka.send(
      new CreateClusterCommand({
        ClusterName: 'events',
        KafkaVersion,
        NumberOfBrokerNodes: 1,
        BrokerNodeGroupInfo: { InstanceType: 'kafka.t3.small', ClientSubnets: ['subnet-1'] },
        ConfigurationInfo: { Arn, Revision: 1 },
      }),
    )
  await expect(cluster('4.0.x.kraft')).rejects.toMatchObject({ name: 'BadRequestException' })
  await cluster('3.9.x')
  const remove = new DeleteConfigurationCommand({ Arn })
  await expect(kafka.send(remove)).rejects.toMatchObject({
    name: 'BadRequestException',
    message: 'The configuration is in use by a cluster.',
  })
  const { Arn: other = '' } = await create(kafka, '', { Name: 'other' })
  expect(await kafka.send(new DeleteConfigurationCommand({ Arn: other }))).toMatchObject({
    Arn: other,
    State: 'DELETING',
  })
  await expect(kafka.send(new DescribeConfigurationCommand({ Arn: other }))).rejects.toMatchObject({
    name: 'NotFoundException',
  })
})
