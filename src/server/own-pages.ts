import { ServiceError } from '../base/errors.ts'
import type { BrokerEntrance } from '../services/kafka/broker-entrance.ts'
import type { UnsignedPages } from '../services/sns/unsigned-pages.ts'
import type { Service } from '../wire/operation.ts'
import type { WireResponse } from '../wire/request.ts'
import type { Authenticator } from './authenticate.ts'
import type { Exchange } from './exchange.ts'
import type { PrometheusMetrics } from './metrics.ts'
import { parseSignature } from './signature.ts'

/** What a reset empties: one account in all its regions, or everything that is kept. */
export type ResetTarget = { readonly accountId: string } | 'everything'

export interface DamagedObject {
  readonly bucket: string
  readonly key: string
  /** Absent: the object, and not a version that is kept behind it. */
  readonly versionId?: string
  /** Of a part of an upload that is not completed. */
  readonly uploadId?: string
  readonly partNumber?: number
  /** Of the whole object. */
  readonly sizeBytes: number
  /** Of the blocks that are damaged. */
  readonly damagedBytes: number
}

/** What a part of a scrub has seen. */
export interface ScrubPage {
  readonly objects: number
  readonly bytes: number
  /** Older than sums: read, but compared with nothing. */
  readonly uncheckedBytes: number
  readonly damaged: ReadonlyArray<DamagedObject>
  /** Where the next page begins; absent behind the last. */
  readonly next?: string
}

export interface OwnPagesDeps {
  readonly version: string
  readonly services: ReadonlyArray<Service>
  readonly metrics: PrometheusMetrics
  readonly authenticator: Authenticator
  readonly reset: (target: ResetTarget) => Promise<void>
  /** Throws `ServiceError` when `after` is not the `next` of a page. */
  readonly scrub: (accountId: string, after?: string) => Promise<ScrubPage>
  readonly draining: () => boolean
  /** What a service shows without a signature: certificates, links of its messages. */
  readonly unsignedPages?: UnsignedPages
  /** Absent: there is no broker. */
  readonly broker?: Pick<BrokerEntrance, 'address'>
}

const anyService = { dialect: 'rest', rawPath: '', signingName: undefined } as const

/** The pages of Headrace itself, beside those of AWS: `/_headrace/…` and `/metrics`. */
export interface OwnPages {
  owns(exchange: Exchange): boolean
  /** For an exchange that it owns. Throws `ServiceError`. */
  answer(exchange: Exchange, bytes: () => Promise<Buffer>): Promise<WireResponse>
}

export function createOwnPages(deps: OwnPagesDeps): OwnPages {
  const { version, services, metrics, authenticator, reset, scrub, draining } = deps

  async function metricsPage(): Promise<WireResponse> {
    const body = await metrics.page()
    return { status: 200, headers: { 'content-type': metrics.contentType }, body }
  }

  function healthPage(): WireResponse {
    const state = draining() ? 'stopping' : 'running'
    const states = Object.fromEntries(services.map(({ name }) => [name, state]))
    const status = draining() ? 'stopping' : 'ok'
    const found = deps.broker?.address()
    const kafka = found && `${found.host}:${found.port}`
    return json(200, { status, version, services: states, ...(kafka && { kafka }) })
  }

  async function callerOf(exchange: Exchange, bytes: () => Promise<Buffer>): Promise<string> {
    const found = parseSignature(exchange.headers, exchange.rawQuery)
    return (await authenticator.authenticate(exchange, found, anyService, bytes)).accountId
  }

  /** `POST /_headrace/scrub` verifies a page of the caller's objects, the first without `?after=`. */
  async function scrubPage(exchange: Exchange, bytes: () => Promise<Buffer>) {
    const accountId = await callerOf(exchange, bytes)
    const after = /(?:^|&)after=([^&]*)/.exec(exchange.rawQuery)?.[1]
    return json(200, await scrub(accountId, after))
  }

  /** `POST /_headrace/reset` empties the caller's account, with `?scope=everything` all of them. */
  async function resetPage(exchange: Exchange, bytes: () => Promise<Buffer>) {
    const { rawQuery } = exchange
    const accountId = await callerOf(exchange, bytes)
    const scope = /(?:^|&)scope=([^&]*)/.exec(rawQuery)?.[1] ?? 'account'
    if (scope !== 'account' && scope !== 'everything') {
      throw new ServiceError('ValidationException', `scope '${scope}' is not account or everything`)
    }
    await reset(scope === 'everything' ? scope : { accountId })
    return json(200, scope === 'everything' ? { reset: scope } : { reset: scope, accountId })
  }

  return {
    owns({ method, rawPath, rawQuery, headers }) {
      if (rawPath.startsWith('/_headrace/')) return true
      // A bucket may be called `metrics`; whoever asks for it signs.
      if (headers['authorization'] !== undefined || !isRead(method)) return false
      if (deps.unsignedPages?.owns(rawPath, rawQuery)) return true
      return rawPath === '/metrics' && rawQuery === ''
    },
    async answer(exchange, bytes) {
      const { method, rawPath, rawQuery } = exchange
      if (isRead(method) && deps.unsignedPages?.owns(rawPath, rawQuery)) {
        const page = await deps.unsignedPages.answer(rawPath, rawQuery)
        return {
          status: page.status,
          headers: { 'content-type': page.contentType },
          body: page.body,
        }
      }
      if (rawPath === '/metrics') return metricsPage()
      if (rawPath === '/_headrace/health' && isRead(method)) return healthPage()
      if (rawPath === '/_headrace/reset' && method === 'POST') return resetPage(exchange, bytes)
      if (rawPath === '/_headrace/scrub' && method === 'POST') return scrubPage(exchange, bytes)
      return json(404, { code: 'NotFound', message: `There is no ${method} ${rawPath}.` })
    },
  }
}

function isRead(method: string): boolean {
  return method === 'GET' || method === 'HEAD'
}

export function json(status: number, content: unknown): WireResponse {
  const headers = { 'content-type': 'application/json' }
  return { status, headers, body: `${JSON.stringify(content)}\n` }
}
