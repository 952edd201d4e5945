import { spawnSync } from 'node:child_process'
import { gunzipSync } from 'node:zlib'
import {
  CreateConnectorCommand,
  DescribeConnectorCommand,
  KafkaConnectClient,
  ListConnectorsCommand,
  ListCustomPluginsCommand,
} from '@aws-sdk/client-kafkaconnect'
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  paginateListObjectsV2,
  S3Client,
} from '@aws-sdk/client-s3'
import type { Kafka as KafkajsClient, Producer } from 'kafkajs'
import kafkajs from 'kafkajs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { RunningHeadrace } from '../support/headrace.ts'
import { startHeadrace } from '../support/headrace.ts'

const { Kafka, logLevel } = kafkajs

/*
 * From a producer of Kafka into S3 by a connector, on a server that is killed in between: every record
 * is in one object, once, in the folder and under the name that its topic, time and offset say.
 */

const PARTITIONS = 3
const BATCHES = 60
const BATCH_RECORDS = 50
const HOUR_MS = 3_600_000
const START_MS = Date.UTC(2026, 0, 31, 22, 30)

let server: RunningHeadrace
let kafka: KafkajsClient
let producer: Producer

beforeAll(async () => {
  server = await startHeadrace({ flags: ['--kafka', 'on', '--kafka-port', '0'] })
  kafka = new Kafka({
    brokers: [server.kafka ?? ''],
    logLevel: logLevel.NOTHING,
    retry: { initialRetryTime: 50, maxRetryTime: 500, retries: 60 },
  })
  producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1 })
})

afterAll(async () => {
  await producer.disconnect()
  expect(await server.stop()).toBe(0)
})

function clients() {
  const config = {
    endpoint: server.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: '000000000000', secretAccessKey: 'test' },
  }
  return {
    connect: new KafkaConnectClient(config),
    s3: new S3Client({ ...config, forcePathStyle: true }),
  }
}

async function killAndRestart(): Promise<void> {
  const { dataDir, port } = server
  const kafkaPort = server.kafka?.split(':')[1] ?? ''
  await server.kill()
  server = await startHeadrace({
    dataDir,
    port,
    flags: ['--kafka', 'on', '--kafka-port', kafkaPort],
  })
}

async function createConnector(name: string, configuration: Record<string, string>) {
  const { connect } = clients()
  const { customPlugins = [] } = await connect.send(new ListCustomPluginsCommand({}))
  const [plugin] = customPlugins
  const { connectorArn } = await connect.send(
    new CreateConnectorCommand({
      connectorName: name,
      connectorConfiguration: {
        'connector.class': 'io.confluent.connect.s3.S3SinkConnector',
        'storage.class': 'io.confluent.connect.s3.storage.S3Storage',
        'format.class': 'io.confluent.connect.s3.format.json.JsonFormat',
        'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
        'value.converter.schemas.enable': 'false',
        's3.region': 'us-east-1',
        's3.bucket.name': 'landing',
        ...configuration,
      },
      capacity: { provisionedCapacity: { mcuCount: 1, workerCount: 1 } },
      kafkaCluster: {
        apacheKafkaCluster: {
          bootstrapServers: server.kafka ?? '',
          vpc: { subnets: ['subnet-1'], securityGroups: [] },
        },
      },
      kafkaClusterClientAuthentication: { authenticationType: 'NONE' },
      kafkaClusterEncryptionInTransit: { encryptionType: 'PLAINTEXT' },
      kafkaConnectVersion: '3.7.x',
      plugins: [{ customPlugin: { customPluginArn: plugin?.customPluginArn, revision: 1 } }],
      serviceExecutionRoleArn: 'arn:aws:iam::000000000000:role/connect',
    }),
  )
  const state = async () =>
    (await connect.send(new DescribeConnectorCommand({ connectorArn }))).connectorState
  await expect.poll(state).toBe('RUNNING')
}

async function objectsUnder(Prefix: string): Promise<ReadonlyMap<string, Buffer>> {
  const { s3 } = clients()
  const found = new Map<string, Buffer>()
  for await (const { Contents = [] } of paginateListObjectsV2(
    { client: s3 },
    { Bucket: 'landing', Prefix },
  )) {
    for (const { Key = '' } of Contents) {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'landing', Key }))
      found.set(Key, Buffer.from((await Body?.transformToByteArray()) ?? []))
    }
  }
  return found
}

