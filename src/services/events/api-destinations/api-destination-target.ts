import type { Clock } from '../../../base/clock.ts'
import { parseDateMs } from '../../../base/clock.ts'
import { ServiceError } from '../../../base/errors.ts'
import type { EventTarget, TargetEvent } from '../../../base/event-target.ts'
import { TryLater } from '../../../base/event-target.ts'
import type { Scope } from '../../../base/scope.ts'
import type { AccessTokens } from './access-tokens.ts'
import type { ApiDestination, ApiDestinations } from './api-destinations.ts'
import type { Connection, ConnectionAuth, Credentials } from './connection.ts'
import type { Connections } from './connections.ts'
import type { HttpAnswer, HttpRequest } from './http-request.ts'
import { request } from './http-request.ts'
import { createRateLimiter } from './rate-limiter.ts'

interface TargetDeps {
  readonly apiDestinations: ApiDestinations
  readonly connections: Connections
  readonly tokens: AccessTokens
  readonly clock: Clock
}

/** API destinations as targets: each event is one request, at most so many a second. */
export function createApiDestinationTarget(deps: TargetDeps): EventTarget {
  const { apiDestinations, connections, tokens, clock } = deps
  const limiter = createRateLimiter(clock)
  const judge = createJudgement(deps)

  async function find(scope: Scope, arn: string): Promise<ApiDestination> {
    const found = await apiDestinations.findByArn(scope, arn)
    if (!found) throw new ServiceError('NO_RESOURCE', `${arn} does not exist.`, { status: 404 })
    return found
  }

  return {
    service: 'api-destination',
    async validate(arn, { scope }) {
      await find(scope, arn)
    },
    async deliver(arn, event, { scope }) {
      const destination = await find(scope, arn)
      const connection = await connections.findByArn(scope, destination.connectionArn)
      const auth = connection && (await connections.authOf(scope, connection))
      if (!connection || !auth || connection.state !== 'AUTHORIZED') {
        throw new Error(`The connection of ${arn} is not authorized`)
      }
      const waitMs = limiter.enter(arn, event.http?.deliveryId ?? '', destination.perSecondMax)
      if (waitMs > 0) throw new TryLater('The invocation rate of the API destination', waitMs)
      const { credentials } = auth
      const token =
        credentials.type === 'OAUTH_CLIENT_CREDENTIALS'
          ? await tokens.get(scope, connection, credentials)
          : undefined
      const answer = await request(clock, requestOf(destination, event, auth, token))
      await judge(scope, connection, answer)
    },
  }
}

/** User Guide, API destinations: what is tried again, and what an answer says of the connection. */
function createJudgement({ connections, tokens, clock }: TargetDeps) {
  return async (scope: Scope, connection: Connection, answer: HttpAnswer): Promise<void> => {
    const { status } = answer
    if (status >= 200 && status < 300) return
    const message = `The endpoint answered ${status}`
    if (status === 401 || status === 407) {
      if (connection.type === 'OAUTH_CLIENT_CREDENTIALS') tokens.forget(scope, connection)
      else await connections.conclude(scope, connection, `${message}.`)
      throw new Error(message)
    }
    if (status !== 409 && status !== 429 && status < 500) {
      throw new ServiceError('SDK_CLIENT_ERROR', message, { status: 400 })
    }
    const restMs = retryAfterMs(answer.retryAfter, clock.wallMs())
    throw restMs === undefined ? new Error(message) : new TryLater(message, restMs, 'counted')
  }
}

/** Seconds or a date. */
function retryAfterMs(text: string | null, nowMs: number): number | undefined {
  if (text === null) return undefined
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1_000
  const atMs = parseDateMs(text)
  return atMs === undefined ? undefined : Math.max(atMs - nowMs, 0)
}

function requestOf(
  { endpoint, method }: ApiDestination,
  { body, http }: TargetEvent,
  { credentials, extras }: ConnectionAuth,
  token: string | undefined,
): HttpRequest {
  const values = [...(http?.pathValues ?? [])]
  const url = new URL(endpoint.replaceAll('*', () => encodeURIComponent(values.shift() ?? '')))
  // AWS: where both say something, the connection has its way.
  const query = { ...http?.query, ...toRecord(extras.query) }
  for (const [key, value] of Object.entries(query)) url.searchParams.set(key, value)
  const headers: Record<string, string> = {
    'content-type': 'application/json; charset=utf-8',
    ...allowed({ ...http?.headers, ...toRecord(extras.headers) }),
    'user-agent': 'Amazon/EventBridge/ApiDestinations',
    range: 'bytes=0-1048575',
    ...authorizationOf(credentials, token),
  }
  return { url, method, headers, body: withExtras(body, toRecord(extras.body)) }
}

function authorizationOf(credentials: Credentials, token = ''): Readonly<Record<string, string>> {
  switch (credentials.type) {
    case 'API_KEY':
      return { [credentials.name.toLowerCase()]: credentials.value }
    case 'BASIC': {
      const text = `${credentials.username}:${credentials.password}`
      return { authorization: `Basic ${Buffer.from(text).toString('base64')}` }
    }
    default:
      return { authorization: `Bearer ${token}` }
  }
}

function toRecord(extras: ConnectionAuth['extras']['headers']): Readonly<Record<string, string>> {
  return Object.fromEntries(extras.map(({ key, value }) => [key, value]))
}

/** AWS: headers of the transport itself are not taken over (User Guide, "Headers included"). */
const OF_TRANSPORT =
  /^(accept-encoding|connection|content-encoding|content-length|content-md5|date|expect|forwarded|host|keep-alive|max-forwards|proxy-.*|range|te|trailer|transfer-encoding|upgrade|user-agent|via)$/

function allowed(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const lower = Object.entries(headers).map(([key, value]) => [key.toLowerCase(), value] as const)
  return Object.fromEntries(lower.filter(([key]) => !OF_TRANSPORT.test(key)))
}

/** Body parameters of a connection go into events that are JSON objects. */
function withExtras(body: Uint8Array, extras: Readonly<Record<string, string>>): Uint8Array {
  if (Object.keys(extras).length === 0) return body
  try {
    const event: unknown = JSON.parse(Buffer.from(body).toString('utf8'))
    if (typeof event !== 'object' || event === null || Array.isArray(event)) return body
    return Buffer.from(JSON.stringify({ ...event, ...extras }))
  } catch {
    return body
  }
}
