import { assert } from '../../base/assert.ts'
import type {
  KafkaApiName,
  KafkaClientRequest,
  KafkaClientResponse,
  KafkaRequest,
  KafkaResponse,
} from './apis.ts'
import { kafkaApi, kafkaApis } from './apis.ts'
import type { ReadMessage } from './compile-reader.ts'
import { compileReader } from './compile-reader.ts'
import type { WriteMessage } from './compile-writer.ts'
import { compileWriter } from './compile-writer.ts'
import { kafkaErrorCode } from './errors.ts'
import { FrameReader } from './frame-reader.ts'
import { FrameWriter, frameLengthBytes } from './frame-writer.ts'
import type { ApiDefinition, EmbeddedDefinition, Fields, Read, Write } from './schema.ts'

export interface KafkaRequestHeader {
  readonly apiKey: number
  readonly apiVersion: number
  readonly correlationId: number
  readonly clientId: string | null
}

/** What a broker got: narrowed by `name`, or by `kind` when it cannot be served. */
export type KafkaRequestFrame =
  | KafkaServedRequest
  /** To ApiVersions the answer is one of version 0 with UNSUPPORTED_VERSION; to others none can be. */
  | {
      readonly kind: 'unsupported-version'
      readonly name: KafkaApiName
      readonly header: KafkaRequestHeader
    }
  | { readonly kind: 'unknown-api'; readonly header: KafkaRequestHeader }

export type KafkaServedRequest = {
  [Name in KafkaApiName]: {
    readonly kind: 'request'
    readonly name: Name
    readonly header: KafkaRequestHeader
    readonly request: KafkaRequest<Name>
  }
}[KafkaApiName]

/**
 * Kafka's frames, both sides. Frames are decoded without the length that stands before them, and
 * encoded with it, as pieces to be sent in order (records among them are not copied). Decoded bytes
 * and records are views of the frame. Bytes of no valid form throw `MalformedFrame`; bytes behind the
 * end of a message are passed over, as Apache Kafka does.
 */
export interface KafkaCodec {
  decodeRequest(frame: Buffer): KafkaRequestFrame
  /** Version and correlation are those of the request's header. */
  encodeResponse<Name extends KafkaApiName>(
    name: Name,
    header: { readonly apiVersion: number; readonly correlationId: number },
    response: KafkaResponse<Name>,
  ): Buffer[]

  encodeRequest<Name extends KafkaApiName>(
    name: Name,
    header: Omit<KafkaRequestHeader, 'apiKey'>,
    request: KafkaClientRequest<Name>,
  ): Buffer[]
  /** Which request a response answers. */
  correlationOf(frame: Buffer): number
  /** `apiVersion` is that of the request. */
  decodeResponse<Name extends KafkaApiName>(
    name: Name,
    apiVersion: number,
    frame: Buffer,
  ): KafkaClientResponse<Name>

  /** Of a version newer than known, what is known is read. */
  decodeEmbedded<Message extends Fields>(
    definition: EmbeddedDefinition<Message>,
    bytes: Buffer,
  ): Read<Message>
  encodeEmbedded<Message extends Fields>(
    definition: EmbeddedDefinition<Message>,
    version: number,
    message: Write<Message>,
  ): Buffer
}

/** A codec compiles the reader and the writer of a message in a version when it is first met. */
export function createKafkaCodec(): KafkaCodec {
  const readers = messageCache(compileReader)
  const writers = messageCache(compileWriter)
  return {
    decodeRequest: (frame) => decodeRequest(readers, frame),
    encodeResponse: (name, header, response) => encodeResponse(writers, name, header, response),
    encodeRequest: (name, header, request) => encodeRequest(writers, name, header, request),
    correlationOf: (frame) => new FrameReader(frame, 'response header').int32(),
    decodeResponse: (name, apiVersion, frame) =>
      decodeResponse(readers, name, apiVersion, frame) as KafkaClientResponse<typeof name>,
    decodeEmbedded: (definition, bytes) => decodeEmbedded(readers, definition, bytes) as never,
    encodeEmbedded: (definition, version, message) =>
      encodeEmbedded(writers, definition, version, message),
  }
}

type MessageCache<T> = (fields: Fields, version: number, flexible: boolean) => T

/** Bounded by the messages there are, times their versions. */
function messageCache<T>(compile: MessageCache<T>): MessageCache<T> {
  const compiled = new Map<Fields, T[]>()
  return (fields, version, flexible) => {
    let known = compiled.get(fields)
    if (known === undefined) {
      known = []
      compiled.set(fields, known)
    }
    const slot = version * 2 + Number(flexible)
    known[slot] ??= compile(fields, version, flexible)
    return known[slot]
  }
}

const namesByKey: ReadonlyMap<number, KafkaApiName> = new Map(
  Object.entries(kafkaApis).map(([name, { key }]) => [key, name as KafkaApiName]),
)

