import type { CreateConnectorCommandInput } from '@aws-sdk/client-kafkaconnect'
import {
  CreateConnectorCommand,
  CreateCustomPluginCommand,
  DeleteCustomPluginCommand,
  DescribeConnectorCommand,
  DescribeCustomPluginCommand,
  KafkaConnectClient,
  ListConnectorsCommand,
  ListCustomPluginsCommand,
} from '@aws-sdk/client-kafkaconnect'
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import { beforeAll, expect, test } from 'vitest'
import { client, clientConfig, newAccount } from '../../support/client.ts'
import { bootstrapServersOf, connectorRequest, createdArn } from '../../support/connectors.ts'

const account = newAccount()
const connect = client(KafkaConnectClient, { account })
let request: CreateConnectorCommandInput

beforeAll(async () => {
  const servers = await bootstrapServersOf(account)
  const bucket = `landing-${account}`
  const s3 = new S3Client({ ...clientConfig({ account }), forcePathStyle: true })
  await s3.send(new CreateBucketCommand({ Bucket: bucket }))
  request = await connectorRequest(connect, servers, { 's3.bucket.name': bucket })
})

const create = (more: Partial<CreateConnectorCommandInput>) =>
  connect.send(new CreateConnectorCommand({ ...request, ...more }))

const configure = (more: Readonly<Record<string, string>>) =>
  create({ connectorConfiguration: { ...request.connectorConfiguration, ...more } })

test.each([
  ['a setting that nobody knows', { transforms: 'x' }, 'transforms'],
  [
    'a format that is not built',
    { 'format.class': 'io.confluent.connect.s3.format.parquet.ParquetFormat' },
    'format.class',
  ],
  [
    'a source of databases',
    { 'connector.class': 'io.debezium.connector.mysql.MySqlConnector' },
    'change data capture',
  ],
  ['another connector', { 'connector.class': 'org.example.Sink' }, 'headrace-s3-sink'],
  ['tombstones as objects', { 'behavior.on.null.values': 'write' }, 'behavior.on.null.values'],
  ['an interval without times', { 'rotate.interval.ms': '1000' }, 'rotate.interval.ms'],
  ['a schedule without a zone', { 'rotate.schedule.interval.ms': '1000' }, 'timezone'],
  ['two ways to say topics', { 'topics.regex': 'a.*' }, 'mutually exclusive'],
  ['more tasks than there can be', { 'tasks.max': '65' }, 'tasks.max'],
  ['an object of no records', { 'flush.size': '0' }, 'flush.size'],
])('%s is refused by name', async (_what, settings, text) => {
  await expect(configure(settings)).rejects.toMatchObject({
    name: 'BadRequestException',
    message: expect.stringContaining(text),
  })
})

test('a cluster that is not of this server, and a way to it that there is not, are refused', async () => {
  const vpc = request.kafkaCluster?.apacheKafkaCluster?.vpc
  const apacheKafkaCluster = { bootstrapServers: 'b-1.example.com:1', vpc }
  await expect(create({ kafkaCluster: { apacheKafkaCluster } })).rejects.toMatchObject({
    message: expect.stringContaining('bootstrapServers'),
  })
  await expect(
    create({ kafkaClusterEncryptionInTransit: { encryptionType: 'TLS' } }),
  ).rejects.toMatchObject({ name: 'BadRequestException' })
  await expect(
    create({ kafkaClusterClientAuthentication: { authenticationType: 'IAM' } }),
  ).rejects.toMatchObject({ name: 'BadRequestException' })
})

test.each<[string, Partial<CreateConnectorCommandInput>, string]>([
  ['a name with a space', { connectorName: 'to s3' }, 'BadRequestException'],
  ['an unknown version', { kafkaConnectVersion: '1.0' }, 'BadRequestException'],
  [
    'machines that AWS has not',
    { capacity: { provisionedCapacity: { mcuCount: 3, workerCount: 1 } } },
    'BadRequestException',
  ],
  ['no capacity', { capacity: {} }, 'BadRequestException'],
  [
    'eleven workers',
    { capacity: { provisionedCapacity: { mcuCount: 1, workerCount: 11 } } },
    'BadRequestException',
  ],
  ['what is no role', { serviceExecutionRoleArn: 'root' }, 'BadRequestException'],
  ['no plugin', { plugins: [] }, 'BadRequestException'],
  [
    'logs into a bucket',
    { logDelivery: { workerLogDelivery: { s3: { enabled: true, bucket: 'b' } } } },
    'BadRequestException',
  ],
])('%s is refused', async (_what, more, name) => {
  await expect(create(more)).rejects.toMatchObject({ name })
})

test('a name is taken once, and an account has sixty connectors and not one more', async () => {
  const connectorArn = await createdArn(connect, request)
  await expect(create({})).rejects.toMatchObject({
    name: 'ConflictException',
    $metadata: { httpStatusCode: 409 },
  })
  for (let count = 1; count < 60; count++) await create({ connectorName: `c${count}` })
  await expect(create({ connectorName: 'c60' })).rejects.toMatchObject({
    name: 'BadRequestException',
  })
  const { connectors = [], nextToken } = await connect.send(
    new ListConnectorsCommand({ maxResults: 50 }),
  )
  const rest = await connect.send(new ListConnectorsCommand({ nextToken }))
  expect([...connectors, ...(rest.connectors ?? [])]).toHaveLength(60)
  const other = connectorArn.replace('/to-s3/', '/to-s4/')
  await expect(
    connect.send(new DescribeConnectorCommand({ connectorArn: other })),
  ).rejects.toMatchObject({ name: 'NotFoundException', $metadata: { httpStatusCode: 404 } })
})

test('plugins are those that are built in: they are shown, and no others are taken', async () => {
  const { customPlugins = [] } = await connect.send(
    new ListCustomPluginsCommand({ namePrefix: 'headrace' }),
  )
  expect(customPlugins).toMatchObject([{ name: 'headrace-s3-sink', customPluginState: 'ACTIVE' }])
  const customPluginArn = customPlugins[0]?.customPluginArn
  expect(await connect.send(new DescribeCustomPluginCommand({ customPluginArn }))).toMatchObject({
    customPluginArn,
    latestRevision: { revision: 1 },
  })
  await expect(
    connect.send(new DeleteCustomPluginCommand({ customPluginArn })),
  ).rejects.toMatchObject({ name: 'BadRequestException' })
  await expect(
    connect.send(
      new CreateCustomPluginCommand({
        name: 'mine',
        contentType: 'ZIP',
        location: { s3Location: { bucketArn: 'arn:aws:s3:::plugins', fileKey: 'mine.zip' } },
      }),
    ),
  ).rejects.toMatchObject({ message: expect.stringContaining('headrace-s3-sink') })
  const strange = customPluginArn?.replace('headrace-s3-sink', 'mine')
  await expect(
    connect.send(new DescribeCustomPluginCommand({ customPluginArn: strange })),
  ).rejects.toMatchObject({ name: 'NotFoundException' })
})
