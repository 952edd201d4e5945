import { ServiceError } from '../base/errors.ts'
import type { ServiceSummary } from './model/data.ts'
import { linkModel } from './model/service-model.ts'
import { readModel, readModelIndex } from './model-index.ts'
import type { WriteError } from './protocol/error-answer.ts'
import {
  cborErrorWriter,
  jsonErrorWriter,
  queryErrorWriter,
  restJsonErrorWriter,
  restXmlErrorWriter,
} from './protocol/error-answer.ts'
import { formTextOf } from './protocol/query.ts'
import { parseQuery } from './protocol/query-string.ts'
import type { RequestLine } from './protocol/rest-routes.ts'
import type { RpcForm, ServiceWire } from './protocol/service-wire.ts'
import { createServiceWire } from './protocol/service-wire.ts'
import type { Identified, Wire, WireRequest } from './request.ts'

/**
 * The protocols of the named services. A service's model is read when the first request for it comes,
 * so that start-up costs one small file; a name without a model throws here.
 */
export function openWire({
  modelsDirectory,
  serviceNames,
}: {
  readonly modelsDirectory: string
  readonly serviceNames: ReadonlyArray<string>
}): Wire {
  const index = readModelIndex(modelsDirectory)
  const summaries = serviceNames.map((name) => {
    const summary = index.services.find((service) => service.name === name)
    if (!summary) throw new Error(`there is no model of service ${name} in ${modelsDirectory}`)
    return summary
  })
  const wires = new Map<string, ServiceWire>()
  const wireOf = ({ name }: ServiceSummary): ServiceWire => {
    let wire = wires.get(name)
    if (wire === undefined) {
      wire = createServiceWire(linkModel(readModel(modelsDirectory, name)))
      wires.set(name, wire)
    }
    return wire
  }
  const directory: Directory = { summaries, wireOf }
  return {
    async identify(request, signingName) {
      try {
        return await identify(directory, request, signingName)
      } catch (error) {
        // The body of a form could not be read: too large, or its signature is wrong.
        if (!(error instanceof ServiceError)) throw error
        return unknown(error, queryErrorWriter(undefined))
      }
    },
  }
}

interface Directory {
  readonly summaries: ReadonlyArray<ServiceSummary>
  wireOf(summary: ServiceSummary): ServiceWire
}

async function identify(
  directory: Directory,
  request: WireRequest,
  signingName: string | undefined,
): Promise<Identified> {
  const { method, headers, rawPath } = request
  const contentType = headers['content-type'] ?? ''
  const target = headers['x-amz-target']
  if (target !== undefined && signingName !== 's3') {
    const [service, operation] = splitTarget(target)
    const form = contentType.startsWith('application/x-amz-cbor') ? 'cbor' : 'json'
    return identifyTarget(directory, service, operation, form)
  }
  if (headers['smithy-protocol'] === 'rpc-v2-cbor') {
    const [, service = '', operation = ''] =
      /^\/service\/([^/]+)\/operation\/([^/]+)\/?$/.exec(rawPath) ?? []
    return identifyTarget(directory, service, operation, 'rpc-v2-cbor')
  }
  if (rawPath === '/' ? signingName !== 's3' : hasQueuePaths(directory, signingName)) {
    const isForm =
      (method === 'POST' && contentType.startsWith('application/x-www-form-urlencoded')) ||
      (method === 'GET' && /(?:^|&)Action=/.test(request.rawQuery))
    if (isForm) return identifyAction(directory, await formTextOf(request), signingName)
  }
  return identifyRoute(directory, request, signingName)
}

/** AWS: forms for SQS come to the path of their queue (`/123456789012/orders`) as well as to `/`. */
function hasQueuePaths({ summaries }: Directory, signingName: string | undefined): boolean {
  return summaries.some((one) => one.queryCompatible === true && one.signingName === signingName)
}

/** `Kinesis_20131202.PutRecords`: the operation is what follows the last dot. */
function splitTarget(target: string): readonly [service: string, operation: string] {
  const dot = target.lastIndexOf('.')
  return [target.slice(0, Math.max(dot, 0)), target.slice(dot + 1)]
}

function identifyTarget(
  { summaries, wireOf }: Directory,
  target: string,
  operation: string,
  form: RpcForm,
): Identified {
  const summary = summaries.find((service) => service.target === target && isRpc(service))
  const wire = summary && wireOf(summary)
  const found = wire?.operation(operation, form)
  if (found) return { kind: 'operation', operation: found }
  const write =
    form === 'json'
      ? jsonErrorWriter(wire?.model)
      : cborErrorWriter(wire?.model, cborContentTypes[form === 'cbor' ? 'cbor' : 'rpc-v2-cbor'])
  // AWS: 400 without a message.
  return unknown(new ServiceError('UnknownOperationException', ''), write)
}

const cborContentTypes = {
  cbor: 'application/x-amz-cbor-1.1',
  'rpc-v2-cbor': 'application/cbor',
}