function isFlexible(definition: ApiDefinition, version: number): boolean {
  return definition.flexible !== undefined && version >= definition.flexible
}

function decodeRequest(readers: MessageCache<ReadMessage>, frame: Buffer): KafkaRequestFrame {
  const reader = new FrameReader(frame, 'request header')
  const header: KafkaRequestHeader = {
    apiKey: reader.int16(),
    apiVersion: reader.int16(),
    correlationId: reader.int32(),
    clientId: reader.textOrNull(reader.int16()),
  }
  const name = namesByKey.get(header.apiKey)
  if (name === undefined) return { kind: 'unknown-api', header }
  const api = kafkaApi(name)
  const version = header.apiVersion
  if (!isServed(api, version)) return { kind: 'unsupported-version', name, header }
  const flexible = isFlexible(api, version)
  reader.subject = name
  if (flexible) reader.skipTags()
  const request = readers(api.request, version, flexible)(reader)
  return { kind: 'request', name, header, request } as unknown as KafkaServedRequest
}

function isServed({ versions: [first, last] }: ApiDefinition, version: number): boolean {
  return version >= first && version <= last
}

function encodeResponse(
  writers: MessageCache<WriteMessage>,
  name: KafkaApiName,
  header: { readonly apiVersion: number; readonly correlationId: number },
  response: unknown,
): Buffer[] {
  const api = kafkaApi(name)
  const version = header.apiVersion
  assertKnown(name, version)
  const flexible = isFlexible(api, version)
  const writer = startFrame()
  writer.int32(header.correlationId)
  if (flexible && name !== plainHeaderName) writer.uvarint(0)
  writers(api.response, version, flexible)(writer, response as Message)
  return writer.finishFrame()
}

function encodeRequest(
  writers: MessageCache<WriteMessage>,
  name: KafkaApiName,
  header: Omit<KafkaRequestHeader, 'apiKey'>,
  request: unknown,
): Buffer[] {
  const api = kafkaApi(name)
  const version = header.apiVersion
  assertKnown(name, version)
  const flexible = isFlexible(api, version)
  const writer = startFrame()
  writer.int16(api.key)
  writer.int16(version)
  writer.int32(header.correlationId)
  if (header.clientId === null) writer.int16(-1)
  else writer.text(header.clientId)
  if (flexible) writer.uvarint(0)
  writers(api.request, version, flexible)(writer, request as Message)
  return writer.finishFrame()
}

type Message = Readonly<Record<string, unknown>>

function startFrame(): FrameWriter {
  const writer = new FrameWriter()
  // Where `finishFrame` puts the length.
  writer.skip(frameLengthBytes)
  return writer
}

function decodeResponse(
  readers: MessageCache<ReadMessage>,
  name: KafkaApiName,
  apiVersion: number,
  frame: Buffer,
): unknown {
  const api = kafkaApi(name)
  assertKnown(name, apiVersion)
  const reader = new FrameReader(frame, name)
  reader.int32()
  if (name === plainHeaderName) {
    const version = isOfUnknownVersion(frame) ? 0 : apiVersion
    return readers(api.response, version, isFlexible(api, version))(reader)
  }
  const flexible = isFlexible(api, apiVersion)
  if (flexible) reader.skipTags()
  return readers(api.response, apiVersion, flexible)(reader)
}

/**
 * Who asks for versions does not know which the other side has: the header of the answer never has
 * tagged fields, and the answer to a version that the broker lacks is one of version 0.
 */
const plainHeaderName: KafkaApiName = 'apiVersions'

function isOfUnknownVersion(frame: Buffer): boolean {
  const errorAt = 4
  return (
    frame.length >= errorAt + 2 &&
    frame.readInt16BE(errorAt) === kafkaErrorCode('UNSUPPORTED_VERSION')
  )
}

function assertKnown(name: KafkaApiName, version: number): void {
  assert(isServed(kafkaApi(name), version), `${name} has no version ${version}`)
}

function decodeEmbedded(
  readers: MessageCache<ReadMessage>,
  { versions: [first, last], fields }: EmbeddedDefinition,
  bytes: Buffer,
): unknown {
  const reader = new FrameReader(bytes, 'embedded message')
  const version = reader.int16()
  if (version < first) throw reader.malformed(`version ${version}`)
  return readers(fields, Math.min(version, last), false)(reader)
}

function encodeEmbedded(
  writers: MessageCache<WriteMessage>,
  { versions: [first, last], fields }: EmbeddedDefinition,
  version: number,
  message: unknown,
): Buffer {
  assert(version >= first && version <= last, `embedded message has no version ${version}`)
  const writer = new FrameWriter()
  writer.int16(version)
  writers(fields, version, false)(writer, message as Message)
  return Buffer.concat(writer.finish())
}
