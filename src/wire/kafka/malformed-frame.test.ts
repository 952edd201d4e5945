import fc from 'fast-check'
import { expect, test } from 'vitest'
import { allApiVersions, anyMessage } from '../../../test/support/kafka-arbitraries.ts'
import type { KafkaApiName } from './apis.ts'
import { kafkaApi } from './apis.ts'
import { createKafkaCodec } from './frames.ts'
import { codecLimits } from './limits.ts'
import { MalformedFrame } from './malformed-frame.ts'

const codec = createKafkaCodec()
const mutations = 100_000
const seed = 23

interface ValidFrame {
  readonly bytes: Buffer
  decode(bytes: Buffer): unknown
}

/** Some frames of every API and version, both ways. */
function validFrames(): ReadonlyArray<ValidFrame> {
  return allApiVersions().flatMap(({ name, version }) => {
    const { request, response } = kafkaApi(name)
    const header = { apiVersion: version, correlationId: 5, clientId: 'fuzz' }
    const sample = { numRuns: 3, seed }
    return [
      ...fc.sample(anyMessage(request, version), sample).map((message) => ({
        bytes: Buffer.concat(codec.encodeRequest(name, header, message as never)).subarray(4),
        decode: (bytes: Buffer) => codec.decodeRequest(bytes),
      })),
      ...fc.sample(anyMessage(response, version), sample).map((message) => ({
        bytes: Buffer.concat(codec.encodeResponse(name, header, message as never)).subarray(4),
        decode: (bytes: Buffer) => codec.decodeResponse(name, version, bytes),
      })),
    ]
  })
}

/** Numbers in [0, below), the same in every run. */
function numbers(start: number): (below: number) => number {
  let state = start
  return (below) => {
    // xorshift32
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % below
  }
}

/** Lengths that break careless readers. */
const lengths = [0x7fffffff, -1, -2, 0x7fff, 0xffff, 0x10000000, 1 << 24, 1000]

function mutated(frame: Buffer, other: Buffer, below: (limit: number) => number): Buffer {
  const bytes = Buffer.from(frame)
  const at = below(bytes.length)
  switch (below(6)) {
    case 0:
      bytes[at] = (bytes[at] ?? 0) ^ (1 << below(8))
      return bytes
    case 1:
      bytes[at] = below(256)
      return bytes
    case 2:
      return bytes.subarray(0, at)
    case 3:
      return Buffer.concat([bytes.subarray(0, at), other.subarray(below(other.length))])
    case 4:
      if (at + 4 <= bytes.length) bytes.writeInt32BE(lengths[below(lengths.length)] ?? 0, at)
      return bytes
    default: {
      // A varint as long as may be.
      const varint = Buffer.from([0xff, 0xff, 0xff, 0xff, below(16)])
      return Buffer.concat([bytes.subarray(0, at), varint, bytes.subarray(at)])
    }
  }
}

test('a damaged frame gives a value or MalformedFrame, in little time', () => {
  const frames = validFrames()
  const below = numbers(seed)
  let refused = 0
  let slowestMs = 0
  for (let run = 0; run < mutations; run++) {
    const frame = frames[below(frames.length)]
    const other = frames[below(frames.length)]
    if (frame === undefined || other === undefined) throw new Error('no frames')
    let bytes = mutated(frame.bytes, other.bytes, below)
    if (below(3) === 0) bytes = mutated(Buffer.concat([bytes, Buffer.alloc(1)]), other.bytes, below)
    const startedMs = performance.now()
    try {
      frame.decode(bytes)
    } catch (error) {
      if (!(error instanceof MalformedFrame)) throw error
      refused++
    }
    slowestMs = Math.max(slowestMs, performance.now() - startedMs)
  }
  expect(refused).toBeGreaterThan(mutations / 4)
  // A frame of some hundred bytes costs microseconds; the bound is for machines that pause.
  expect(slowestMs).toBeLessThan(2000)
})

function metadataRequest(count: number, flexible: boolean, rest: Buffer): Buffer {
  const length = Buffer.alloc(4)
  length.writeInt32BE(count)
  const header = Buffer.from(flexible ? '00030009000000010000' : '0003000400000001ffff', 'hex')
  return Buffer.concat(flexible ? [header, Buffer.from([0]), rest] : [header, length, rest])
}

test('a count that the bytes left cannot hold is refused before anything is made', () => {
  const decode = (bytes: Buffer) => () => codec.decodeRequest(bytes)
  expect(decode(metadataRequest(0x7fffffff, false, Buffer.alloc(100)))).toThrow(MalformedFrame)
  expect(decode(metadataRequest(-2, false, Buffer.alloc(100)))).toThrow(MalformedFrame)
  const huge = Buffer.from([0xff, 0xff, 0xff, 0xff, 0x0f, 0, 0, 0])
  expect(decode(metadataRequest(0, true, huge))).toThrow(MalformedFrame)
  const tooLong = Buffer.from([0xff, 0xff, 0xff, 0xff, 0x1f, 0, 0, 0])
  expect(decode(metadataRequest(0, true, tooLong))).toThrow(MalformedFrame)
})

function groupsFrame(count: number): Buffer {
  const names = Array.from({ length: count }, () => '')
  return encoded('deleteGroups', { groupsNames: names })
}

function encoded(name: KafkaApiName, message: unknown): Buffer {
  const header = { apiVersion: kafkaApi(name).versions[1], correlationId: 1, clientId: null }
  return Buffer.concat(codec.encodeRequest(name, header, message as never)).subarray(4)
}

test('a frame has so many elements at most, and not one more', () => {
  const most = codec.decodeRequest(groupsFrame(codecLimits.elementsPerFrameMax))
  expect(
    most.kind === 'request' && most.name === 'deleteGroups' && most.request.groupsNames,
  ).toHaveLength(codecLimits.elementsPerFrameMax)
  expect(() => codec.decodeRequest(groupsFrame(codecLimits.elementsPerFrameMax + 1))).toThrow(
    MalformedFrame,
  )
})

test('an integer beyond 2^53 is refused, and the last one within is read', () => {
  const frame = encoded('initProducerId', {
    transactionalId: null,
    transactionTimeoutMs: 1,
    producerId: Number.MAX_SAFE_INTEGER,
  })
  const at = frame.indexOf(Buffer.from('001fffffffffffff', 'hex'))
  expect(codec.decodeRequest(frame)).toMatchObject({
    request: { producerId: Number.MAX_SAFE_INTEGER },
  })
  frame.writeBigInt64BE(2n ** 53n, at)
  expect(() => codec.decodeRequest(frame)).toThrow(MalformedFrame)
})

test('null where the version has no null is refused', () => {
  const header = Buffer.from('000c000000000001ffff', 'hex')
  const groupIdOfNull = Buffer.from('ffff', 'hex')
  expect(() => codec.decodeRequest(Buffer.concat([header, groupIdOfNull]))).toThrow(MalformedFrame)
})

test('a tagged field that says another size than it has is refused', () => {
  const frame = Buffer.concat(
    codec.encodeResponse(
      'produce',
      { apiVersion: 10, correlationId: 1 },
      { responses: [], nodeEndpoints: [{ nodeId: 1, host: 'h', port: 9 }] },
    ),
  ).subarray(4)
  const sizeAt = frame.length - (1 + 4 + 2 + 4 + 1 + 1) - 1
  expect(frame[sizeAt]).toBe(13)
  for (const size of [12, 14]) {
    const wrong = Buffer.concat([frame, Buffer.alloc(8)])
    wrong[sizeAt] = size
    expect(() => codec.decodeResponse('produce', 10, wrong)).toThrow(MalformedFrame)
  }
})
