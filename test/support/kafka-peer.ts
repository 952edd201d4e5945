import type { Socket } from 'node:net'
import { connect } from 'node:net'
import type { ConnectionOptions } from 'node:tls'
import { connect as connectTls } from 'node:tls'
import type {
  KafkaApiName,
  KafkaClientRequest,
  KafkaClientResponse,
} from '../../src/wire/kafka/apis.ts'
import { kafkaApi } from '../../src/wire/kafka/apis.ts'
import { createKafkaCodec } from '../../src/wire/kafka/frames.ts'

const codec = createKafkaCodec()

/** One connection to a broker, frame by frame, for what no client would do. */
export interface KafkaPeer {
  readonly socket: Socket
  /** Resolves when the connection is closed, by whomever. */
  readonly closed: Promise<void>
  /** The newest version is asked for, unless given. Rejects when the connection ends before the answer. */
  ask<Name extends KafkaApiName>(
    name: Name,
    request: KafkaClientRequest<Name>,
    options?: { readonly version?: number; readonly clientId?: string },
  ): Promise<KafkaClientResponse<Name>>
  /** Bytes of a request as they go over the wire. */
  encode<Name extends KafkaApiName>(
    name: Name,
    request: KafkaClientRequest<Name>,
    options?: { readonly version?: number; readonly correlationId?: number },
  ): Buffer
  write(bytes: Buffer): void
  /** The next frame that nobody asked for by `ask`, without its size; rejects at the end. */
  nextFrame(): Promise<Buffer>
  end(): void
}

export async function connectKafka(
  port: number,
  tls?: ConnectionOptions,
  host = '127.0.0.1',
): Promise<KafkaPeer> {
  const socket = tls ? connectTls({ port, host, ...tls }) : connect({ port, host })
  await new Promise((resolve, reject) => {
    socket.once(tls ? 'secureConnect' : 'connect', resolve)
    socket.once('error', reject)
  })
  socket.on('error', () => undefined)
  const frames: Buffer[] = []
  const waiting: ((frame: Buffer | undefined) => void)[] = []
  let rest = Buffer.alloc(0)
  let isClosed = false
  const closed = new Promise<void>((resolve) => {
    socket.once('close', () => {
      isClosed = true
      for (const wake of waiting.splice(0)) wake(undefined)
      resolve()
    })
  })
  socket.on('data', (bytes) => {
    rest = Buffer.concat([rest, bytes])
    while (rest.length >= 4 && rest.length >= 4 + rest.readInt32BE(0)) {
      const end = 4 + rest.readInt32BE(0)
      const frame = rest.subarray(4, end)
      rest = rest.subarray(end)
      const wake = waiting.shift()
      if (wake) wake(frame)
      else frames.push(frame)
    }
  })

  async function nextFrame(): Promise<Buffer> {
    const there = frames.shift()
    if (there) return there
    if (isClosed) throw new Error('the connection is closed')
    const frame = await new Promise<Buffer | undefined>((resolve) => waiting.push(resolve))
    if (!frame) throw new Error('the connection was closed before the answer')
    return frame
  }

  const encode: KafkaPeer['encode'] = (name, request, options = {}) => {
    const { version = kafkaApi(name).versions[1], correlationId = 1 } = options
    const header = { apiVersion: version, correlationId, clientId: 'peer' }
    return Buffer.concat(codec.encodeRequest(name, header, request))
  }

  let correlationId = 100
  return {
    socket,
    closed,
    async ask(name, request, { version = kafkaApi(name).versions[1], clientId = 'peer' } = {}) {
      const header = { apiVersion: version, correlationId: correlationId++, clientId }
      socket.write(Buffer.concat(codec.encodeRequest(name, header, request)))
      return codec.decodeResponse(name, version, await nextFrame())
    },
    encode,
    write: (bytes) => void socket.write(bytes),
    nextFrame,
    end: () => socket.destroy(),
  }
}

export function decodeKafka<Name extends KafkaApiName>(
  name: Name,
  version: number,
  frame: Buffer,
): KafkaClientResponse<Name> {
  return codec.decodeResponse(name, version, frame)
}

export function correlationOf(frame: Buffer): number {
  return codec.correlationOf(frame)
}
