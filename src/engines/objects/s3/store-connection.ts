import type { ClientRequest, IncomingMessage } from 'node:http'
import { Agent as HttpAgent, request as httpRequest } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import type { Clock } from '../../../base/clock.ts'
import type { Random } from '../../../base/random.ts'
import type { BucketUrl } from './bucket-url.ts'
import { remoteLimits } from './limits.ts'
import type { StoreCredentials } from './request-signer.ts'
import { createRequestSigner } from './request-signer.ts'
import { asEngineError, errorWithin, failureOf, isPassing, StoreFailure } from './store-failure.ts'

export interface StoreRequest {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE'
  /** Below the prefix; letters, digits, `/`, `.`, `-`, `_` only. Absent: the bucket. */
  readonly key?: string
  readonly query?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: ReadonlyArray<Uint8Array>
}

export interface StoreAnswer {
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
}

/** An answer whose body is still to be read, or to be destroyed. */
export interface OpenedAnswer {
  readonly message: IncomingMessage
  /**
   * Destroys the message when the store is silent for too long while `work` waits for it. At other
   * times it may be silent: a slow reader is not its fault.
   */
  whileWaiting<T>(work: () => Promise<T>): Promise<T>
}

/**
 * Signed requests to one bucket over kept connections. What may go better the next time (no answer,
 * 5xx, SlowDown) is tried again with growing rests; then it rejects with `EngineError('unavailable')`,
 * or with `not-found` or `full` when the store says so.
 */
export interface StoreConnection {
  /** The whole answer. */
  exchange(request: StoreRequest): Promise<StoreAnswer>
  /** An answer of status 2xx. */
  open(request: StoreRequest): Promise<OpenedAnswer>
  /** Tries again, as `exchange` does, what throws a `StoreFailure` that passes. */
  persist<T>(what: string, attempt: () => Promise<T>): Promise<T>
  close(): void
}

export function createStoreConnection(deps: {
  readonly url: BucketUrl
  readonly credentials: StoreCredentials
  readonly clock: Clock
  readonly random: Random
}): StoreConnection {
  const { url, credentials, clock, random } = deps
  const { endpoint, prefix } = url
  const sign = createRequestSigner(credentials, url.region, clock)
  const isPlain = endpoint.protocol === 'http:'
  const send = isPlain ? httpRequest : httpsRequest
  const readers = createAgent(isPlain, remoteLimits.readConnectionsMax)
  const others = createAgent(isPlain, remoteLimits.connectionsMax)
  let isClosed = false

  function begin(request: StoreRequest, agent: HttpAgent): Promise<OpenedAnswer> {
    const { method, key, body = [] } = request
    const path = key === undefined ? url.path : url.path + prefix + key
    const query = queryOf(request.query ?? {})
    const length = body.reduce((sum, { length: one }) => sum + one, 0)
    const hasBody = method === 'PUT' || method === 'POST'
    const headers = sign({
      method,
      host: endpoint.host,
      path,
      query,
      headers: { ...request.headers, ...(hasBody && { 'content-length': String(length) }) },
    })
    return new Promise((resolve, reject) => {
      const outgoing = send({
        agent,
        method,
        host: endpoint.hostname.replace(/[[\]]/g, ''),
        port: endpoint.port || undefined,
        path: query ? `${path}?${query}` : path,
        headers,
      })
      const silence = createSilence(outgoing)
      silence.begin()
      outgoing.once('response', (message) => {
        silence.end()
        resolve({ message, whileWaiting: silence.whileWaiting })
      })
      outgoing.on('error', (error) => reject(new StoreFailure(error.message, { cause: error })))
      outgoing.cork()
      for (const part of body) outgoing.write(part)
      outgoing.end()
    })
  }

  async function attempt(request: StoreRequest): Promise<StoreAnswer> {
    const answer = await begin(request, others)
    const body = await bodyOf(answer)
    const { headers, statusCode: status = 0 } = answer.message
    if (status < 200 || status > 299) throw failureOf(status, body)
    const failure = errorWithin(body)
    if (failure) throw failure
    return { headers, body }
  }

  async function attemptToOpen(request: StoreRequest): Promise<OpenedAnswer> {
    const answer = await begin(request, readers)
    const { statusCode: status = 0 } = answer.message
    if (status < 200 || status > 299) throw failureOf(status, await bodyOf(answer))
    return answer
  }

  async function persist<T>(what: string, work: () => Promise<T>): Promise<T> {
    const beganMs = clock.monotonicMs()
    let restMs: number = remoteLimits.backOffFirstMs
    for (let count = 1; ; count++) {
      try {
        return await work()
      } catch (error) {
        if (!(error instanceof StoreFailure)) throw error
        const isOver = isClosed || clock.monotonicMs() - beganMs > remoteLimits.patienceMs
        if (count === remoteLimits.attemptsMax || isOver || !isPassing(error)) {
          throw asEngineError(what, error)
        }
      }
      await clock.sleep(restMs * (0.5 + random.unit() / 2))
      restMs = Math.min(restMs * 2, remoteLimits.backOffMsMax)
    }
  }

  return {
    exchange: (request) => persist(nameOf(request), () => attempt(request)),
    open: (request) => persist(nameOf(request), () => attemptToOpen(request)),
    persist,
    close() {
      isClosed = true
      readers.destroy()
      others.destroy()
    },
  }
}

function createAgent(isPlain: boolean, maxSockets: number): HttpAgent {
  const options = { keepAlive: true, maxSockets, maxFreeSockets: 64 }
  return isPlain ? new HttpAgent(options) : new HttpsAgent(options)
}

function nameOf({ method, key, query }: StoreRequest): string {
  const parameters = Object.keys(query ?? {}).join('&')
  return `${method} ${key ?? 'the bucket'}${parameters && `?${parameters}`}`
}

function queryOf(query: Readonly<Record<string, string>>): string {
  return Object.keys(query)
    .sort()
    .map((name) => `${encode(name)}=${encode(query[name] ?? '')}`)
    .join('&')
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

/** Ends a request whose other side says nothing for too long, while that matters. */
function createSilence(outgoing: ClientRequest) {
  const onSilence = () => outgoing.destroy(new Error('it is silent'))
  const begin = () => {
    outgoing.setTimeout(remoteLimits.silenceMsMax)
    outgoing.on('timeout', onSilence)
  }
  const end = () => void outgoing.off('timeout', onSilence)
  return {
    begin,
    end,
    async whileWaiting<T>(work: () => Promise<T>): Promise<T> {
      begin()
      try {
        return await work()
      } finally {
        end()
      }
    },
  }
}

/** Rejects with a `StoreFailure` when it ends early, falls silent, or is longer than allowed. */
async function bodyOf({ message, whileWaiting }: OpenedAnswer): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  try {
    await whileWaiting(async () => {
      for await (const chunk of message as AsyncIterable<Buffer>) {
        length += chunk.length
        if (length > remoteLimits.answerBytesMax) throw new Error('its answer is too long')
        chunks.push(chunk)
      }
    })
  } catch (error) {
    throw brokenOff(error)
  }
  return Buffer.concat(chunks)
}

export function brokenOff(error: unknown): StoreFailure {
  const text = error instanceof Error ? error.message : 'its answer broke off'
  return new StoreFailure(text, { cause: error })
}
