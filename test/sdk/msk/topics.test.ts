import {
  CreateClusterCommand,
  CreateConfigurationCommand,
  CreateTopicCommand,
  DeleteTopicCommand,
  DescribeTopicCommand,
  DescribeTopicPartitionsCommand,
  KafkaClient,
  ListTopicsCommand,
  UpdateTopicCommand,
} from '@aws-sdk/client-kafka'
import { DescribeStreamSummaryCommand, KinesisClient } from '@aws-sdk/client-kinesis'
import { beforeAll, expect, test } from 'vitest'
import { client } from '../../support/client.ts'

const kafka = client(KafkaClient)
const kinesis = client(KinesisClient)
let ClusterArn = ''

beforeAll(async () => {
  const { Arn } = await kafka.send(
    new CreateConfigurationCommand({
      Name: 'mine',
      ServerProperties: Buffer.from('log.retention.hours=48\nmessage.max.bytes=2000000'),
    }),
  )
  const made = await kafka.send(
    new CreateClusterCommand({
      ClusterName: 'events',
      KafkaVersion: '4.1.x.kraft',
      NumberOfBrokerNodes: 1,
      BrokerNodeGroupInfo: { InstanceType: 'kafka.m7g.large', ClientSubnets: ['subnet-1'] },
      ConfigurationInfo: { Arn, Revision: 1 },
    }),
  )
  ClusterArn = made.ClusterArn ?? ''
})

const base64 = (text: string) => Buffer.from(text).toString('base64')

function create(TopicName: string, more: object = {}) {
  const request = { ClusterArn, TopicName, PartitionCount: 2, ReplicationFactor: 1, ...more }
  return kafka.send(new CreateTopicCommand(request))
}

async function configsOf(TopicName: string): Promise<string[]> {
  const { Configs = '' } = await kafka.send(new DescribeTopicCommand({ ClusterArn, TopicName }))
  return Buffer.from(Configs, 'base64').toString('utf8').split('\n')
}

test('a topic is a stream, with the configs of the cluster where it has none of its own', async () => {
  const made = await create('clicks', { Configs: base64('max.message.bytes=3000000\n') })
  const [resource] = ClusterArn.split(':').slice(-1)
  const TopicArn = `${ClusterArn.replace(resource ?? '', '')}${resource?.replace('cluster', 'topic')}/clicks`
  expect(made).toMatchObject({ TopicName: 'clicks', Status: 'ACTIVE', TopicArn })
  const found = await kafka.send(new DescribeTopicCommand({ ClusterArn, TopicName: 'clicks' }))
  expect(found).toMatchObject({
    TopicArn,
    TopicName: 'clicks',
    PartitionCount: 2,
    ReplicationFactor: 1,
    Status: 'ACTIVE',
  })
  const configs = await configsOf('clicks')
  expect(configs).toContain('retention.ms=172800000')
  expect(configs).toContain('max.message.bytes=3000000')
  expect(configs).toContain('cleanup.policy=delete')
  const { StreamDescriptionSummary: stream } = await kinesis.send(
    new DescribeStreamSummaryCommand({ StreamName: 'clicks' }),
  )
  expect(stream).toMatchObject({ OpenShardCount: 2, RetentionPeriodHours: 48 })
})

test('partitions are listed page by page, each on the one broker', async () => {
  await create('wide', { PartitionCount: 5 })
  const request = { ClusterArn, TopicName: 'wide' }
  const page = await kafka.send(new DescribeTopicPartitionsCommand({ ...request, MaxResults: 2 }))
  expect(page.Partitions).toEqual([
    { Partition: 0, Leader: 0, Replicas: [0], Isr: [0] },
    { Partition: 1, Leader: 0, Replicas: [0], Isr: [0] },
  ])
  const { NextToken } = page
  const rest = await kafka.send(new DescribeTopicPartitionsCommand({ ...request, NextToken }))
  expect(rest.Partitions?.map(({ Partition }) => Partition)).toEqual([2, 3, 4])
})

test('topics are listed by the beginning of their names', async () => {
  for (const name of ['list-b', 'list-a', 'list-c']) await create(name)
  const request = { ClusterArn, TopicNameFilter: 'list-', MaxResults: 2 }
  const page = await kafka.send(new ListTopicsCommand(request))
  expect(page.Topics).toMatchObject([
    { TopicName: 'list-a', PartitionCount: 2, ReplicationFactor: 1, OutOfSyncReplicaCount: 0 },
    { TopicName: 'list-b' },
  ])
  const { NextToken } = page
  const rest = await kafka.send(new ListTopicsCommand({ ...request, NextToken }))
  expect(rest.Topics).toMatchObject([{ TopicName: 'list-c' }])
  expect(rest.NextToken).toBeUndefined()
})

test('a topic grows and changes its configs, and keeps what was not spoken of', async () => {
  await create('growing', { Configs: base64('retention.ms=3600000') })
  const update = (more: object) =>
    kafka.send(new UpdateTopicCommand({ ClusterArn, TopicName: 'growing', ...more }))
  const Configs = base64('max.message.bytes=5000')
  expect(await update({ PartitionCount: 3, Configs })).toMatchObject({ TopicName: 'growing' })
  const found = await kafka.send(new DescribeTopicCommand({ ClusterArn, TopicName: 'growing' }))
  expect(found.PartitionCount).toBe(3)
  const configs = await configsOf('growing')
  expect(configs).toContain('max.message.bytes=5000')
  expect(configs).toContain('retention.ms=3600000')
  for (const wrong of [{}, { PartitionCount: 2 }, { Configs: base64('cleanup.policy=forget') }]) {
    await expect(update(wrong)).rejects.toMatchObject({ name: 'BadRequestException' })
  }
})

test('a topic that was deleted is gone', async () => {
  await create('gone')
  const request = { ClusterArn, TopicName: 'gone' }
  const { Status } = await kafka.send(new DeleteTopicCommand(request))
  expect(Status).toBe('DELETING')
  for (const Command of [DescribeTopicCommand, DeleteTopicCommand]) {
    await expect(kafka.send(new Command(request))).rejects.toMatchObject({
      name: 'NotFoundException',
    })
  }
})

test('what cannot be a topic is refused', async () => {
  await create('taken')
  await expect(create('taken')).rejects.toMatchObject({ name: 'TopicExistsException' })
  const wrong: ReadonlyArray<readonly [string, object]> = [
    ['a topic', {}],
    ['more', { ReplicationFactor: 3 }],
    ['more', { PartitionCount: 0 }],
    ['more', { Configs: base64('no.such.config=1') }],
    ['more', { Configs: base64('lonely') }],
  ]
  for (const [name, more] of wrong) {
    await expect(create(name, more)).rejects.toMatchObject({ name: 'BadRequestException' })
  }
})
