import { createRequire } from 'node:module'
import * as platformatic from '@platformatic/kafka'
import { expect, test } from 'vitest'
import type { KafkaApiName, KafkaResponse } from './apis.ts'
import { createKafkaCodec } from './frames.ts'

/*
 * The codec against those of two clients: what they write is read as they meant it, and what is
 * written is read by them.
 */

const codec = createKafkaCodec()
const require = createRequire(import.meta.url)
const topicId = '00112233-4455-6677-8899-aabbccddeeff'

interface KafkaJsProtocol {
  readonly request: unknown
  readonly response: { decode(bytes: Buffer): Promise<unknown> }
}

function kafkaJs(api: string, version: number, options: unknown): KafkaJsProtocol {
  const requests = require('kafkajs/src/protocol/requests') as {
    lookup(versions: Record<number, unknown>): (key: number, definitions: unknown) => never
    requests: Record<string, { protocol(options: { version: number }): (o: unknown) => never }>
  }
  const definition = requests.requests[api]
  if (definition === undefined) throw new Error(`kafkajs has no ${api}`)
  return definition.protocol({ version })(options)
}

/** What kafkajs sends, as it is read here. */
async function fromKafkaJs(api: string, version: number, options: unknown) {
  const createRequest = require('kafkajs/src/protocol/request') as (request: unknown) => Promise<{
    readonly buffer: Buffer
  }>
  const { request } = kafkaJs(api, version, options)
  const { buffer } = await createRequest({ correlationId: 9, clientId: 'kafkajs', request })
  expect(buffer.readInt32BE(0)).toBe(buffer.length - 4)
  const decoded = codec.decodeRequest(buffer.subarray(4))
  expect(decoded.header).toMatchObject({ correlationId: 9, clientId: 'kafkajs' })
  return decoded
}

/** What kafkajs reads of what is written here. */
function readByKafkaJs<Name extends KafkaApiName>(
  api: string,
  name: Name,
  apiVersion: number,
  response: KafkaResponse<Name>,
) {
  const frame = Buffer.concat(
    codec.encodeResponse(name, { apiVersion, correlationId: 9 }, response),
  )
  return kafkaJs(api, apiVersion, {}).response.decode(frame.subarray(8))
}

test('requests of kafkajs are read as it meant them', async () => {
  expect(await fromKafkaJs('Metadata', 6, { topics: ['a', 'b'] })).toMatchObject({
    name: 'metadata',
    request: { topics: [{ name: 'a' }, { name: 'b' }], allowAutoTopicCreation: true },
  })
  const fetch = await fromKafkaJs('Fetch', 11, {
    replicaId: -1,
    maxWaitTime: 5000,
    minBytes: 1,
    maxBytes: 1024,
    rackId: 'eu',
    topics: [{ topic: 't', partitions: [{ partition: 3, fetchOffset: '42', maxBytes: 99 }] }],
  })
  expect(fetch).toMatchObject({
    name: 'fetch',
    request: {
      maxWaitMs: 5000,
      isolationLevel: 1,
      rackId: 'eu',
      topics: [
        { topic: 't', partitions: [{ partition: 3, fetchOffset: 42, partitionMaxBytes: 99 }] },
      ],
    },
  })
  expect(
    await fromKafkaJs('JoinGroup', 5, {
      groupId: 'g',
      sessionTimeout: 1,
      rebalanceTimeout: 2,
      memberId: 'm',
      protocolType: 'consumer',
      groupProtocols: [{ name: 'range', metadata: Buffer.from('meta') }],
    }),
  ).toMatchObject({
    name: 'joinGroup',
    request: {
      groupId: 'g',
      rebalanceTimeoutMs: 2,
      groupInstanceId: null,
      protocols: [{ name: 'range', metadata: Buffer.from('meta') }],
    },
  })
  expect(
    await fromKafkaJs('OffsetCommit', 5, {
      groupId: 'g',
      groupGenerationId: 4,
      memberId: 'm',
      topics: [{ topic: 't', partitions: [{ partition: 1, offset: '7' }] }],
    }),
  ).toMatchObject({
    name: 'offsetCommit',
    request: {
      generationIdOrMemberEpoch: 4,
      topics: [
        {
          name: 't',
          partitions: [{ partitionIndex: 1, committedOffset: 7, committedMetadata: null }],
        },
      ],
    },
  })
  // Its mechanisms put the length before their bytes themselves.
  const authBytes = Buffer.from('\0\0\0\x0c\0user\0secret')
  expect(await fromKafkaJs('SaslAuthenticate', 1, { authBytes })).toMatchObject({
    name: 'saslAuthenticate',
    request: { authBytes: Buffer.from('\0user\0secret') },
  })
})

