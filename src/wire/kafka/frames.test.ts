import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ApiVersion } from '../../../test/support/kafka-arbitraries.ts'
import { allApiVersions, anyMessage, asRead } from '../../../test/support/kafka-arbitraries.ts'
import { sampleMessage } from '../../../test/support/kafka-samples.ts'
import { InvariantError } from '../../base/errors.ts'
import type { KafkaApiName } from './apis.ts'
import { kafkaApi, kafkaApis } from './apis.ts'
import { createKafkaCodec } from './frames.ts'
import { codecLimits } from './limits.ts'
import { MalformedFrame } from './malformed-frame.ts'
import type { EmbeddedDefinition } from './schema.ts'
import { consumerAssignment, consumerSubscription } from './schemas/embedded.ts'

const seed = 11
const codec = createKafkaCodec()

const embeddedMessages: Readonly<Record<string, EmbeddedDefinition>> = {
  consumerAssignment,
  consumerSubscription,
}

/** Without the length, which is checked. */
function whole(pieces: ReadonlyArray<Buffer>): Buffer {
  const bytes = Buffer.concat(pieces)
  expect(bytes.readInt32BE(0)).toBe(bytes.length - 4)
  return bytes.subarray(4)
}

function forEachVersion(check: (api: ApiVersion) => void) {
  for (const api of allApiVersions()) {
    try {
      check(api)
    } catch (error) {
      throw new Error(`${api.name} version ${api.version}`, { cause: error })
    }
  }
}

test('every request in every version arrives as it was sent', () => {
  forEachVersion(({ name, version }) => {
    const { request: fields, key } = kafkaApi(name)
    const header = fc.record({
      apiVersion: fc.constant(version),
      correlationId: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
      clientId: fc.option(fc.string({ maxLength: 20 })),
    })
    fc.assert(
      fc.property(header, anyMessage(fields, version), (sent, request) => {
        const frame = whole(codec.encodeRequest(name, sent, request as never))
        expect(codec.decodeRequest(frame)).toEqual({
          kind: 'request',
          name,
          header: { apiKey: key, ...sent },
          request: asRead(fields, version, request),
        })
      }),
      { seed, numRuns: 25 },
    )
  })
})

test('every response in every version arrives as it was sent', () => {
  forEachVersion(({ name, version }) => {
    const { response: fields } = kafkaApi(name)
    fc.assert(
      fc.property(anyMessage(fields, version), (response) => {
        // The error by which ApiVersions says that it has answered in version 0.
        if (name === 'apiVersions' && response['errorCode'] === 35) return
        const header = { apiVersion: version, correlationId: 1234 }
        const frame = whole(codec.encodeResponse(name, header, response as never))
        expect(codec.correlationOf(frame)).toBe(1234)
        expect(codec.decodeResponse(name, version, frame)).toEqual(
          asRead(fields, version, response),
        )
      }),
      { seed, numRuns: 25 },
    )
  })
})

