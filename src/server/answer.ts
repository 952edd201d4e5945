import type { Readable } from 'node:stream'
import { ServiceError } from '../base/errors.ts'
import type { Logger } from '../base/logger.ts'
import type { Metrics } from '../base/metrics.ts'
import type { Config } from '../config.ts'
import type { BoundOperation, Proof, RequestContext, Service } from '../wire/operation.ts'
import type { Wire, WireOperation, WireRequest, WireResponse } from '../wire/request.ts'
import type { Authenticated, Authenticator } from './authenticate.ts'
import type { Body } from './body.ts'
import { createBody } from './body.ts'
import { decodedHeaders, planObjectBody } from './body-checks.ts'
import { createBufferPool } from './buffer-pool.ts'
import type { Dialect } from './dialect.ts'
import { dialectOf } from './dialect.ts'
import type { Exchange } from './exchange.ts'
import { notBuilt } from './failure.ts'
import { serverLimits } from './limits.ts'
import type { OwnPages } from './own-pages.ts'
import type { Passage } from './passage.ts'
import { objectRequestId, signalOf } from './passage.ts'
import { answerPreflight, isPreflight } from './preflight.ts'
import { presignedHeaders } from './presigned.ts'
import type { FoundSignature, HeaderFields } from './signature.ts'
import { parseSignature } from './signature.ts'
import { bucketOfHost } from './virtual-host.ts'

export interface AnswerDeps {
  readonly config: Pick<Config, 'bodyMax' | 'host'>
  readonly wire: Wire
  readonly services: ReadonlyArray<Service>
  readonly authenticator: Authenticator
  readonly ownPages: OwnPages
  readonly log: Logger
  readonly metrics: Metrics
}

/**
 * The steps of every request: identify, authenticate, refuse what is not built, read the input, run,
 * write the output. Writes into the passage what it learns, so that a failure is answered in the
 * protocol of the caller.
 */
export function createAnswer(deps: AnswerDeps): (passage: Passage) => Promise<WireResponse> {
  const { config, wire, authenticator, ownPages, log } = deps
  const services = new Map(deps.services.map((service) => [service.name, service]))
  const refuse = createRefusal(deps.metrics)
  const pool = createBufferPool({
    sizeMax: serverLimits.pooledBodyMax,
    idleMax: serverLimits.idleBodiesMax,
  })
  const heldMax = serverLimits.heldBodiesMax
  const memory = { sizeMax: config.bodyMax, heldMax, heldBytes: 0, pool }

  return async (passage) => {
    const { exchange } = passage
    const { headers, rawQuery } = exchange
    const body = createBody(exchange, memory)
    const bytes = () => body.bytes()
    if (ownPages.owns(exchange)) {
      passage.service = 'headrace'
      return ownPages.answer(exchange, bytes)
    }
    const found = parseSignature(headers, rawQuery)
    if (isPreflight(exchange)) {
      setDialect(passage, 's3')
      const rawPath = pathOf(exchange, signingNameOf(found) ?? 's3', config.host)
      return answerPreflight(passage, rawPath, { wire, service: services.get('s3') })
    }
    const signingName = signingNameOf(found)
    setDialect(passage, dialectOf(signingName, headers))
    const rawPath = pathOf(exchange, signingName, config.host)
    const seen = isPresignedObject(found) ? presignedHeaders(headers, rawQuery) : headers
    const request = new RequestOfExchange(exchange, rawPath, seen, body)
    const identified = await wire.identify(request, signingName)
    if (identified.kind === 'unknown') {
      passage.writeError = (error, id) => identified.writeError(error, id)
      throw identified.error
    }
    const { operation } = identified
    const dialect = dialectOf(operation.service, headers)
    setDialect(passage, dialect)
    passage.service = operation.service
    passage.operation = operation.operation
    const service = services.get(operation.service)
    const shared = await crossOriginHeaders(service, exchange, rawPath)
    passage.writeError = (error, id) => withHeaders(operation.writeError(error, id), shared)

    const caller = await authenticator.authenticate(
      exchange,
      found,
      {
        dialect,
        rawPath,
        signingName: operation.signingName,
        takesAnonymous: service?.authorize !== undefined,
      },
      bytes,
    )
    const bound = service?.operations.get(operation.operation)
    if (!bound) throw refuse.operation(operation, dialect)
    const checked = dialect === 's3' ? objectRequest(exchange, request, body, caller) : request
    const input = await operation.readInput(checked)
    refuse.members(bound, operation, input, dialect)
    const context = new ContextOfPassage(passage, caller, checked.headers, log)
    const accountId = await service?.authorize?.(bound.name, input, context)
    const acting =
      accountId === undefined || accountId === caller.accountId
        ? context
        : new ContextOfPassage(passage, { ...caller, accountId }, checked.headers, log)
    const output = await bound.run(input, acting)
    const response = withHeaders(operation.writeOutput(output, passage.requestId), shared)
    if (bound.keepsNoInput) body.release()
    return response
  }
}

async function crossOriginHeaders(
  service: Service | undefined,
  { headers, method }: Exchange,
  rawPath: string,
): Promise<Readonly<Record<string, string>> | undefined> {
  const origin = headers['origin']
  if (origin === undefined || !service?.crossOrigin) return undefined
  return service.crossOrigin.headers({ rawPath, origin, method })
}