test('the record batch that kafkajs produces is handed on untouched', async () => {
  const produce = await fromKafkaJs('Produce', 7, {
    acks: -1,
    timeout: 30_000,
    topicData: [
      {
        topic: 't',
        partitions: [
          { partition: 2, messages: [{ key: 'k', value: 'v', timestamp: 1, headers: {} }] },
        ],
      },
    ],
  })
  if (produce.kind !== 'request' || produce.name !== 'produce') throw new Error('not produce')
  const [topic] = produce.request.topicData
  const records = topic?.partitionData[0]?.records ?? Buffer.alloc(0)
  expect(topic?.name).toBe('t')
  const magicAt = 16
  expect(records[magicAt]).toBe(2)
  expect(records.readInt32BE(8)).toBe(records.length - 12)
  const fetched = await readByKafkaJs('Fetch', 'fetch', 11, {
    errorCode: 0,
    responses: [
      {
        topic: 't',
        topicId,
        partitions: [
          {
            partitionIndex: 2,
            errorCode: 0,
            highWatermark: 1,
            abortedTransactions: [{ producerId: 8, firstOffset: 5 }],
            records: [records],
          },
        ],
      },
    ],
  })
  expect(fetched).toMatchObject({
    responses: [
      {
        topicName: 't',
        partitions: [
          {
            partition: 2,
            highWatermark: '1',
            abortedTransactions: [{ producerId: '8', firstOffset: '5' }],
            messages: [{ key: Buffer.from('k'), value: Buffer.from('v') }],
          },
        ],
      },
    ],
  })
})

test('responses are read by kafkajs as they were meant', async () => {
  const metadata = await readByKafkaJs('Metadata', 'metadata', 6, {
    brokers: [{ nodeId: 0, host: 'here', port: 9092, rack: null }],
    clusterId: 'c',
    controllerId: 0,
    topics: [
      {
        errorCode: 0,
        name: 't',
        topicId,
        partitions: [
          {
            errorCode: 0,
            partitionIndex: 1,
            leaderId: 0,
            replicaNodes: [0],
            isrNodes: [0],
            offlineReplicas: [],
          },
        ],
      },
    ],
  })
  expect(metadata).toMatchObject({
    brokers: [{ nodeId: 0, host: 'here', port: 9092, rack: null }],
    topicMetadata: [{ topic: 't', partitionMetadata: [{ partitionId: 1, leader: 0, isr: [0] }] }],
  })
  const joined = await readByKafkaJs('JoinGroup', 'joinGroup', 5, {
    errorCode: 0,
    generationId: 3,
    protocolName: 'range',
    leader: 'm',
    memberId: 'm',
    members: [{ memberId: 'm', metadata: Buffer.from('meta') }],
  })
  expect(joined).toMatchObject({
    generationId: 3,
    members: [{ memberId: 'm', groupInstanceId: null, memberMetadata: Buffer.from('meta') }],
  })
  const offsets = await readByKafkaJs('OffsetFetch', 'offsetFetch', 4, {
    topics: [
      {
        name: 't',
        partitions: [{ partitionIndex: 1, committedOffset: 9, metadata: null, errorCode: 0 }],
      },
    ],
    groups: [],
  })
  expect(offsets).toMatchObject({
    responses: [{ topic: 't', partitions: [{ partition: 1, offset: '9', metadata: null }] }],
  })
})

type ParseResponse = (
  correlationId: number,
  apiKey: number,
  apiVersion: number,
  reader: platformatic.Reader,
) => unknown

/** What @platformatic/kafka would send, framed as its connection does, as it is read here. */
function fromPlatformatic(
  api: { readonly key: number; readonly version: number },
  body: platformatic.Writer,
) {
  const header = Buffer.from('000000000000000900027066' + '00', 'hex')
  header.writeInt16BE(api.key, 0)
  header.writeInt16BE(api.version, 2)
  return codec.decodeRequest(Buffer.concat([header, body.buffer]))
}

function readByPlatformatic<Name extends KafkaApiName>(
  parse: ParseResponse,
  name: Name,
  apiVersion: number,
  response: KafkaResponse<Name>,
) {
  const frame = Buffer.concat(
    codec.encodeResponse(name, { apiVersion, correlationId: 9 }, response),
  )
  const bodyAt = 9
  return parse(9, 0, apiVersion, platformatic.Reader.from(frame.subarray(bodyAt)))
}