/** Made once by the serializers of Apache Kafka 4.1.2 from the sample messages: API, kind, version, bytes. */
const recorded = readFileSync(join(import.meta.dirname, 'recorded-from-apache-kafka.txt'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => {
    const [name = '', kind = '', version = '', hex = ''] = line.split(' ')
    return { name, kind, version: Number(version), hex }
  })

test('bytes are those of Apache Kafka, for every message in every version', () => {
  const seen = recorded.map(({ name, kind, version, hex }) => {
    const written = () => {
      if (kind === 'embedded') {
        const definition = embeddedMessages[name]
        if (definition === undefined) throw new Error(name)
        const message = sampleMessage(definition.fields, version)
        return codec.encodeEmbedded(definition, version, message)
      }
      const api = name as KafkaApiName
      const header = { apiVersion: version, correlationId: 0x01020304, clientId: 'client' }
      if (kind === 'request') {
        const message = sampleMessage(kafkaApi(api).request, version)
        return whole(codec.encodeRequest(api, header, message as never))
      }
      const message = sampleMessage(kafkaApi(api).response, version)
      return whole(codec.encodeResponse(api, header, message as never))
    }
    expect(`${name} ${kind} ${version} ${written().toString('hex')}`).toBe(
      `${name} ${kind} ${version} ${hex}`,
    )
    return `${name} ${kind} ${version}`
  })
  for (const { name, version } of allApiVersions()) {
    expect(seen).toContain(`${name} request ${version}`)
    expect(seen).toContain(`${name} response ${version}`)
  }
})

test('what consumers put into the bytes of their groups arrives as it was sent, old and new', () => {
  for (const definition of Object.values(embeddedMessages)) {
    for (const version of [0, 1, 2, 3]) {
      fc.assert(
        fc.property(anyMessage(definition.fields, version), (message) => {
          const bytes = codec.encodeEmbedded(definition, version, message)
          const newer = Buffer.concat([bytes, Buffer.from('fields to come')])
          newer.writeInt16BE(version === 3 ? 9 : version)
          const read = asRead(definition.fields, version, message)
          expect(codec.decodeEmbedded(definition, bytes)).toEqual(read)
          expect(codec.decodeEmbedded(definition, newer)).toEqual(read)
        }),
        { seed, numRuns: 25 },
      )
    }
  }
})

function requestHeader(apiKey: number, apiVersion: number) {
  const bytes = Buffer.alloc(10)
  bytes.writeInt16BE(apiKey, 0)
  bytes.writeInt16BE(apiVersion, 2)
  bytes.writeInt32BE(77, 4)
  bytes.writeInt16BE(-1, 8)
  return bytes
}

test('a version that is not served is told by its header, and so is an API that is not known', () => {
  const header = { apiKey: 18, apiVersion: 99, correlationId: 77, clientId: null }
  expect(codec.decodeRequest(requestHeader(18, 99))).toEqual({
    kind: 'unsupported-version',
    name: 'apiVersions',
    header,
  })
  expect(codec.decodeRequest(requestHeader(0, 2)).kind).toBe('unsupported-version')
  expect(codec.decodeRequest(requestHeader(4, 0)).kind).toBe('unknown-api')
  expect(() => codec.decodeRequest(requestHeader(18, 99).subarray(0, 9))).toThrow(MalformedFrame)
})

test('a client reads the answer to a version of ApiVersions that the broker does not know', () => {
  const answer = codec.encodeResponse(
    'apiVersions',
    { apiVersion: 0, correlationId: 1 },
    { errorCode: 35, apiKeys: [{ apiKey: 18, minVersion: 0, maxVersion: 3 }] },
  )
  expect(codec.decodeResponse('apiVersions', 4, whole(answer))).toMatchObject({
    errorCode: 35,
    apiKeys: [{ apiKey: 18, minVersion: 0, maxVersion: 3 }],
  })
})

test('tagged fields that are not known are passed over', () => {
  const unknown = Buffer.from([2, 9, 2, 0xff, 0xff, 200, 1, 0])
  const header = requestHeader(kafkaApis.deleteGroups.key, 2)
  const frame = Buffer.concat([header, unknown, Buffer.from([2, 2, 0x67]), unknown])
  expect(codec.decodeRequest(frame)).toMatchObject({ request: { groupsNames: ['g'] } })
})

test('big records are sent from where they lie, and small ones beside their neighbours', () => {
  const produce = (size: number) => {
    const records = [Buffer.alloc(size, 1), Buffer.alloc(0)]
    const pieces = codec.encodeRequest(
      'produce',
      { apiVersion: 9, correlationId: 1, clientId: null },
      {
        acks: 1,
        timeoutMs: 1,
        topicData: [{ name: 't', partitionData: [{ index: 0, records }] }],
      },
    )
    whole(pieces)
    return pieces.includes(records[0] as Buffer)
  }
  expect(produce(codecLimits.copiedRecordsBytesMax)).toBe(false)
  expect(produce(codecLimits.copiedRecordsBytesMax + 1)).toBe(true)
})

test('records are read as a view of the frame', () => {
  const records = Buffer.from('some records')
  const frame = whole(
    codec.encodeRequest(
      'produce',
      { apiVersion: 12, correlationId: 1, clientId: null },
      {
        acks: 1,
        timeoutMs: 1,
        topicData: [{ name: 't', partitionData: [{ index: 0, records: [records] }] }],
      },
    ),
  )
  const decoded = codec.decodeRequest(frame)
  if (decoded.kind !== 'request' || decoded.name !== 'produce') throw new Error('not produce')
  const read = decoded.request.topicData[0]?.partitionData[0]?.records
  expect(read).toEqual(records)
  expect(read?.buffer).toBe(frame.buffer)
})

test('a value that its type cannot hold is our bug, and is not sent', () => {
  const heartbeat = (generationId: number, groupId: string | null) =>
    codec.encodeRequest(
      'heartbeat',
      { apiVersion: 4, correlationId: 1, clientId: null },
      { groupId: groupId as string, generationId, memberId: 'm' },
    )
  expect(heartbeat(2 ** 31 - 1, 'g'.repeat(32767))).toHaveLength(1)
  expect(() => heartbeat(2 ** 31, 'g')).toThrow(InvariantError)
  expect(() => heartbeat(0.5, 'g')).toThrow(InvariantError)
  expect(() => heartbeat(1, 'g'.repeat(32768))).toThrow(InvariantError)
  expect(() => heartbeat(1, null)).toThrow(InvariantError)
  expect(() => heartbeat(1, undefined as never)).toThrow(InvariantError)
})
