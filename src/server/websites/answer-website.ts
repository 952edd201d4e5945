import { Readable } from 'node:stream'
import { ServiceError } from '../../base/errors.ts'
import type { Service, WebSite, WebSiteRequest } from '../../wire/operation.ts'
import type { Wire, WireResponse } from '../../wire/request.ts'
import { anonymous } from '../authenticate.ts'
import type { Passage } from '../passage.ts'
import { setDialect } from '../passage.ts'
import type { Perform } from '../perform.ts'
import type { HeaderFields } from '../signature.ts'
import { errorPage } from './error-page.ts'

/** What a browser may ask for beside the path. */
const passedOn = [
  ...['host', 'referer', 'user-agent', 'range'],
  ...['if-match', 'if-none-match', 'if-modified-since', 'if-unmodified-since'],
]

/**
 * Shows a bucket as a web site: to anybody, and only what anybody may read.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/WebsiteHosting.html
 */
export function createWebsiteAnswer(deps: {
  readonly wire: Wire
  readonly services: ReadonlyMap<string, Service>
  readonly region: string
  readonly perform: Perform
}): (passage: Passage, bucket: string) => Promise<WireResponse> {
  const { wire, services, region, perform } = deps

  /** The object of the key, as an anonymous GET or HEAD is answered. Throws `ServiceError`. */
  async function show(passage: Passage, wanted: Wanted): Promise<WireResponse> {
    const { bucket, key, headers, method } = wanted
    const request = {
      method,
      rawPath: `/${bucket}/${encodedKey(key)}`,
      rawQuery: '',
      headers,
      stream: Readable.from([]),
      bytes: () => Promise.resolve(Buffer.alloc(0)),
    }
    const identified = await wire.identify(request, 's3')
    if (identified.kind === 'unknown') throw identified.error
    const caller = anonymous(headers, region)
    const call = { request: () => request, caller }
    const { response } = await perform(passage, identified.operation, call)
    const location = response.headers['x-amz-website-redirect-location']
    if (location === undefined) return response
    if (response.body instanceof Readable) response.body.destroy()
    return { status: 301, headers: { location, 'content-length': '0' } }
  }

  async function instead(
    passage: Passage,
    site: WebSite,
    wanted: Wanted & { readonly request: WebSiteRequest },
    error: ServiceError,
  ): Promise<WireResponse> {
    const { request, method } = wanted
    const { key } = request
    // AWS: a folder that was asked for without its slash.
    if (error.status !== 304 && key !== '' && !key.endsWith('/')) {
      const index = { ...wanted, method: 'HEAD', key: `${key}/${site.indexSuffix}` }
      const found = await orError(show(passage, index))
      if (!(found instanceof ServiceError)) return redirect(302, `/${encodedKey(key)}/`)
    }
    const turn = site.refused(request, error.status)
    if (turn) return redirect(turn.status, turn.location)
    const withBody = method !== 'HEAD'
    if (site.errorKey === undefined || error.status < 400) {
      return errorPage(error, passage.requestId, { withBody })
    }
    const { headers } = wanted
    const plain = { host: headers['host'], referer: headers['referer'] }
    const page = await orError(show(passage, { ...wanted, headers: plain, key: site.errorKey }))
    if (page instanceof ServiceError) {
      return errorPage(error, passage.requestId, { withBody, second: page })
    }
    return page.status === 200 ? { ...page, status: error.status } : page
  }

  return async (passage, bucket) => {
    const { exchange } = passage
    const { method, rawPath, secure } = exchange
    setDialect(passage, 's3')
    passage.service = 's3'
    passage.operation = 'GetWebsite'
    passage.writeError = (error, id) => errorPage(error, id, { withBody: method !== 'HEAD' })
    if (method !== 'GET' && method !== 'HEAD') throw notAllowed(method)
    const site = await services.get('s3')?.webSites?.find(bucket)
    if (!site) throw notAllowed(method)
    const headers: Record<string, string | undefined> = {}
    for (const name of passedOn) {
      if (exchange.headers[name] !== undefined) headers[name] = exchange.headers[name]
    }
    const host = headers['host'] ?? ''
    const key = decodedKey(rawPath)
    const request: WebSiteRequest = { host, protocol: secure ? 'https' : 'http', key }
    const turn = site.enter(request)
    if (turn) return redirect(turn.status, turn.location)
    const isFolder = key === '' || key.endsWith('/')
    const wanted = { bucket, headers, method, key: isFolder ? key + site.indexSuffix : key }
    const answer = await orError(show(passage, wanted))
    if (!(answer instanceof ServiceError)) return answer
    return instead(passage, site, { ...wanted, request }, answer)
  }
}

interface Wanted {
  readonly bucket: string
  readonly key: string
  readonly headers: HeaderFields
  readonly method: string
}

async function orError(answer: Promise<WireResponse>): Promise<WireResponse | ServiceError> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof ServiceError) return error
    throw error
  }
}

function redirect(status: number, location: string): WireResponse {
  return { status, headers: { location, 'content-length': '0' } }
}

function encodedKey(key: string): string {
  return key.split('/').map(encodeURIComponent).join('/')
}

function decodedKey(rawPath: string): string {
  try {
    return decodeURIComponent(rawPath.slice(1))
  } catch {
    throw new ServiceError('InvalidURI', "Couldn't parse the specified URI.")
  }
}

function notAllowed(method: string): ServiceError {
  return new ServiceError(
    'MethodNotAllowed',
    'The specified method is not allowed against this resource.',
    { status: 405, fields: { Method: method, ResourceType: 'OBJECT' } },
  )
}