test('requests of @platformatic/kafka are read as it meant them', () => {
  const { fetchV17, metadataV12, joinGroupV9, offsetFetchV9, initProducerIdV5 } = platformatic
  const { consumerGroupHeartbeatV0 } = platformatic
  expect(
    fromPlatformatic(
      fetchV17.api,
      fetchV17.createRequest(
        500,
        1,
        1024,
        1,
        0,
        -1,
        [
          {
            topicId,
            partitions: [
              {
                partition: 3,
                currentLeaderEpoch: 0,
                fetchOffset: 42n,
                lastFetchedEpoch: -1,
                partitionMaxBytes: 99,
              },
            ],
          },
        ],
        [],
        'eu',
      ),
    ),
  ).toMatchObject({
    name: 'fetch',
    header: { clientId: 'pf', correlationId: 9 },
    request: {
      topics: [{ topicId, partitions: [{ fetchOffset: 42, partitionMaxBytes: 99 }] }],
      rackId: 'eu',
    },
  })
  expect(
    fromPlatformatic(metadataV12.api, metadataV12.createRequest(['a'], true, false)),
  ).toMatchObject({
    name: 'metadata',
    request: { topics: [{ name: 'a' }], allowAutoTopicCreation: true },
  })
  expect(
    fromPlatformatic(
      joinGroupV9.api,
      joinGroupV9.createRequest('g', 1, 2, '', null, 'consumer', [
        { name: 'range', metadata: Buffer.from('meta') },
      ]),
    ),
  ).toMatchObject({
    name: 'joinGroup',
    request: { protocols: [{ name: 'range', metadata: Buffer.from('meta') }], reason: null },
  })
  expect(
    fromPlatformatic(
      offsetFetchV9.api,
      offsetFetchV9.createRequest(
        [
          {
            groupId: 'g',
            memberId: null,
            memberEpoch: -1,
            topics: [{ name: 't', partitionIndexes: [0, 1] }],
          },
        ],
        true,
      ),
    ),
  ).toMatchObject({
    name: 'offsetFetch',
    request: {
      groups: [{ groupId: 'g', memberId: null, topics: [{ partitionIndexes: [0, 1] }] }],
      requireStable: true,
    },
  })
  expect(
    fromPlatformatic(initProducerIdV5.api, initProducerIdV5.createRequest('tx', 60_000, -1n, -1)),
  ).toMatchObject({
    name: 'initProducerId',
    request: { transactionalId: 'tx', producerId: -1, producerEpoch: -1 },
  })
  expect(
    fromPlatformatic(
      consumerGroupHeartbeatV0.api,
      consumerGroupHeartbeatV0.createRequest('g', 'm', 0, null, null, 5, ['t'], null, null, []),
    ),
  ).toMatchObject({
    name: 'consumerGroupHeartbeat',
    request: { subscribedTopicNames: ['t'], topicPartitions: [], serverAssignor: null },
  })
})

test('responses are read by @platformatic/kafka as they were meant', () => {
  const { fetchV17, metadataV12, offsetFetchV9, findCoordinatorV6 } = platformatic
  expect(
    readByPlatformatic(fetchV17.parseResponse as ParseResponse, 'fetch', 17, {
      errorCode: 0,
      sessionId: 5,
      responses: [
        {
          topicId,
          partitions: [
            {
              partitionIndex: 3,
              errorCode: 0,
              highWatermark: 50,
              abortedTransactions: null,
              records: null,
            },
          ],
        },
      ],
    }),
  ).toMatchObject({
    sessionId: 5,
    responses: [{ topicId, partitions: [{ partitionIndex: 3, highWatermark: 50n }] }],
  })
  expect(
    readByPlatformatic(metadataV12.parseResponse as ParseResponse, 'metadata', 12, {
      brokers: [{ nodeId: 0, host: 'here', port: 9092 }],
      topics: [{ errorCode: 0, name: 't', topicId, partitions: [] }],
    }),
  ).toMatchObject({
    brokers: [{ host: 'here', port: 9092, rack: null }],
    topics: [{ name: 't', topicId }],
  })
  expect(
    readByPlatformatic(findCoordinatorV6.parseResponse as ParseResponse, 'findCoordinator', 6, {
      coordinators: [
        { key: 'g', nodeId: 0, host: 'here', port: 9092, errorCode: 0, errorMessage: null },
      ],
    }),
  ).toMatchObject({ coordinators: [{ key: 'g', host: 'here', errorMessage: null }] })
  expect(
    readByPlatformatic(offsetFetchV9.parseResponse as ParseResponse, 'offsetFetch', 9, {
      groups: [
        {
          groupId: 'g',
          topics: [
            {
              name: 't',
              partitions: [{ partitionIndex: 0, committedOffset: 7, metadata: '', errorCode: 0 }],
            },
          ],
        },
      ],
    }),
  ).toMatchObject({
    groups: [{ groupId: 'g', topics: [{ partitions: [{ committedOffset: 7n }] }] }],
  })
})
