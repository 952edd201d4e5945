import { connect } from 'node:net'
import type { Clock } from '../../base/clock.ts'
import type {
  KafkaApiName,
  KafkaClientRequest,
  KafkaClientResponse,
} from '../../wire/kafka/apis.ts'
import { kafkaApi, kafkaApis } from '../../wire/kafka/apis.ts'
import type { KafkaCodec } from '../../wire/kafka/frames.ts'
import { createFrameSplitter } from './frame-splitter.ts'
import { KafkaFault, refuseErrorCode } from './kafka-fault.ts'

/** One connection to one broker. Requests are pipelined; the broker answers them in their order. */
export interface KafkaConnection {
  /**
   * Rejects with a retriable `KafkaFault` when the connection is lost or no answer comes in time;
   * whether the broker did what was asked is then unknown, and the connection is over.
   */
  call<Name extends KafkaApiName>(
    name: Name,
    request: KafkaClientRequest<Name>,
    timeoutMs: number,
  ): Promise<KafkaClientResponse<Name>>
  isOpen(): boolean
  close(): void
}

export interface KafkaAddress {
  readonly host: string
  readonly port: number
}

export interface KafkaConnectionOptions {
  readonly address: KafkaAddress
  readonly codec: KafkaCodec
  readonly clock: Clock
  readonly timeoutMs: number
}

const CLIENT_ID = 'headrace'
/** From the next version on Fetch names topics by their ids only. */
const FETCH_VERSION_MAX = 12
const API_VERSIONS_VERSION = 3

/** Connects and agrees on versions. Rejects with a retriable `KafkaFault`. */
export async function connectKafka(options: KafkaConnectionOptions): Promise<KafkaConnection> {
  const wire = await openWire(options)
  try {
    const versions = await agreeOnVersions(wire, options.timeoutMs)
    return {
      async call(name, request, timeoutMs) {
        const version = versions.get(name)
        if (version === undefined) {
          throw new KafkaFault('UNSUPPORTED_VERSION', `no version of ${name} is common`)
        }
        return wire.send(name, version, request, timeoutMs)
      },
      isOpen: wire.isOpen,
      close: wire.close,
    }
  } catch (error) {
    wire.close()
    throw error
  }
}

async function agreeOnVersions(
  wire: RequestWire,
  timeoutMs: number,
): Promise<ReadonlyMap<KafkaApiName, number>> {
  const asked = { clientSoftwareName: CLIENT_ID, clientSoftwareVersion: '1' }
  const answer = await wire.send('apiVersions', API_VERSIONS_VERSION, asked, timeoutMs)
  refuseErrorCode(answer.errorCode, 'versions are not agreed on')
  const served = new Map(answer.apiKeys.map((one) => [one.apiKey, one]))
  const versions = new Map<KafkaApiName, number>()
  for (const name of Object.keys(kafkaApis) as KafkaApiName[]) {
    const api = kafkaApi(name)
    const theirs = served.get(api.key)
    const last = name === 'fetch' ? FETCH_VERSION_MAX : api.versions[1]
    const version = Math.min(last, theirs?.maxVersion ?? -1)
    if (version >= Math.max(api.versions[0], theirs?.minVersion ?? 0)) versions.set(name, version)
  }
  return versions
}

interface RequestWire {
  send<Name extends KafkaApiName>(
    name: Name,
    version: number,
    request: KafkaClientRequest<Name>,
    timeoutMs: number,
  ): Promise<KafkaClientResponse<Name>>
  isOpen(): boolean
  close(): void
}

interface Waiting {
  /** Throws, and rejects its request, when the answer cannot be read: the connection is over then. */
  receive(frame: Buffer): void
  reject(error: unknown): void
}

async function openWire(options: KafkaConnectionOptions): Promise<RequestWire> {
  const { codec, clock, address } = options
  const where = `${address.host}:${address.port}`
  const socket = connect({ ...address, noDelay: true })
  const waiting = new Map<number, Waiting>()
  const over = new AbortController()
  let correlationId = 0

  function end(what: string, cause?: unknown): void {
    if (over.signal.aborted) return
    over.abort()
    socket.destroy()
    const fault = new KafkaFault('NETWORK_EXCEPTION', `${where} ${what}`, cause)
    for (const { reject } of waiting.values()) reject(fault)
    waiting.clear()
  }

  const splitter = createFrameSplitter((frame) => {
    const id = codec.correlationOf(frame)
    const one = waiting.get(id)
    waiting.delete(id)
    one?.receive(frame)
  })
  socket.on('data', (bytes) => {
    try {
      splitter.add(bytes)
    } catch (error) {
      end('sent what is no frame', error)
    }
  })
  socket.on('error', (error) => end('is lost', error))
  socket.on('close', () => end('is lost'))
  await connected(socket, options, end)

  return {
    send(name, version, request, timeoutMs) {
      return new Promise((resolve, reject) => {
        if (over.signal.aborted) {
          return reject(new KafkaFault('NETWORK_EXCEPTION', `${where} is lost`))
        }
        const id = correlationId
        correlationId = (correlationId + 1) & 0x7fffffff
        const answered = new AbortController()
        waiting.set(id, {
          receive(frame) {
            answered.abort()
            try {
              resolve(codec.decodeResponse(name, version, frame))
            } catch (error) {
              reject(new KafkaFault('NETWORK_EXCEPTION', `${where} answers ${name} badly`, error))
              throw error
            }
          },
          reject(error) {
            answered.abort()
            reject(error)
          },
        })
        const header = { apiVersion: version, correlationId: id, clientId: CLIENT_ID }
        socket.cork()
        for (const piece of codec.encodeRequest(name, header, request)) socket.write(piece)
        socket.uncork()
        void clock.sleep(timeoutMs, answered.signal).then(() => {
          if (waiting.has(id)) end(`did not answer ${name} in ${timeoutMs} ms`)
        })
      })
    },
    isOpen: () => !over.signal.aborted,
    close: () => end('is closed'),
  }
}

function connected(
  socket: ReturnType<typeof connect>,
  { clock, timeoutMs, address }: KafkaConnectionOptions,
  end: (what: string) => void,
): Promise<void> {
  const done = new AbortController()
  return new Promise<void>((resolve, reject) => {
    const refuse = (cause?: unknown) =>
      reject(
        new KafkaFault('NETWORK_EXCEPTION', `no way to ${address.host}:${address.port}`, cause),
      )
    socket.once('connect', resolve)
    socket.once('error', refuse)
    socket.once('close', () => refuse())
    void clock.sleep(timeoutMs, done.signal).then(() => {
      if (!done.signal.aborted) end('does not take the connection')
    })
  }).finally(() => done.abort())
}
