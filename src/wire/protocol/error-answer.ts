import type { ServiceError } from '../../base/errors.ts'
import { encodeAnyCbor } from '../codec/cbor-values.ts'
import { escapeXml } from '../codec/xml-writer.ts'
import type { ServiceModel } from '../model/service-model.ts'
import type { WireResponse } from '../request.ts'
import { queryPastOf } from './query-past.ts'

/** How an error is written. `undefined` for the model when the service is not known. */
export type WriteError = (error: ServiceError, requestId: string) => WireResponse

interface Answer {
  readonly code: string
  readonly status: number
  readonly isClientFault: boolean
  /** Members of the error's shape by wire name, with the message under the name that it has. */
  readonly members: Readonly<Record<string, unknown>>
  /** Code of awsQuery where it differs. */
  readonly queryCode: string
}

/**
 * Takes status, message member and old code from the model. A status other than 400 that the service
 * gave is kept; 400 is also what it gives when it did not say.
 */
function answerOf(error: ServiceError, model: ServiceModel | undefined): Answer {
  const shape = model?.errors.get(error.code)
  const traits = shape?.traits ?? {}
  const modelled = traits.httpError ?? traits.awsQueryError?.[1]
  const faultStatus = traits.error === 'server' ? 500 : 400
  const status = error.status === 400 ? (modelled ?? faultStatus) : error.status
  const isClientFault = status < 500
  const names = new Set(shape?.members.map(({ name }) => name))
  // AWS: Coral's own SerializationException has `Message`, its ValidationException `message`.
  const isCapital = names.size > 0 ? names.has('Message') : error.code === 'SerializationException'
  const messageName = isCapital && !names.has('message') ? 'Message' : 'message'
  const members = {
    ...(names.has('Type') ? { Type: isClientFault ? 'User' : 'Service' } : {}),
    ...error.fields,
    ...(error.message === '' ? {} : { [messageName]: error.message }),
  }
  const past = queryPastOf(model?.data.name)
  const queryCode = traits.awsQueryError?.[0] ?? past?.codes[error.code] ?? error.code
  return { code: error.code, status, isClientFault, members, queryCode }
}

/** awsJson1.0, awsJson1.1. */
export function jsonErrorWriter(model: ServiceModel | undefined): WriteError {
  const version = model?.data.protocol === 'awsJson1_0' ? '1.0' : '1.1'
  return (error, requestId) => {
    const { code, status, isClientFault, members, queryCode } = answerOf(error, model)
    const headers: Record<string, string> = {
      'x-amzn-requestid': requestId,
      'content-type': `application/x-amz-json-${version}`,
    }
    if (model?.data.queryCompatible) {
      headers['x-amzn-query-error'] = `${queryCode};${isClientFault ? 'Sender' : 'Receiver'}`
    }
    return { status, headers, body: JSON.stringify({ __type: code, ...members }, replaceBytes) }
  }
}

export function cborErrorWriter(model: ServiceModel | undefined, contentType: string): WriteError {
  return (error, requestId) => {
    const { code, status, members } = answerOf(error, model)
    const headers: Record<string, string> = {
      'x-amzn-requestid': requestId,
      'content-type': contentType,
    }
    if (contentType === 'application/cbor') headers['smithy-protocol'] = 'rpc-v2-cbor'
    return { status, headers, body: encodeAnyCbor({ __type: code, ...members }) }
  }
}

export function restJsonErrorWriter(model: ServiceModel | undefined): WriteError {
  return (error, requestId) => {
    const { code, status, members } = answerOf(error, model)
    const headers: Record<string, string> = {
      'x-amzn-requestid': requestId,
      'x-amzn-errortype': code,
      'content-type': 'application/json',
    }
    const body: Record<string, unknown> = { ...members }
    for (const { name, traits } of model?.errors.get(code)?.members ?? []) {
      const value = body[name]
      const { httpHeader, jsonName } = traits
      if (value === undefined || (httpHeader ?? jsonName) === undefined) continue
      delete body[name]
      if (httpHeader !== undefined) headers[httpHeader.toLowerCase()] = String(value)
      else if (jsonName !== undefined) body[jsonName] = value
    }
    return { status, headers, body: JSON.stringify(body, replaceBytes) }
  }
}

export function queryErrorWriter(model: ServiceModel | undefined): WriteError {
  const past = queryPastOf(model?.data.name)
  const namespace = model?.data.xmlNamespace ?? past?.xmlNamespace
  const xmlns = namespace ? ` xmlns="${escapeXml(namespace)}"` : ''
  return (error, requestId) => {
    const { status, isClientFault, queryCode } = answerOf(error, model)
    const message = past?.messages[error.code] ?? error.message
    const body =
      `<ErrorResponse${xmlns}><Error><Type>${isClientFault ? 'Sender' : 'Receiver'}</Type>` +
      `<Code>${escapeXml(queryCode)}</Code><Message>${escapeXml(message)}</Message>` +
      `${elementsOf(error.fields)}${past ? '<Detail/>' : ''}</Error>` +
      `<RequestId>${escapeXml(requestId)}</RequestId></ErrorResponse>`
    const headers = { 'x-amzn-requestid': requestId, 'content-type': 'text/xml' }
    return { status, headers, body }
  }
}

/** S3's form. `withBody` is false for HEAD, whose errors are told by the status alone. */
export function restXmlErrorWriter(
  model: ServiceModel | undefined,
  { withBody }: { readonly withBody: boolean },
): WriteError {
  return (error, requestId) => {
    const { code, status } = answerOf(error, model)
    const hostId = hostIdOf(requestId)
    const headers: Record<string, string> = {
      'x-amz-request-id': requestId,
      'x-amz-id-2': hostId,
      ...error.headers,
    }
    if (!withBody || status === 304) return { status, headers }
    headers['content-type'] = 'application/xml'
    const body =
      `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${escapeXml(code)}</Code>` +
      `<Message>${escapeXml(error.message)}</Message>${elementsOf(error.fields)}` +
      `<RequestId>${escapeXml(requestId)}</RequestId><HostId>${hostId}</HostId></Error>`
    return { status, headers, body }
  }
}

/** S3's second request id, opaque to clients: here another form of the first. */
export function hostIdOf(requestId: string): string {
  return Buffer.from(requestId).toString('base64')
}

function elementsOf(fields: Readonly<Record<string, unknown>>): string {
  return Object.entries(fields)
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([name, value]) => `<${name}>${escapeXml(String(value))}</${name}>`)
    .join('')
}

/** Errors have few members: they are written from their values, without the model. */
function replaceBytes(this: unknown, key: string, value: unknown): unknown {
  const raw = (this as Readonly<Record<string, unknown>>)[key]
  return raw instanceof Uint8Array ? Buffer.from(raw).toString('base64') : value
}
