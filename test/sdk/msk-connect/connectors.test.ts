import {
  CloudWatchLogsClient,
  DescribeLogStreamsCommand,
  GetLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs'
import {
  DeleteConnectorCommand,
  DescribeConnectorCommand,
  DescribeConnectorOperationCommand,
  KafkaConnectClient,
  ListConnectorOperationsCommand,
  ListConnectorsCommand,
  PauseConnectorCommand,
  RestartConnectorCommand,
  ResumeConnectorCommand,
  UpdateConnectorCommand,
} from '@aws-sdk/client-kafkaconnect'
import { CreateStreamCommand, KinesisClient, PutRecordCommand } from '@aws-sdk/client-kinesis'
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  S3Client,
} from '@aws-sdk/client-s3'
import { beforeAll, expect, test } from 'vitest'
import { client, clientConfig, newAccount } from '../../support/client.ts'
import {
  bootstrapServersOf,
  connectorRequest,
  createdArn,
  expectState,
  smallConfiguration,
} from '../../support/connectors.ts'

const account = newAccount()
const bucket = `landing-${account}`
const connect = client(KafkaConnectClient, { account })
const kinesis = client(KinesisClient, { account })
const s3 = new S3Client({ ...clientConfig({ account }), forcePathStyle: true })
const logs = client(CloudWatchLogsClient, { account })
let servers = ''

beforeAll(async () => {
  servers = await bootstrapServersOf(account)
  await s3.send(new CreateBucketCommand({ Bucket: bucket }))
})

const configurationOf = (topics: string, more: Readonly<Record<string, string>> = {}) => ({
  's3.bucket.name': bucket,
  topics,
  ...more,
})

async function start(name: string, more: Readonly<Record<string, string>> = {}) {
  const request = await connectorRequest(connect, servers, configurationOf(name, more))
  const connectorArn = await createdArn(connect, { ...request, connectorName: name })
  await expectState(connect, connectorArn, 'RUNNING')
  return connectorArn
}

const describe_ = (connectorArn: string) =>
  connect.send(new DescribeConnectorCommand({ connectorArn }))

const put = (StreamName: string, text: string) =>
  kinesis.send(new PutRecordCommand({ StreamName, PartitionKey: 'k', Data: Buffer.from(text) }))

async function keysUnder(Prefix: string): Promise<(string | undefined)[]> {
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix }))
  return Contents.map(({ Key }) => Key)
}

async function expectOperation(connectorOperationArn: string | undefined, state: string) {
  const find = () => connect.send(new DescribeConnectorOperationCommand({ connectorOperationArn }))
  await expect.poll(async () => (await find()).connectorOperationState).toBe(state)
  return find()
}

test('a connector is described and listed as it was made', async () => {
  const request = await connectorRequest(connect, servers, configurationOf('described'))
  const connectorArn = await createdArn(connect, {
    ...request,
    connectorName: 'described',
    connectorDescription: 'all of it',
    capacity: { autoScaling: { mcuCount: 2, minWorkerCount: 1, maxWorkerCount: 3 } },
    tags: { team: 'data' },
  })
  expect(connectorArn).toMatch(
    /^arn:aws:kafkaconnect:us-east-1:\d{12}:connector\/described\/[0-9a-f-]{36}-\d+$/,
  )
  await expectState(connect, connectorArn, 'RUNNING')
  const described = await describe_(connectorArn)
  expect(described).toMatchObject({
    connectorArn,
    connectorName: 'described',
    connectorDescription: 'all of it',
    connectorConfiguration: { topics: 'described', 'flush.size': '1' },
    capacity: {
      autoScaling: {
        mcuCount: 2,
        minWorkerCount: 1,
        maxWorkerCount: 3,
        scaleInPolicy: { cpuUtilizationPercentage: 20 },
        scaleOutPolicy: { cpuUtilizationPercentage: 80 },
      },
    },
    kafkaCluster: request.kafkaCluster,
    kafkaClusterClientAuthentication: { authenticationType: 'NONE' },
    kafkaClusterEncryptionInTransit: { encryptionType: 'PLAINTEXT' },
    kafkaConnectVersion: '3.7.x',
    networkType: 'IPV4',
    plugins: request.plugins,
    serviceExecutionRoleArn: request.serviceExecutionRoleArn,
  })
  expect(described.currentVersion).toMatch(/^[0-9A-Z]+$/)
  const { connectors } = await connect.send(
    new ListConnectorsCommand({ connectorNamePrefix: 'desc' }),
  )
  expect(connectors).toMatchObject([{ connectorArn, connectorState: 'RUNNING' }])
  const page = await connect.send(new ListConnectorsCommand({ maxResults: 1 }))
  expect(page.connectors).toHaveLength(1)
  await expect(
    connect.send(new ListConnectorsCommand({ nextToken: 'nonsense' })),
  ).rejects.toMatchObject({ name: 'BadRequestException' })
})

