import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  CreateClusterCommand,
  CreateConfigurationCommand,
  DeleteClusterCommand,
  DescribeClusterCommand,
  GetBootstrapBrokersCommand,
  KafkaClient,
  UpdateSecurityCommand,
} from '@aws-sdk/client-kafka'
import type { KafkaConfig } from 'kafkajs'
import { ConfigResourceTypes, Kafka, logLevel } from 'kafkajs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { RunningHeadrace } from '../support/headrace.ts'
import { startHeadrace } from '../support/headrace.ts'
import { mskBearerToken } from '../support/msk-token.ts'
import { testCertificate } from '../support/test-certificate.ts'

/*
 * A server that nobody told of Kafka: with the first cluster its broker listens, takes clients as the
 * cluster says, and makes topics as its configuration says, also after a restart.
 */

const account = '000000000000'
const region = 'us-east-1'
const directory = mkdtempSync(join(tmpdir(), 'headrace-msk-'))
const cert = join(directory, 'cert.pem')
const key = join(directory, 'key.pem')

let server: RunningHeadrace
let msk: KafkaClient
let ClusterArn = ''

async function start(dataDir?: string): Promise<void> {
  server = await startHeadrace({
    flags: ['--tls', '--tls-cert', cert, '--tls-key', key, '--kafka-port', '0'],
    ...(dataDir !== undefined && { dataDir }),
  })
  msk = new KafkaClient({
    // The same port speaks both; the certificate of the test is nobody's.
    endpoint: server.endpoint.replace('https:', 'http:'),
    region,
    credentials: { accessKeyId: account, secretAccessKey: 'test' },
  })
}

beforeAll(async () => {
  writeFileSync(cert, testCertificate.cert)
  writeFileSync(key, testCertificate.key)
  await start()
})

afterAll(async () => {
  msk.destroy()
  expect(await server.stop()).toBe(0)
})

async function brokers() {
  const { $metadata: _, ...strings } = await msk.send(
    new GetBootstrapBrokersCommand({ ClusterArn }),
  )
  return strings
}

const tls = { ssl: { ca: [testCertificate.cert], checkServerIdentity: () => undefined } }
const iam = {
  ...tls,
  sasl: {
    mechanism: 'oauthbearer' as const,
    oauthBearerProvider: async () => ({
      value: mskBearerToken({ accessKeyId: account, region }),
    }),
  },
}

async function withAdmin<T>(
  config: Partial<KafkaConfig>,
  work: (admin: ReturnType<Kafka['admin']>) => Promise<T>,
): Promise<T> {
  const [broker = ''] = Object.values(await brokers())
  const kafka = new Kafka({
    brokers: [broker],
    logLevel: logLevel.NOTHING,
    retry: { retries: 0 },
    ...config,
  })
  const admin = kafka.admin()
  try {
    await admin.connect()
    return await work(admin)
  } finally {
    await admin.disconnect()
  }
}

test('the broker listens from the first cluster on, and takes clients as the cluster says', async () => {
  expect(server.kafka).toBeUndefined()
  const { Arn } = await msk.send(
    new CreateConfigurationCommand({
      Name: 'strict',
      ServerProperties: Buffer.from(
        'auto.create.topics.enable=false\nnum.partitions=3\nlog.retention.hours=2',
      ),
    }),
  )
  const made = await msk.send(
    new CreateClusterCommand({
      ClusterName: 'events',
      KafkaVersion: '4.1.x.kraft',
      NumberOfBrokerNodes: 1,
      BrokerNodeGroupInfo: { InstanceType: 'kafka.m7g.large', ClientSubnets: ['subnet-1'] },
      ClientAuthentication: { Sasl: { Iam: { Enabled: true } } },
      ConfigurationInfo: { Arn, Revision: 1 },
    }),
  )
  ClusterArn = made.ClusterArn ?? ''
  expect(made.State).toBe('ACTIVE')
  const { ClusterInfo } = await msk.send(new DescribeClusterCommand({ ClusterArn }))
  expect(ClusterInfo?.EncryptionInfo?.EncryptionInTransit?.ClientBroker).toBe('TLS')
  expect(Object.keys(await brokers())).toEqual(['BootstrapBrokerStringSaslIam'])
  expect(await withAdmin(iam, (admin) => admin.listTopics())).toEqual([])
  // By nothing, by nothing and plain, and by IAM but plain.
  for (const config of [tls, {}, { sasl: iam.sasl }]) {
    await expect(withAdmin(config, (admin) => admin.listTopics())).rejects.toThrow()
  }
})

test('topics are made as the configuration of the cluster says', async () => {
  await withAdmin(iam, async (admin) => {
    await expect(admin.fetchTopicMetadata({ topics: ['unasked'] })).rejects.toThrow()
    expect(await admin.listTopics()).toEqual([])
    await admin.createTopics({ topics: [{ topic: 'asked' }] })
    const { topics } = await admin.fetchTopicMetadata({ topics: ['asked'] })
    expect(topics[0]?.partitions).toHaveLength(3)
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [
        { type: ConfigResourceTypes.TOPIC, name: 'asked', configNames: ['retention.ms'] },
        {
          type: ConfigResourceTypes.BROKER,
          name: '0',
          configNames: ['auto.create.topics.enable', 'log.retention.ms', 'num.partitions'],
        },
      ],
    })
    const valuesOf = (index: number) =>
      Object.fromEntries(
        resources[index]?.configEntries.map((one) => [one.configName, one.configValue]) ?? [],
      )
    expect(valuesOf(0)).toEqual({ 'retention.ms': '7200000' })
    expect(valuesOf(1)).toEqual({
      'auto.create.topics.enable': 'false',
      'log.retention.ms': '7200000',
      'num.partitions': '3',
    })
  })
})

test('after a restart the broker listens again, and the cluster is what it was', async () => {
  msk.destroy()
  const { dataDir } = server
  expect(await server.stop()).toBe(0)
  await start(dataDir)
  await expect
    .poll(async () => (await msk.send(new DescribeClusterCommand({ ClusterArn }))).ClusterInfo)
    .toMatchObject({ State: 'ACTIVE' })
  expect(await withAdmin(iam, (admin) => admin.listTopics())).toEqual(['asked'])
  await expect(withAdmin(tls, (admin) => admin.listTopics())).rejects.toThrow()
})

test('other ways in are opened and shut while the cluster runs', async () => {
  const { ClusterInfo } = await msk.send(new DescribeClusterCommand({ ClusterArn }))
  await msk.send(
    new UpdateSecurityCommand({
      ClusterArn,
      CurrentVersion: ClusterInfo?.CurrentVersion,
      ClientAuthentication: { Unauthenticated: { Enabled: true } },
      EncryptionInfo: { EncryptionInTransit: { ClientBroker: 'TLS_PLAINTEXT' } },
    }),
  )
  expect(Object.keys(await brokers()).sort()).toEqual([
    'BootstrapBrokerString',
    'BootstrapBrokerStringTls',
  ])
  for (const config of [tls, {}]) {
    expect(await withAdmin(config, (admin) => admin.listTopics())).toEqual(['asked'])
  }
  await expect(withAdmin(iam, (admin) => admin.listTopics())).rejects.toThrow()
})

test('without its cluster an account has its topics, and the ways in that the server has', async () => {
  const [broker = ''] = Object.values(await brokers())
  await msk.send(new DeleteClusterCommand({ ClusterArn }))
  const kafka = new Kafka({ brokers: [broker], logLevel: logLevel.NOTHING })
  const admin = kafka.admin()
  await admin.connect()
  expect(await admin.listTopics()).toEqual(['asked'])
  await admin.disconnect()
})
