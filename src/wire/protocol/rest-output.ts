import { scalarToText } from '../codec/scalar-text.ts'
import type { Member, Shape, StructureShape } from '../model/shape.ts'
import type { WireResponse } from '../request.ts'
import { bindingsOf } from './http-bindings.ts'

/** How the protocol writes a body that is a structure. Called once an operation. */
export interface BodyWriters {
  readonly contentType: string
  /** Whether an output without members in the body has a body all the same (`{}`). */
  readonly writesEmptyBody: boolean
  payloadWriter(member: Member): WriteBody
  membersWriter(shape: StructureShape, members: ReadonlyArray<Member>): WriteBody
}

type WriteBody = (value: unknown) => string

export type WriteRest = (
  value: unknown,
  status: number,
) => { status: number; headers: Record<string, string>; body?: NonNullable<WireResponse['body']> }

/** Spreads an output over status, headers and body. */
export function restWriter(shape: StructureShape, format: BodyWriters): WriteRest {
  const bindings = bindingsOf(shape)
  const { payload, body } = bindings
  const writePayload = payload && format.payloadWriter(payload)
  const writeMembers = format.membersWriter(shape, body)
  return (value, defaultStatus) => {
    const given = value as Readonly<Record<string, unknown>>
    const headers: Record<string, string> = {}
    for (const { member, wireName } of bindings.headers) {
      const item = given[member.name]
      if (item !== undefined && item !== null) headers[wireName] = headerText(member, item)
    }
    for (const { member, wireName } of bindings.prefixHeaders) {
      for (const [name, item] of Object.entries(given[member.name] ?? {})) {
        headers[wireName + name.toLowerCase()] = headerSafe(String(item))
      }
    }
    const status = Number((bindings.status && given[bindings.status.name]) || defaultStatus)
    if (payload && writePayload) {
      const item = given[payload.name]
      if (item === undefined || item === null) return { status, headers }
      if (payload.shape.kind === 'blob' || payload.shape.kind === 'string') {
        headers['content-type'] ??= 'application/octet-stream'
        return { status, headers, body: item as NonNullable<WireResponse['body']> }
      }
      headers['content-type'] ??= format.contentType
      return { status, headers, body: writePayload(item) }
    }
    if (body.length === 0 && !format.writesEmptyBody) return { status, headers }
    headers['content-type'] ??= format.contentType
    return { status, headers, body: writeMembers(given) }
  }
}

function headerText({ shape, traits }: Member, value: unknown): string {
  if (shape.kind === 'list') {
    return Array.from(value as Iterable<unknown>, (item) => {
      const text = scalarText(shape.element.shape, item)
      return /[",]/.test(text) && shape.element.shape.kind !== 'timestamp'
        ? JSON.stringify(text)
        : text
    }).join(', ')
  }
  if (traits.mediaType) return Buffer.from(String(value)).toString('base64')
  return scalarText(shape, value)
}

function scalarText(shape: Shape, value: unknown): string {
  return headerSafe(scalarToText(shape, value, 'http-date'))
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these may not stand in a header.
const notInHeader = /[\u0000-\u0008\u000a-\u001f\u007f]/g

/** No line breaks; what Latin-1 lacks goes out as the bytes of UTF-8, as it came in. */
function headerSafe(text: string): string {
  const clean = text.replace(notInHeader, ' ')
  return /[\u0100-\uffff]/.test(clean) ? Buffer.from(clean).toString('latin1') : clean
}