test('records of a topic become objects, also those of a topic that is made later', async () => {
  const connectorArn = await start('later')
  await kinesis.send(new CreateStreamCommand({ StreamName: 'later', ShardCount: 1 }))
  await expect
    .poll(() =>
      put('later', 'one').then(
        () => true,
        () => false,
      ),
    )
    .toBe(true)
  await put('later', 'two')
  const names = [
    'topics/later/partition=0/later+0+0000000000.json',
    'topics/later/partition=0/later+0+0000000001.json',
  ]
  await expect.poll(() => keysUnder('topics/later/')).toEqual(names)
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: names[1] }))
  expect(await Body?.transformToString()).toBe('"two"\n')
  await connect.send(new DeleteConnectorCommand({ connectorArn }))
  await expect
    .poll(() => describe_(connectorArn).catch((error: Error) => error.name))
    .toBe('NotFoundException')
})

test('a connector that is paused writes nothing until it is resumed', async () => {
  await kinesis.send(new CreateStreamCommand({ StreamName: 'paused', ShardCount: 1 }))
  const connectorArn = await start('paused')
  const pausing = await connect.send(new PauseConnectorCommand({ connectorArn }))
  await expectState(connect, connectorArn, 'PAUSED')
  expect(await expectOperation(pausing.connectorOperationArn, 'PAUSE_COMPLETE')).toMatchObject({
    connectorArn,
    connectorOperationType: 'PAUSE_CONNECTOR',
    endTime: expect.any(Date),
  })
  await expect(connect.send(new PauseConnectorCommand({ connectorArn }))).rejects.toMatchObject({
    name: 'BadRequestException',
  })
  await expect
    .poll(() =>
      put('paused', 'one').then(
        () => true,
        () => false,
      ),
    )
    .toBe(true)
  expect(await keysUnder('topics/paused/')).toEqual([])
  const resuming = await connect.send(new ResumeConnectorCommand({ connectorArn }))
  await expectOperation(resuming.connectorOperationArn, 'RESUME_COMPLETE')
  await expect.poll(() => keysUnder('topics/paused/')).toHaveLength(1)
  const { connectorOperations = [] } = await connect.send(
    new ListConnectorOperationsCommand({ connectorArn }),
  )
  expect(connectorOperations.map((one) => one.connectorOperationState)).toEqual([
    'RESUME_COMPLETE',
    'PAUSE_COMPLETE',
  ])
})

