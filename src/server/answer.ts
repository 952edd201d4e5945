import type { Readable } from 'node:stream'
import type { Clock } from '../base/clock.ts'
import { ServiceError } from '../base/errors.ts'
import type { Logger } from '../base/logger.ts'
import type { Metrics } from '../base/metrics.ts'
import type { Config } from '../config.ts'
import type { Service } from '../wire/operation.ts'
import type { Wire, WireRequest, WireResponse } from '../wire/request.ts'
import type { Authenticated, Authenticator } from './authenticate.ts'
import type { Body } from './body.ts'
import { createBody } from './body.ts'
import { decodedHeaders, planObjectBody } from './body-checks.ts'
import { createBufferPool } from './buffer-pool.ts'
import { crossOriginHeaders, withHeaders } from './cross-origin-headers.ts'
import { dialectOf } from './dialect.ts'
import type { Exchange } from './exchange.ts'
import { createFormAnswer } from './forms/answer-form.ts'
import { isForm } from './forms/form-upload.ts'
import { serverLimits } from './limits.ts'
import type { OwnPages } from './own-pages.ts'
import type { Passage } from './passage.ts'
import { setDialect } from './passage.ts'
import { createPerform } from './perform.ts'
import { answerPreflight, isPreflight } from './preflight.ts'
import { presignedHeaders } from './presigned.ts'
import type { FoundSignature, HeaderFields } from './signature.ts'
import { parseSignature } from './signature.ts'
import { bucketOfHost, websiteOfHost } from './virtual-host.ts'
import { createWebsiteAnswer } from './websites/answer-website.ts'

export interface AnswerDeps {
  readonly config: Pick<Config, 'bodyMax' | 'host' | 'region'>
  readonly wire: Wire
  readonly services: ReadonlyArray<Service>
  readonly authenticator: Authenticator
  readonly ownPages: OwnPages
  readonly clock: Clock
  readonly log: Logger
  readonly metrics: Metrics
}

/**
 * The steps of every request: identify, authenticate, refuse what is not built, read the input, run,
 * write the output. Writes into the passage what it learns, so that a failure is answered in the
 * protocol of the caller.
 */
export function createAnswer(deps: AnswerDeps): (passage: Passage) => Promise<WireResponse> {
  const { config, wire, authenticator, ownPages } = deps
  const services = new Map(deps.services.map((service) => [service.name, service]))
  const perform = createPerform({ services, log: deps.log, metrics: deps.metrics })
  const answerWebsite = createWebsiteAnswer({ wire, services, perform, region: config.region })
  const answerForm = createFormAnswer({ ...deps, services, perform })
  const pool = createBufferPool({
    sizeMax: serverLimits.pooledBodyMax,
    idleMax: serverLimits.idleBodiesMax,
  })
  const heldMax = serverLimits.heldBodiesMax
  const memory = { sizeMax: config.bodyMax, heldMax, heldBytes: 0, pool }

  async function answerOperation(passage: Passage, found: FoundSignature, rawPath: string) {
    const { exchange } = passage
    const { headers, rawQuery } = exchange
    const body = createBody(exchange, memory)
    const bytes = () => body.bytes()
    const seen = isPresignedObject(found) ? presignedHeaders(headers, rawQuery) : headers
    const request = new RequestOfExchange(exchange, rawPath, seen, body)
    const identified = await wire.identify(request, signingNameOf(found))
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
    const takesAnonymous = service?.authorize !== undefined
    const wanted = { dialect, rawPath, signingName: operation.signingName, takesAnonymous }
    const caller = await authenticator.authenticate(exchange, found, wanted, bytes)
    let checked: WireRequest | undefined
    const { response, keepsNoInput } = await perform(passage, operation, {
      request() {
        checked ??= dialect === 's3' ? objectRequest(exchange, request, body, caller) : request
        return checked
      },
      caller,
    })
    if (keepsNoInput) body.release()
    return withHeaders(response, shared)
  }

  return async (passage) => {
    const { exchange } = passage
    const { headers, rawQuery } = exchange
    if (ownPages.owns(exchange)) {
      passage.service = 'headrace'
      const body = createBody(exchange, memory)
      return ownPages.answer(exchange, () => body.bytes())
    }
    const site = websiteOfHost(headers['host'] ?? '')
    if (site !== undefined) return answerWebsite(passage, site)
    const found = parseSignature(headers, rawQuery)
    if (isPreflight(exchange)) {
      setDialect(passage, 's3')
      const rawPath = pathOf(exchange, signingNameOf(found) ?? 's3', config.host)
      return answerPreflight(passage, rawPath, { wire, service: services.get('s3') })
    }
    const signingName = signingNameOf(found)
    setDialect(passage, dialectOf(signingName, headers))
    const rawPath = pathOf(exchange, signingName, config.host)
    const formPath = exchange.method === 'POST' ? pathOf(exchange, 's3', config.host) : rawPath
    if (services.has('s3') && isForm(exchange, formPath, found)) {
      setDialect(passage, 's3')
      return answerForm(passage, formPath)
    }
    return answerOperation(passage, found, rawPath)
  }
}

function signingNameOf(found: FoundSignature): string | undefined {
  if (found.reason === 'signed') return found.signature.service
  return found.reason === 'signed-v2' ? 's3' : undefined
}

function isPresignedObject(found: FoundSignature): boolean {
  if (found.reason === 'signed-v2') return true
  return found.reason === 'signed' && found.signature.presigned && found.signature.service === 's3'
}

/** For S3: the path in path style, whatever host name the client used. */
function pathOf(exchange: Exchange, signingName: string | undefined, listenHost: string): string {
  const host = exchange.headers['host'] ?? ''
  const isObjects = signingName === 's3' || (signingName === undefined && /\.s3[.-]/i.test(host))
  const bucket = isObjects ? bucketOfHost(host, listenHost) : undefined
  return bucket === undefined ? exchange.rawPath : `/${bucket}${exchange.rawPath}`
}

/** A class for the reason that `ContextOfPassage` is one. */
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
