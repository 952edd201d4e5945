import type { Clock } from '../../../base/clock.ts'
import type { Logger } from '../../../base/logger.ts'
import type { Scope } from '../../../base/scope.ts'
import type { BackgroundWork } from '../../../engines/meta/background.ts'
import type { Connection, OAuthCredentials } from './connection.ts'
import { connectionArn } from './connection.ts'
import type { Connections } from './connections.ts'
import type { HttpAnswer } from './http-request.ts'
import { request } from './http-request.ts'

/** Tokens of OAuth connections, asked for with their client credentials. */
export interface AccessTokens {
  /** A token that is still good; rejects when the authorization endpoint gives none. */
  get(scope: Scope, connection: Connection, credentials: OAuthCredentials): Promise<string>
  /** After an endpoint has refused it. */
  forget(scope: Scope, connection: Connection): void
  /** Authorizes connections that wait for it. */
  readonly work: BackgroundWork
}

interface Token {
  readonly text: string
  readonly revision: number
  readonly untilMs: number
}

/** AWS: a token is renewed before it has ended. */
const MARGIN_MS = 30_000
const LIFETIME_DEFAULT_SECONDS = 3_600
const TOKENS_MAX = 10_000
const ATTEMPTS = 3
const REST_BETWEEN_ATTEMPTS_MS = 1_000
/** A connection that another node has taken in is seen after this long. */
const REST_MAX_MS = 1_000

/** The endpoint has spoken, and will say the same again. */
class Refusal extends Error {
  override readonly name = 'Refusal'
}

export function createAccessTokens(deps: {
  readonly connections: Connections
  readonly clock: Clock
  readonly log: Logger
}): AccessTokens {
  const { connections, clock, log } = deps
  const tokens = new Map<string, Token>()

  async function fetchToken(credentials: OAuthCredentials): Promise<Omit<Token, 'revision'>> {
    const answer = await request(clock, tokenRequest(credentials))
    if (answer.status >= 400 && answer.status < 500) throw new Refusal(refusalOf(answer))
    if (answer.status >= 300) throw new Error(refusalOf(answer))
    const { access_token: text, expires_in: lifetime } = readAnswer(answer.text)
    if (typeof text !== 'string' || text === '') {
      throw new Refusal('The authorization endpoint answered without an access_token.')
    }
    const seconds = Number(lifetime ?? LIFETIME_DEFAULT_SECONDS) || LIFETIME_DEFAULT_SECONDS
    return { text, untilMs: clock.wallMs() + seconds * 1_000 }
  }

  async function renew(scope: Scope, connection: Connection, credentials: OAuthCredentials) {
    const fresh = { ...(await fetchToken(credentials)), revision: connection.revision }
    if (tokens.size >= TOKENS_MAX) tokens.clear()
    tokens.set(connectionArn(scope, connection), fresh)
    return fresh.text
  }

  /** Why it failed; undefined when it did not. */
  async function authorize(scope: Scope, connection: Connection, signal: AbortSignal) {
    const auth = await connections.authOf(scope, connection)
    if (auth?.credentials.type !== 'OAUTH_CLIENT_CREDENTIALS') return 'There are no credentials.'
    for (let attempt = 1; ; attempt++) {
      try {
        await renew(scope, connection, auth.credentials)
        return undefined
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error)
        log.warn({ connection: connection.name, err: error }, 'a connection was not authorized')
        if (error instanceof Refusal || attempt === ATTEMPTS || signal.aborted) return reason
        await clock.sleep(REST_BETWEEN_ATTEMPTS_MS, signal)
      }
    }
  }

  return {
    async get(scope, connection, credentials) {
      const known = tokens.get(connectionArn(scope, connection))
      const isGood =
        known?.revision === connection.revision && known.untilMs - MARGIN_MS > clock.wallMs()
      if (isGood) return known.text
      try {
        return await renew(scope, connection, credentials)
      } catch (error) {
        // AWS: a connection whose token cannot be renewed loses its authorization.
        if (error instanceof Refusal) await connections.conclude(scope, connection, error.message)
        throw error
      }
    },
    forget: (scope, connection) => void tokens.delete(connectionArn(scope, connection)),
    work: {
      name: 'events/connections',
      async round(signal) {
        for await (const { scope, value } of connections.everywhere()) {
          if (value.state !== 'AUTHORIZING') continue
          const failure = await authorize(scope, value, signal)
          if (signal.aborted) return 0
          await connections.conclude(scope, value, failure)
        }
        await connections.wait(REST_MAX_MS, signal)
        return 0
      },
    },
  }
}

/** Client credentials by RFC 6749, 4.4, in the body; of a GET in the query. */
function tokenRequest({ endpoint, method, extras, ...client }: OAuthCredentials) {
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: client.clientId,
    client_secret: client.clientSecret,
  })
  for (const { key, value } of extras.body) form.set(key, value)
  const url = new URL(endpoint)
  for (const { key, value } of extras.query) url.searchParams.set(key, value)
  if (method === 'GET') for (const [key, value] of form) url.searchParams.set(key, value)
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    accept: 'application/json',
    'user-agent': 'Amazon/EventBridge/ApiDestinations',
    ...Object.fromEntries(extras.headers.map(({ key, value }) => [key.toLowerCase(), value])),
  }
  return { url, method, headers, body: Buffer.from(form.toString()) }
}

function readAnswer(text: string): Readonly<Record<string, unknown>> {
  try {
    const answer: unknown = JSON.parse(text)
    if (typeof answer === 'object' && answer !== null) return answer as Record<string, unknown>
  } catch {
    // Said below.
  }
  throw new Refusal('The authorization endpoint answered with what is no JSON.')
}

/** Never the answer itself: it may repeat what it was sent. */
function refusalOf({ status }: HttpAnswer): string {
  return `The authorization endpoint answered ${status}.`
}
