import { pbkdf2Sync, randomBytes } from 'node:crypto'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { GetRecordsCommand, GetShardIteratorCommand, KinesisClient } from '@aws-sdk/client-kinesis'
import {
  alterUserScramCredentialsV0,
  Connection,
  Admin as PlatformaticAdmin,
  Consumer as PlatformaticConsumer,
  Producer as PlatformaticProducer,
  stringDeserializers,
  stringSerializers,
} from '@platformatic/kafka'
import type { KafkaConfig, SASLOptions } from 'kafkajs'
import { Kafka, logLevel, Partitioners } from 'kafkajs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { RunningHeadrace } from '../support/headrace.ts'
import { startHeadrace } from '../support/headrace.ts'
import { mskBearerToken } from '../support/msk-token.ts'
import { clientCertificate, testCertificate } from '../support/test-certificate.ts'

/*
 * Clients as they come from npm log in to a server that lets nobody in otherwise, plain and by TLS,
 * and write and read what the account that they logged in to has.
 */

let server: RunningHeadrace
let port = 0

beforeAll(async () => {
  const directory = mkdtempSync(join(tmpdir(), 'headrace-kafka-auth-'))
  const file = (name: string, text: string) => {
    writeFileSync(join(directory, name), text)
    return join(directory, name)
  }
  server = await startHeadrace({
    flags: [
      ...['--kafka', 'on', '--kafka-port', '0', '--kafka-auth', 'required'],
      ...['--tls', '--tls-cert', file('cert.pem', testCertificate.cert)],
      ...['--tls-key', file('key.pem', testCertificate.key)],
      ...['--kafka-client-ca', file('ca.pem', clientCertificate.cert)],
    ],
  })
  port = Number(server.kafka?.split(':')[1])
  await addUser('alice', 'open sesame')
})

afterAll(async () => {
  expect(await server.stop()).toBe(0)
})

/** The account of the token, in the region of it. */
const account = '123412341234'
const region = 'eu-central-1'
const token = () => mskBearerToken({ accessKeyId: account, region })
const bootstrap = () => [`127.0.0.1:${port}`]

/** As an administrator does who has an access key: Kafka's own tool for it speaks SCRAM or IAM, too. */
async function addUser(name: string, password: string): Promise<void> {
  const connection = new Connection('admin', { sasl: { mechanism: 'OAUTHBEARER', token } })
  await connection.connect('127.0.0.1', port)
  const salt = randomBytes(16)
  const upsertions = ([1, 2] as const).map((mechanism) => {
    const [size, hash] = mechanism === 1 ? ([32, 'sha256'] as const) : ([64, 'sha512'] as const)
    const saltedPassword = pbkdf2Sync(password, salt, 4096, size, hash)
    return { name, mechanism, iterations: 4096, salt, saltedPassword }
  })
  await alterUserScramCredentialsV0.api.async(connection, [], upsertions)
  await connection.close()
}

function kafkajs(config: Partial<KafkaConfig>): Kafka {
  const retry = { retries: 0 }
  return new Kafka({ brokers: bootstrap(), logLevel: logLevel.NOTHING, retry, ...config })
}

const tls = { ca: [testCertificate.cert], servername: 'localhost' }
const scram = (mechanism: 'scram-sha-256' | 'scram-sha-512'): SASLOptions => ({
  mechanism,
  username: 'alice',
  password: 'open sesame',
})
const bearer: SASLOptions = {
  mechanism: 'oauthbearer',
  oauthBearerProvider: async () => ({ value: token() }),
}