function linesOf(bytes: Buffer): ReadonlyArray<{ id: number; at: number }> {
  const text = bytes.toString('utf8')
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))
}

const PATH =
  /^topics\/orders\/year=(\d{4})\/month=(\d\d)\/day=(\d\d)\/hour=(\d\d)\/orders\+(\d)\+(\d{10})\.json\.gz$/

test('every record is in one object once, although the server is killed while they are written', async () => {
  const { s3 } = clients()
  await s3.send(new CreateBucketCommand({ Bucket: 'landing' }))
  const admin = kafka.admin()
  await admin.connect()
  await admin.createTopics({ topics: [{ topic: 'orders', numPartitions: PARTITIONS }] })
  await createConnector('to-s3', {
    topics: 'orders',
    'tasks.max': '2',
    'flush.size': '40',
    's3.compression.type': 'gzip',
    'partitioner.class': 'io.confluent.connect.storage.partitioner.TimeBasedPartitioner',
    'path.format': "'year'=YYYY/'month'=MM/'day'=dd/'hour'=HH",
    'partition.duration.ms': String(HOUR_MS),
    locale: 'en-US',
    timezone: 'Europe/Zurich',
    'timestamp.extractor': 'RecordField',
    'timestamp.field': 'at',
    'rotate.schedule.interval.ms': '500',
  })
  await producer.connect()
  const sent: number[] = []
  for (let batch = 0; batch < BATCHES; batch++) {
    if (batch === BATCHES / 3 || batch === (2 * BATCHES) / 3) await killAndRestart()
    const messages = Array.from({ length: BATCH_RECORDS }, (_, index) => {
      const id = batch * BATCH_RECORDS + index
      sent.push(id)
      return { key: String(id), value: JSON.stringify({ id, at: START_MS + id * 7_000 }) }
    })
    await producer.send({ topic: 'orders', acks: -1, messages })
  }
  const ends = await admin.fetchTopicOffsets('orders')
  const goal = ends.map(({ partition, offset }) => [partition, Number(offset)]).sort()
  await expect
    .poll(async () => {
      const [group] = await admin.fetchOffsets({ groupId: 'connect-to-s3', topics: ['orders'] })
      return group?.partitions.map(({ partition, offset }) => [partition, Number(offset)]).sort()
    })
    .toEqual(goal)
  await admin.disconnect()

  const objects = await objectsUnder('topics/')
  const found: number[] = []
  for (const [key, bytes] of objects) {
    const path = PATH.exec(key)
    expect(path, key).not.toBeNull()
    const lines = linesOf(gunzipSync(bytes))
    expect(lines.length).toBeLessThanOrEqual(40)
    for (const { id, at } of lines) {
      found.push(id)
      // Winter in Zurich: an hour ahead of UTC.
      const local = new Date(at + HOUR_MS).toISOString()
      expect(path?.slice(1, 5)).toEqual([
        local.slice(0, 4),
        local.slice(5, 7),
        local.slice(8, 10),
        local.slice(11, 13),
      ])
    }
  }
  expect(found.sort((a, b) => a - b)).toEqual(sent)
})

test('a reset ends connectors while they write, and nothing of them comes back', async () => {
  const { s3, connect } = clients()
  await createConnector('busy', { topics: 'orders', 'topics.dir': 'busy', 'flush.size': '1' })
  const list = new ListObjectsV2Command({ Bucket: 'landing', Prefix: 'busy/', MaxKeys: 1 })
  await expect.poll(async () => (await s3.send(list)).KeyCount).toBe(1)
  const args = ['dist/headrace.js', 'reset', '--yes', '--endpoint', server.endpoint]
  const env = {
    ...process.env,
    AWS_ACCESS_KEY_ID: '000000000000',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_REGION: 'us-east-1',
  }
  expect(spawnSync(process.execPath, args, { env }).status).toBe(0)
  expect((await connect.send(new ListConnectorsCommand({}))).connectors).toEqual([])
  const admin = kafka.admin()
  await admin.connect()
  expect((await admin.listGroups()).groups).toEqual([])
  await admin.disconnect()
  // Its bucket is not made anew by it either.
  expect((await s3.send(new ListBucketsCommand({}))).Buckets ?? []).toEqual([])
})
