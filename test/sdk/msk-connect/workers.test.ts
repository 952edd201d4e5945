import {
  CreateWorkerConfigurationCommand,
  DeleteWorkerConfigurationCommand,
  DescribeConnectorCommand,
  DescribeWorkerConfigurationCommand,
  KafkaConnectClient,
  ListTagsForResourceCommand,
  ListWorkerConfigurationsCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-kafkaconnect'
import { CreateStreamCommand, KinesisClient, PutRecordCommand } from '@aws-sdk/client-kinesis'
import { CreateBucketCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3'
import { expect, test } from 'vitest'
import { client, clientConfig, newAccount } from '../../support/client.ts'
import { bootstrapServersOf, connectorRequest, createdArn } from '../../support/connectors.ts'

const account = newAccount()
const connect = client(KafkaConnectClient, { account })
const BYTES = 'org.apache.kafka.connect.converters.ByteArrayConverter'

const base64 = (text: string) => Buffer.from(text).toString('base64')

const create = (name: string, properties: string) =>
  connect.send(
    new CreateWorkerConfigurationCommand({ name, propertiesFileContent: base64(properties) }),
  )

test('a worker configuration is kept as it was given, and goes when it is deleted', async () => {
  const text = `# bytes\nkey.converter=${BYTES}\nvalue.converter=${BYTES}\n`
  const made = await create('bytes', text)
  expect(made).toMatchObject({
    name: 'bytes',
    workerConfigurationState: 'ACTIVE',
    latestRevision: { revision: 1 },
  })
  const { workerConfigurationArn } = made
  expect(
    await connect.send(new DescribeWorkerConfigurationCommand({ workerConfigurationArn })),
  ).toMatchObject({
    workerConfigurationArn,
    latestRevision: { revision: 1, propertiesFileContent: base64(text) },
  })
  await expect(create('bytes', text)).rejects.toMatchObject({ name: 'ConflictException' })
  const list = new ListWorkerConfigurationsCommand({ namePrefix: 'by' })
  expect((await connect.send(list)).workerConfigurations).toMatchObject([{ name: 'bytes' }])
  await connect.send(new DeleteWorkerConfigurationCommand({ workerConfigurationArn }))
  expect((await connect.send(list)).workerConfigurations).toEqual([])
})

test('properties without an effect are refused by name', async () => {
  const both = `key.converter=${BYTES}\nvalue.converter=${BYTES}\n`
  await expect(create('w', `${both}offset.storage.topic=x`)).rejects.toMatchObject({
    name: 'BadRequestException',
    message: expect.stringContaining('offset.storage.topic'),
  })
  await expect(create('w', `value.converter=${BYTES}`)).rejects.toMatchObject({
    message: expect.stringContaining('key.converter'),
  })
  await expect(
    connect.send(
      new CreateWorkerConfigurationCommand({ name: 'w', propertiesFileContent: 'key.converter' }),
    ),
  ).rejects.toMatchObject({ message: expect.stringContaining('base64') })
})

test('what a worker says holds for a connector that is silent about it', async () => {
  const bucket = `landing-${account}`
  const s3 = new S3Client({ ...clientConfig({ account }), forcePathStyle: true })
  const kinesis = client(KinesisClient, { account })
  await s3.send(new CreateBucketCommand({ Bucket: bucket }))
  await kinesis.send(new CreateStreamCommand({ StreamName: 'orders', ShardCount: 1 }))
  const worker = await create('for-bytes', `key.converter=${BYTES}\nvalue.converter=${BYTES}`)
  const { workerConfigurationArn } = worker
  const servers = await bootstrapServersOf(account)
  const request = await connectorRequest(connect, servers, {
    's3.bucket.name': bucket,
    'format.class': 'io.confluent.connect.s3.format.bytearray.ByteArrayFormat',
  })
  await expect(createdArn(connect, request)).rejects.toMatchObject({
    message: expect.stringContaining('ByteArrayConverter'),
  })
  const workerConfiguration = { workerConfigurationArn, revision: 1 }
  const connectorArn = await createdArn(connect, { ...request, workerConfiguration })
  expect(await connect.send(new DescribeConnectorCommand({ connectorArn }))).toMatchObject({
    workerConfiguration,
  })
  const put = new PutRecordCommand({
    StreamName: 'orders',
    PartitionKey: 'k',
    Data: Buffer.from([1, 2]),
  })
  await expect
    .poll(() =>
      kinesis.send(put).then(
        () => true,
        () => false,
      ),
    )
    .toBe(true)
  const list = new ListObjectsV2Command({ Bucket: bucket })
  await expect
    .poll(async () => (await s3.send(list)).Contents?.map(({ Key, Size }) => [Key, Size]))
    .toEqual([['topics/orders/partition=0/orders+0+0000000000.bin', 3]])
})

test('connectors and worker configurations have tags', async () => {
  const { workerConfigurationArn: resourceArn } = await create(
    'tagged',
    `key.converter=${BYTES}\nvalue.converter=${BYTES}`,
  )
  const tagsOf = async () =>
    (await connect.send(new ListTagsForResourceCommand({ resourceArn }))).tags
  await connect.send(new TagResourceCommand({ resourceArn, tags: { a: '1', b: '2' } }))
  expect(await tagsOf()).toEqual({ a: '1', b: '2' })
  await connect.send(new UntagResourceCommand({ resourceArn, tagKeys: ['a'] }))
  expect(await tagsOf()).toEqual({ b: '2' })
  const tags = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`k${index}`, 'v']))
  await expect(connect.send(new TagResourceCommand({ resourceArn, tags }))).rejects.toMatchObject({
    name: 'BadRequestException',
  })
})