describe('kafkajs', () => {
  test.each<[string, Partial<KafkaConfig>]>([
    ['SCRAM-SHA-256', { sasl: scram('scram-sha-256') }],
    ['SCRAM-SHA-512 over TLS', { sasl: scram('scram-sha-512'), ssl: tls }],
    ['a token of AWS_MSK_IAM', { sasl: bearer }],
    ['a token of AWS_MSK_IAM over TLS', { sasl: bearer, ssl: tls }],
    [
      'a password over TLS',
      { sasl: { mechanism: 'plain', username: 'alice', password: 'open sesame' }, ssl: tls },
    ],
  ])('writes and reads after a login by %s', async (name, config) => {
    const kafka = kafkajs(config)
    const topic = `kafkajs-${name.replaceAll(/\W/g, '-')}`
    const admin = kafka.admin()
    await admin.connect()
    await admin.createTopics({ topics: [{ topic, numPartitions: 2 }] })
    const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner })
    await producer.connect()
    const messages = Array.from({ length: 50 }, (_, index) => ({ key: `${index}`, value: name }))
    await producer.send({ topic, messages })
    const consumer = kafka.consumer({ groupId: topic, maxWaitTimeInMs: 100 })
    await consumer.connect()
    await consumer.subscribe({ topic, fromBeginning: true })
    let read = 0
    await consumer.run({
      async eachMessage({ message }) {
        expect(message.value?.toString()).toBe(name)
        read++
      },
    })
    await expect.poll(() => read).toBe(50)
    await Promise.all([consumer.disconnect(), producer.disconnect(), admin.disconnect()])
  })

  test('is told when the password is wrong, and sent away when it does not log in', async () => {
    const wrong = kafkajs({ sasl: { ...scram('scram-sha-256'), password: 'guess' } as SASLOptions })
    await expect(wrong.admin().connect()).rejects.toThrow(/Invalid credentials/)
    const admin = kafkajs({}).admin()
    await admin.connect()
    await expect(admin.listTopics()).rejects.toThrow()
    await admin.disconnect()
  })

  test('with a certificate is somebody in the account of the settings', async () => {
    const kafka = kafkajs({ ssl: { ...tls, ...clientCertificate } })
    const admin = kafka.admin()
    await admin.connect()
    await admin.createTopics({ topics: [{ topic: 'of-the-certificate' }] })
    expect(await admin.listTopics()).toEqual(['of-the-certificate'])
    await admin.disconnect()
  })
})

describe('@platformatic/kafka', () => {
  test.each([
    ['SCRAM-SHA-256', 'plain'],
    ['SCRAM-SHA-512', 'TLS'],
    ['OAUTHBEARER', 'plain'],
    ['OAUTHBEARER', 'TLS'],
  ] as const)('writes and reads after a login by %s (%s)', async (mechanism, way) => {
    const sasl =
      mechanism === 'OAUTHBEARER'
        ? { mechanism, token }
        : { mechanism, username: 'alice', password: 'open sesame' }
    const base = {
      clientId: 'platformatic',
      bootstrapBrokers: bootstrap(),
      sasl,
      ...(way === 'TLS' && { tls }),
    }
    const topic = `platformatic-${mechanism}-${way}`
    const admin = new PlatformaticAdmin(base)
    await admin.createTopics({ topics: [topic], partitions: 1, replicas: 1 })
    const producer = new PlatformaticProducer({ ...base, serializers: stringSerializers })
    await producer.send({ messages: [{ topic, key: 'k', value: mechanism }] })
    const consumer = new PlatformaticConsumer({
      ...base,
      groupId: topic,
      deserializers: stringDeserializers,
    })
    const stream = await consumer.consume({ topics: [topic], mode: 'earliest', maxWaitTime: 100 })
    for await (const { value } of stream) {
      expect(value).toBe(mechanism)
      break
    }
    await consumer.close(true)
    await Promise.all([producer.close(), admin.close()])
  })
})

test('what was written after a login is a stream of that account and region, and of no other', async () => {
  const kafka = kafkajs({ sasl: bearer })
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner })
  await producer.connect()
  await producer.send({ topic: 'clicks', messages: [{ key: 'k', value: 'from Kafka' }] })
  await producer.disconnect()
  const read = async (accessKeyId: string, of: string) => {
    const kinesis = new KinesisClient({
      endpoint: server.endpoint.replace('https:', 'http:'),
      region: of,
      credentials: { accessKeyId, secretAccessKey: 'test' },
      maxAttempts: 1,
    })
    const iterator = await kinesis.send(
      new GetShardIteratorCommand({
        StreamName: 'clicks',
        ShardId: 'shardId-000000000000',
        ShardIteratorType: 'TRIM_HORIZON',
      }),
    )
    const got = await kinesis.send(new GetRecordsCommand({ ShardIterator: iterator.ShardIterator }))
    return got.Records?.map(({ Data }) => Buffer.from(Data ?? []).toString())
  }
  expect(await read(account, region)).toEqual(['from Kafka'])
  const missing = { name: 'ResourceNotFoundException' }
  await expect(read('000000000000', region)).rejects.toMatchObject(missing)
  await expect(read(account, 'us-east-1')).rejects.toMatchObject(missing)
})
