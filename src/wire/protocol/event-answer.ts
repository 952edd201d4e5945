import { Readable } from 'node:stream'
import { assert } from '../../base/assert.ts'
import { ServiceError } from '../../base/errors.ts'
import { bytesOf } from '../codec/base64.ts'
import { encodeEvent } from '../codec/event-stream.ts'
import type { Member, StructureShape } from '../model/shape.ts'

/** How the protocol writes the payload of an event that is a structure. */
export interface EventPayload {
  readonly contentType: string
  /** `tag` is the name of the event, which XML has as its root. */
  write(shape: StructureShape, value: unknown, tag: string): string
}

/** The member of an output that is a stream of events, if it has one. */
export function eventMemberOf(output: StructureShape): Member | undefined {
  return output.members.find(
    ({ shape }) => shape.kind === 'structure' && shape.isUnion && shape.traits.streaming === 1,
  )
}

/**
 * The answer's body: each event is sent when the handler's iterable gives it. A `ServiceError` that
 * the iterable throws ends the stream with the modelled exception, any other breaks it off. The
 * iterable is closed when the client goes away.
 *
 * `initial`: the other members of the output, which the RPC protocols send as the first event.
 */
export function eventBody(
  events: AsyncIterable<object>,
  member: Member,
  payload: EventPayload,
  initial: string | undefined,
): Readable {
  const union = member.shape
  assert(union.kind === 'structure', 'an event stream is a union')
  async function* messages(): AsyncGenerator<Buffer> {
    if (initial !== undefined) {
      const headers = eventHeaders('initial-response', payload.contentType)
      yield encodeEvent(headers, Buffer.from(initial))
    }
    try {
      for await (const event of events) yield encodeUnion(union as StructureShape, event, payload)
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error
      yield encodeError(union as StructureShape, error, payload)
    }
  }
  return Readable.from(messages(), { objectMode: false })
}

function encodeUnion(union: StructureShape, event: object, payload: EventPayload): Buffer {
  const [name, value] = Object.entries(event).find(([, item]) => item !== undefined) ?? []
  const target = union.members.find((member) => member.name === name)?.shape
  assert(name !== undefined && target?.kind === 'structure', `${union.name} has event ${name}`)
  const given = value as Readonly<Record<string, unknown>>
  const headers: Record<string, string> = {}
  for (const { name: field, traits } of target.members) {
    if (traits.eventHeader && given[field] !== undefined) headers[field] = String(given[field])
  }
  const body = target.members.find(({ traits }) => traits.eventPayload)
  if (body === undefined) {
    Object.assign(headers, eventHeaders(name, payload.contentType))
    return encodeEvent(headers, Buffer.from(payload.write(target, value, name)))
  }
  const content = given[body.name]
  const isStructure = body.shape.kind === 'structure'
  const contentType = body.shape.kind === 'blob' ? 'application/octet-stream' : 'text/plain'
  Object.assign(headers, eventHeaders(name, isStructure ? payload.contentType : contentType))
  if (content === undefined || content === null) return encodeEvent(headers, Buffer.alloc(0))
  return encodeEvent(
    headers,
    body.shape.kind === 'structure'
      ? Buffer.from(payload.write(body.shape, content, body.name))
      : bytesOf(content),
  )
}

function encodeError(union: StructureShape, error: ServiceError, payload: EventPayload): Buffer {
  const member = union.members.find(
    ({ name, shape }) =>
      name === error.code || (shape.kind === 'structure' && shape.name === error.code),
  )
  if (member?.shape.kind !== 'structure') {
    const headers = {
      ':message-type': 'error',
      ':error-code': error.code,
      ':error-message': error.message,
    }
    return encodeEvent(headers, Buffer.alloc(0))
  }
  const isCapital = member.shape.members.some(({ name }) => name === 'Message')
  const value = { ...error.fields, [isCapital ? 'Message' : 'message']: error.message }
  const headers = {
    ':exception-type': member.name,
    ':content-type': payload.contentType,
    ':message-type': 'exception',
  }
  return encodeEvent(headers, Buffer.from(payload.write(member.shape, value, member.name)))
}

function eventHeaders(type: string, contentType: string): Record<string, string> {
  return { ':event-type': type, ':content-type': contentType, ':message-type': 'event' }
}
