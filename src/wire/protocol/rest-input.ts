import { present } from '../../base/assert.ts'
import { MalformedInput } from '../codec/malformed-input.ts'
import { scalarFromText } from '../codec/scalar-text.ts'
import { setKey } from '../codec/tree-reader.ts'
import type { Member, StructureShape, TimestampFormat } from '../model/shape.ts'
import type { WireRequest } from '../request.ts'
import type { Bound, HttpBindings } from './http-bindings.ts'
import { bindingsOf } from './http-bindings.ts'
import type { RequestLine, RouteMatch } from './rest-routes.ts'

/** How the protocol reads a body that is a structure. Called once an operation. */
export interface BodyReaders {
  /** For a payload: the member that is the whole body. */
  payloadReader(member: Member): ReadBody
  /** For the members that no other place takes. */
  membersReader(shape: StructureShape, members: ReadonlyArray<Member>): ReadBody
}

type ReadBody = (body: Buffer) => unknown

/** Something in the request that cannot be read, and where it stood. */
export class MalformedPart extends MalformedInput {
  readonly member: Member
  readonly text: string

  constructor(message: string, member: Member, text: string) {
    super(message)
    this.member = member
    this.text = text
  }
}

/** AWS: the SDKs for C++ and what stands on it (PyArrow) send `enabled`, which S3 takes. */
const caselessWords: Readonly<Record<string, string>> = { 'x-amz-checksum-mode': 'ENABLED' }

export type ReadRest = (
  request: WireRequest,
  match: RouteMatch,
  line: RequestLine,
) => Promise<object>

/** Gathers an input from path, query, headers and body. */
export function restReader(shape: StructureShape, format: BodyReaders): ReadRest {
  const bindings = bindingsOf(shape)
  const readPayload = bindings.payload && payloadReader(bindings.payload, format)
  const readMembers = format.membersReader(shape, bindings.body)
  return async (request, { labels }, line) => {
    const input: Record<string, unknown> = {}
    readLabels(bindings, labels, input)
    readQuery(bindings, line.query, input)
    readHeaders(bindings, line.headers, input)
    const { payload, body } = bindings
    if (payload?.shape.kind === 'blob' && payload.shape.streaming) {
      input[payload.name] = request.stream
    } else if (payload && readPayload) {
      const bytes = await request.bytes()
      if (bytes.length > 0) input[payload.name] = readPayload(bytes)
    } else if (body.length > 0) {
      const bytes = await request.bytes()
      if (bytes.length > 0) Object.assign(input, readMembers(bytes))
    }
    return input
  }
}

function payloadReader(payload: Member, format: BodyReaders): ReadBody {
  if (payload.shape.kind === 'blob') return (bytes) => bytes
  if (payload.shape.kind === 'string') return (bytes) => bytes.toString()
  return format.payloadReader(payload)
}

function readLabels(
  bindings: HttpBindings,
  labels: Readonly<Record<string, string>>,
  input: Record<string, unknown>,
): void {
  for (const [name, raw] of Object.entries(labels)) {
    const member = present(bindings.labels.get(name), `label ${name}`)
    let text: string
    try {
      text = decodeURIComponent(raw)
    } catch {
      throw new MalformedPart("Couldn't parse the specified URI.", member, raw)
    }
    input[name] = readScalar(member, text, 'date-time')
  }
}

function readQuery(
  bindings: HttpBindings,
  query: RequestLine['query'],
  input: Record<string, unknown>,
): void {
  for (const { member, wireName } of bindings.query) {
    const texts = query.get(wireName)
    if (texts === undefined) continue
    const { shape, limits } = member
    input[member.name] =
      shape.kind === 'list'
        ? texts.map((text) =>
            readScalar({ ...shape.element, limits: limits?.element }, text, 'date-time'),
          )
        : readScalar(member, texts[0] ?? '', 'date-time')
  }
  const rest = bindings.queryParams
  if (rest?.shape.kind !== 'map') return
  const map: Record<string, unknown> = {}
  const taken = new Set(bindings.query.map(({ wireName }) => wireName))
  const isList = rest.shape.value.shape.kind === 'list'
  for (const [name, texts] of query) {
    if (!taken.has(name)) setKey(map, name, isList ? texts : texts[0])
  }
  input[rest.name] = map
}

function readHeaders(
  bindings: HttpBindings,
  headers: RequestLine['headers'],
  input: Record<string, unknown>,
): void {
  for (const { member, wireName } of bindings.headers) {
    const text = headers[wireName]
    if (text === undefined) continue
    const word = caselessWords[wireName]
    const value = readHeader(member, text.toUpperCase() === word ? word : text)
    if (value !== undefined) input[member.name] = value
  }
  for (const { member, wireName } of bindings.prefixHeaders) {
    input[member.name] = readPrefixed({ member, wireName }, headers)
  }
}

function readHeader(member: Member, text: string): unknown {
  const { shape, traits, limits } = member
  if (shape.kind === 'list') {
    const element = { ...shape.element, limits: limits?.element }
    return splitHeader(text, element).map((item) => readScalar(element, item, 'http-date'))
  }
  if (shape.kind === 'string' && traits.mediaType) return Buffer.from(text, 'base64').toString()
  if (shape.kind !== 'timestamp') return readScalar(member, text, 'http-date')
  try {
    return readScalar(member, text, 'http-date')
  } catch (error) {
    // RFC 9110: a date that is no date is as if the header were not there.
    if (error instanceof MalformedInput) return undefined
    throw error
  }
}

function splitHeader(text: string, element: Pick<Member, 'shape'>): string[] {
  const isHttpDate =
    element.shape.kind === 'timestamp' &&
    (element.shape.format === undefined || element.shape.format === 'http-date')
  if (isHttpDate) return (text.match(/[^,]+,[^,]+/g) ?? []).map((item) => item.trim())
  const items = text.match(/"(?:[^"\\]|\\.)*"|[^,]+/g) ?? []
  return items
    .map((item) => item.trim())
    .filter((item) => item !== '')
    .map((item) => (item.startsWith('"') ? item.slice(1, -1).replace(/\\(.)/g, '$1') : item))
}

function readPrefixed(
  { wireName }: Bound,
  headers: RequestLine['headers'],
): Record<string, unknown> {
  const map: Record<string, unknown> = {}
  for (const [name, text] of Object.entries(headers)) {
    if (text !== undefined && name.startsWith(wireName)) {
      setKey(map, name.slice(wireName.length), text)
    }
  }
  return map
}

function readScalar(member: Member, text: string, timeFormat: TimestampFormat): unknown {
  try {
    return scalarFromText(member.shape, text, member.limits, timeFormat)
  } catch (error) {
    if (error instanceof MalformedInput) throw new MalformedPart(error.message, member, text)
    throw error
  }
}