function withHeaders(
  response: WireResponse,
  headers: Readonly<Record<string, string>> | undefined,
): WireResponse {
  return headers ? { ...response, headers: { ...response.headers, ...headers } } : response
}

function signingNameOf(found: FoundSignature): string | undefined {
  if (found.reason === 'signed') return found.signature.service
  return found.reason === 'signed-v2' ? 's3' : undefined
}

function isPresignedObject(found: FoundSignature): boolean {
  if (found.reason === 'signed-v2') return true
  return found.reason === 'signed' && found.signature.presigned && found.signature.service === 's3'
}

function setDialect(passage: Passage, dialect: Dialect): void {
  if (dialect === 's3') passage.requestId = objectRequestId(passage.requestId)
  passage.dialect = dialect
}

/** Refusals by name, counted, so that one sees what callers miss. */
function createRefusal(metrics: Metrics) {
  const count = ({ service, operation }: WireOperation) =>
    metrics.record('headrace_unsupported_total', { service, operation }, 1)
  return {
    operation(operation: WireOperation, dialect: Dialect): ServiceError {
      count(operation)
      return notBuilt(
        dialect,
        `The operation ${operation.operation} of ${operation.service} is not built into this version of Headrace.`,
      )
    },
    members(
      { refuses }: BoundOperation,
      operation: WireOperation,
      input: unknown,
      dialect: Dialect,
    ): void {
      const members = input as Readonly<Record<string, unknown>>
      const refused = refuses.filter((name) => hasEffect(members[name]))
      if (refused.length === 0) return
      count(operation)
      throw notBuilt(
        dialect,
        `${operation.operation}: ${refused.join(', ')} is not supported by this version of Headrace. Nothing was done.`,
      )
    },
  }
}

/** For S3: the path in path style, whatever host name the client used. */
function pathOf(exchange: Exchange, signingName: string | undefined, listenHost: string): string {
  const host = exchange.headers['host'] ?? ''
  const isObjects = signingName === 's3' || (signingName === undefined && /\.s3[.-]/i.test(host))
  const bucket = isObjects ? bucketOfHost(host, listenHost) : undefined
  return bucket === undefined ? exchange.rawPath : `/${bucket}${exchange.rawPath}`
}

/**
 * Two classes instead of object literals: a getter in a literal gives every object a hidden class of
 * its own, which only a full garbage collection takes back (measured: 20 us a request).
 */
class RequestOfExchange implements WireRequest {
  readonly method: string
  readonly rawPath: string
  readonly rawQuery: string
  readonly headers: HeaderFields
  readonly #body: Body

  constructor({ method, rawQuery }: Exchange, rawPath: string, headers: HeaderFields, body: Body) {
    this.method = method
    this.rawPath = rawPath
    this.rawQuery = rawQuery
    this.headers = headers
    this.#body = body
  }

  get stream(): Readable {
    return this.#body.stream()
  }

  bytes(): Promise<Buffer> {
    return this.#body.bytes()
  }
}

/** An S3 request whose body is compared with what its head says of it. */
function objectRequest(
  exchange: Exchange,
  request: WireRequest,
  body: Body,
  caller: Authenticated,
): WireRequest {
  const { headers, rawPath } = request
  const streamed = caller.payload.startsWith('STREAMING-')
  if (!streamed && headers['transfer-encoding'] !== undefined) {
    // AWS: S3 takes a body of unknown length only in aws-chunked encoding.
    throw new ServiceError(
      'NotImplemented',
      'A header you provided implies functionality that is not implemented',
      { status: 501, fields: { Header: 'Transfer-Encoding' } },
    )
  }
  body.expect(planObjectBody(exchange, caller))
  if (!streamed) return request
  return new RequestOfExchange(exchange, rawPath, decodedHeaders(headers), body)
}

/** False for values that ask for nothing: `false`, an empty text, list or map. */
function hasEffect(value: unknown): boolean {
  if (value === undefined || value === null || value === false || value === '') return false
  if (Array.isArray(value)) return value.length > 0
  return typeof value !== 'object' || value instanceof Uint8Array || Object.keys(value).length > 0
}

/** `signal` and `log` are made when asked for: most operations want neither, and both cost. */
class ContextOfPassage implements RequestContext {
  readonly accountId: string
  readonly region: string
  readonly accessKeyId: string
  readonly callerArn: string
  readonly proof: Proof | undefined
  readonly requestId: string
  readonly headers: HeaderFields
  readonly sourceAddress: string
  readonly endpoint: string
  readonly #passage: Passage
  readonly #log: Logger

  constructor(passage: Passage, caller: Authenticated, headers: HeaderFields, log: Logger) {
    const { exchange, requestId } = passage
    this.accountId = caller.accountId
    this.region = caller.region
    this.accessKeyId = caller.accessKeyId
    this.callerArn = caller.callerArn
    this.proof = caller.proof
    this.requestId = requestId
    this.headers = headers
    this.sourceAddress = exchange.sourceAddress
    this.endpoint = `${exchange.secure ? 'https' : 'http'}://${headers['host'] ?? ''}`
    this.#passage = passage
    this.#log = log
  }

  get signal(): AbortSignal {
    return signalOf(this.#passage)
  }

  get log(): Logger {
    const { requestId, service, operation } = this.#passage
    return this.#log.child({ requestId, service, operation })
  }
}