test('an update takes effect, and one that cannot run is rolled back', async () => {
  await kinesis.send(new CreateStreamCommand({ StreamName: 'updated', ShardCount: 1 }))
  const connectorArn = await start('updated')
  const configured = (more: Readonly<Record<string, string>>) => ({
    ...smallConfiguration,
    ...configurationOf('updated', more),
  })
  const { currentVersion } = await describe_(connectorArn)
  const update = (connectorConfiguration: Record<string, string>, version: string | undefined) =>
    connect.send(
      new UpdateConnectorCommand({ connectorArn, currentVersion: version, connectorConfiguration }),
    )
  const made = await update(configured({ 'topics.dir': 'raw' }), currentVersion)
  expect(made.connectorState).toBe('UPDATING')
  expect(await expectOperation(made.connectorOperationArn, 'UPDATE_COMPLETE')).toMatchObject({
    connectorOperationType: 'UPDATE_CONNECTOR_CONFIGURATION',
    originConnectorConfiguration: { topics: 'updated' },
    targetConnectorConfiguration: { 'topics.dir': 'raw' },
  })
  await expectState(connect, connectorArn, 'RUNNING')
  await expect
    .poll(() =>
      put('updated', 'one').then(
        () => true,
        () => false,
      ),
    )
    .toBe(true)
  await expect.poll(() => keysUnder('raw/updated/')).toHaveLength(1)

  await expect(update(configured({}), currentVersion)).rejects.toMatchObject({
    name: 'BadRequestException',
  })
  const { currentVersion: second } = await describe_(connectorArn)
  const wrong = await update(configured({ 's3.bucket.name': 'nobody-has-it' }), second)
  expect(await expectOperation(wrong.connectorOperationArn, 'ROLLBACK_COMPLETE')).toMatchObject({
    errorInfo: { message: expect.stringContaining('Non-existent S3 bucket: nobody-has-it') },
  })
  await expectState(connect, connectorArn, 'RUNNING')
  const { connectorConfiguration, currentVersion: third } = await describe_(connectorArn)
  expect(connectorConfiguration?.['s3.bucket.name']).toBe(bucket)

  const scaled = await connect.send(
    new UpdateConnectorCommand({
      connectorArn,
      currentVersion: third,
      capacity: { provisionedCapacity: { mcuCount: 4, workerCount: 1 } },
    }),
  )
  expect(await expectOperation(scaled.connectorOperationArn, 'UPDATE_COMPLETE')).toMatchObject({
    connectorOperationType: 'UPDATE_WORKER_SETTING',
    targetWorkerSetting: { capacity: { provisionedCapacity: { mcuCount: 4, workerCount: 1 } } },
  })
})

test('what a connector cannot step over ends it, is told, and it can be restarted', async () => {
  await kinesis.send(new CreateStreamCommand({ StreamName: 'broken', ShardCount: 1 }))
  await expect
    .poll(() =>
      put('broken', 'no json').then(
        () => true,
        () => false,
      ),
    )
    .toBe(true)
  const json = {
    'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
    'value.converter.schemas.enable': 'false',
    'errors.log.enable': 'true',
  }
  const request = await connectorRequest(connect, servers, configurationOf('broken', json))
  const connectorArn = await createdArn(connect, {
    ...request,
    connectorName: 'broken',
    logDelivery: { workerLogDelivery: { cloudWatchLogs: { enabled: true, logGroup: '/connect' } } },
  })
  await expectState(connect, connectorArn, 'FAILED')
  expect((await describe_(connectorArn)).stateDescription).toMatchObject({
    code: 'TaskFailed',
    message: expect.stringContaining('topic broken, partition 0, offset 0'),
  })
  const { logStreams = [] } = await logs.send(
    new DescribeLogStreamsCommand({ logGroupName: '/connect' }),
  )
  const { events = [] } = await logs.send(
    new GetLogEventsCommand({
      logGroupName: '/connect',
      logStreamName: logStreams[0]?.logStreamName,
    }),
  )
  expect(events.map(({ message }) => message).join('\n')).toContain('at VALUE_CONVERTER')

  const { connectorOperationArn } = await connect.send(
    new RestartConnectorCommand({ connectorArn, onlyFailedTasks: true }),
  )
  await expectOperation(connectorOperationArn, 'RESTART_COMPLETE')
  await expectState(connect, connectorArn, 'FAILED')
  const { currentVersion } = await describe_(connectorArn)
  await connect.send(
    new UpdateConnectorCommand({
      connectorArn,
      currentVersion,
      connectorConfiguration: { ...smallConfiguration, ...configurationOf('broken') },
    }),
  )
  await expect.poll(() => keysUnder('topics/broken/')).toHaveLength(1)
})

test('without its bucket a connector does not start, and says why', async () => {
  const request = await connectorRequest(connect, servers, { 's3.bucket.name': 'nobody-has-it' })
  const connectorArn = await createdArn(connect, { ...request, connectorName: 'homeless' })
  await expectState(connect, connectorArn, 'FAILED')
  expect((await describe_(connectorArn)).stateDescription).toEqual({
    code: 'InvalidInput.InvalidConnectorConfiguration',
    message:
      'The connector configuration is invalid. Message: Non-existent S3 bucket: nobody-has-it',
  })
})
