// What producing costs when nothing is promised: a TCP server that reads Kafka's frames, drops the
// records and says that it has them.
//   node --import tsx bench/kafka-sink.ts <partitions>
import type { AddressInfo, Socket } from 'node:net'
import { createServer } from 'node:net'
import { apiVersionsResponse } from '../src/server/kafka/api-versions.ts'
import { createFrameCutter } from '../src/server/kafka/frame-cutter.ts'
import type { KafkaRequest } from '../src/wire/kafka/apis.ts'
import type { KafkaServedRequest } from '../src/wire/kafka/frames.ts'
import { createKafkaCodec } from '../src/wire/kafka/frames.ts'

const FRAME_MAX = 64 << 20
const RECORD_COUNT_AT = 57
const partitions = Number(process.argv[2])
const codec = createKafkaCodec()
let offset = 0

function answer(decoded: KafkaServedRequest): Buffer[] {
  const { name, header, request } = decoded
  if (name === 'produce') return codec.encodeResponse(name, header, dropped(request))
  if (name === 'metadata') return codec.encodeResponse(name, header, metadata(request))
  throw new Error(`the sink was asked for ${name}`)
}

function dropped({ topicData }: KafkaRequest<'produce'>) {
  const responses = topicData.map(({ name, partitionData }) => ({
    name,
    partitionResponses: partitionData.map(({ index, records }) => {
      const baseOffset = offset
      offset += records?.readInt32BE(RECORD_COUNT_AT) ?? 0
      return { index, errorCode: 0, baseOffset, recordErrors: [], currentLeader: {} }
    }),
  }))
  return { responses, nodeEndpoints: [] }
}

function metadata({ topics }: KafkaRequest<'metadata'>) {
  const { port } = server.address() as AddressInfo
  const all = Array.from({ length: partitions }, (_, partitionIndex) => ({
    errorCode: 0,
    partitionIndex,
    leaderId: 0,
    replicaNodes: [0],
    isrNodes: [0],
    offlineReplicas: [],
  }))
  return {
    brokers: [{ nodeId: 0, host: '127.0.0.1', port }],
    controllerId: 0,
    topics: (topics ?? []).map(({ name, topicId }) => {
      return { errorCode: 0, name, topicId, partitions: all }
    }),
  }
}

function serve(socket: Socket): void {
  const cutter = createFrameCutter()
  socket.setNoDelay()
  socket.on('error', () => socket.destroy())
  socket.on('data', (bytes) => {
    cutter.push(bytes)
    while (cutter.size(FRAME_MAX) !== undefined) {
      const frame = cutter.next()
      if (!frame) return
      socket.cork()
      for (const piece of reply(frame)) socket.write(piece)
      socket.uncork()
    }
  })
}

function reply(frame: Buffer): Buffer[] {
  const decoded = codec.decodeRequest(frame)
  if (decoded.kind === 'request' && decoded.name !== 'apiVersions') return answer(decoded)
  const error = decoded.kind === 'request' ? 'NONE' : 'UNSUPPORTED_VERSION'
  const names = ['apiVersions', 'metadata', 'produce'] as const
  return codec.encodeResponse('apiVersions', decoded.header, apiVersionsResponse(names, error))
}

const server = createServer(serve)
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`ready ${(server.address() as AddressInfo).port}\n`)
})