function isRpc({ protocol }: ServiceSummary): boolean {
  return protocol !== 'restJson1' && protocol !== 'restXml' && protocol !== 'awsQuery'
}

function identifyAction(
  { summaries, wireOf }: Directory,
  form: string,
  signingName: string | undefined,
): Identified {
  const parameters = new URLSearchParams(form)
  const action = parameters.get('Action') ?? ''
  const version = parameters.get('Version') ?? ''
  const summary = summaries.find(
    (service) =>
      (service.protocol === 'awsQuery' || service.queryCompatible === true) &&
      (signingName === undefined || service.signingName === signingName) &&
      (service.version === version || (service.queryCompatible === true && version === '')) &&
      service.operations.includes(action),
  )
  const found = summary && wireOf(summary).operation(action, 'query')
  if (found) return { kind: 'operation', operation: found }
  const error =
    action === ''
      ? new ServiceError('MissingAction', 'The request must contain the parameter Action.')
      : new ServiceError(
          'InvalidAction',
          `Could not find operation ${action} for version ${version || 'NO_VERSION_SPECIFIED'}`,
        )
  return unknown(error, queryErrorWriter(undefined))
}

/** AWS: signing names under which parts of S3 go. */
const signingAliases: Readonly<Record<string, string>> = {
  s3express: 's3',
  's3-object-lambda': 's3',
}

/**
 * AWS: listing directory buckets differs from listing buckets by its host and signing name only, for
 * the SDKs that send no `x-id`.
 */
function queryOf({ rawPath, rawQuery }: WireRequest, signingName: string | undefined) {
  const isDirectoryList = signingName === 's3express' && rawPath === '/'
  return parseQuery(isDirectoryList ? `x-id=ListDirectoryBuckets&${rawQuery}` : rawQuery)
}

function identifyRoute(
  { summaries, wireOf }: Directory,
  request: WireRequest,
  signingName: string | undefined,
): Identified {
  const { method, rawPath, headers } = request
  const line: RequestLine = {
    method,
    rawPath,
    headers: unchunkedHeaders(headers),
    query: queryOf(request, signingName),
  }
  const wanted =
    signingName === undefined ? undefined : (signingAliases[signingName] ?? signingName)
  const services = summaries.filter(
    (service) => service.protocol === 'restJson1' || service.protocol === 'restXml',
  )
  // Unsigned, the path must tell: dated ones (`/2015-03-31/functions`) are no bucket's; the rest is S3.
  const candidates = services.filter((service) =>
    wanted !== undefined
      ? service.signingName === wanted
      : datedPath.test(rawPath)
        ? service.protocol === 'restJson1'
        : service.signingName === 's3',
  )
  for (const candidate of candidates) {
    const operation = wireOf(candidate).route(line)
    if (operation) return { kind: 'operation', operation }
  }
  return unknownRoute(candidates, request, wanted)
}

const datedPath = /^\/\d{4}-\d\d-\d\d\//

function unknownRoute(
  candidates: ReadonlyArray<ServiceSummary>,
  { method, rawPath }: WireRequest,
  signingName: string | undefined,
): Identified {
  if (candidates.some(({ protocol }) => protocol === 'restXml')) {
    const message = 'The specified method is not allowed against this resource.'
    const fields = { Method: method, ResourceType: resourceTypeOf(rawPath) }
    return unknown(
      new ServiceError('MethodNotAllowed', message, { status: 405, fields }),
      restXmlErrorWriter(undefined, { withBody: method !== 'HEAD' }),
    )
  }
  if (candidates.length > 0) {
    const error = new ServiceError('UnknownOperationException', '', { status: 404 })
    return unknown(error, restJsonErrorWriter(undefined))
  }
  const message =
    signingName === undefined
      ? 'Unable to determine service/operation name to be authorized'
      : `The request names no operation, or service ${signingName} is not served here`
  return unknown(new ServiceError('UnknownOperationException', message), jsonErrorWriter(undefined))
}

function resourceTypeOf(rawPath: string): string {
  const [, bucket = '', ...key] = rawPath.split('/')
  if (bucket === '') return 'SERVICE'
  return key.join('/') === '' ? 'BUCKET' : 'OBJECT'
}

function unknown(error: ServiceError, writeError: WriteError): Identified {
  return { kind: 'unknown', error, writeError }
}

/**
 * Headers as they are for the body that operations see: without `aws-chunked` and with the length of
 * what was inside the chunks.
 */
function unchunkedHeaders(headers: WireRequest['headers']): WireRequest['headers'] {
  const encoding = headers['content-encoding']
  const decodedLength = headers['x-amz-decoded-content-length']
  if (!encoding?.includes('aws-chunked') && decodedLength === undefined) return headers
  const encodings = encoding
    ?.split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '' && name !== 'aws-chunked')
  return {
    ...headers,
    'content-encoding': encodings?.length ? encodings.join(',') : undefined,
    'content-length': decodedLength ?? headers['content-length'],
  }
}
