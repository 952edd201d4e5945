import type { Clock } from '../../../base/clock.ts'

export interface HttpRequest {
  readonly url: URL
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Uint8Array
}

export interface HttpAnswer {
  readonly status: number
  readonly retryAfter: string | null
  /** The beginning of it. */
  readonly text: string
}

/** User Guide, API destinations: how long an endpoint may take. */
const TIMEOUT_MS = 5_000
const ANSWER_BYTES_MAX = 64 * 1024

/** Sends one request; a redirect is an answer like any other. Rejects when none comes in time. */
export async function request(
  clock: Clock,
  { url, method, headers, body }: HttpRequest,
): Promise<HttpAnswer> {
  const late = new AbortController()
  const ended = new AbortController()
  const overdue = clock.sleep(TIMEOUT_MS, ended.signal).then(() => late.abort())
  try {
    const hasBody = body !== undefined && method !== 'GET' && method !== 'HEAD'
    const answer = await fetch(url, {
      ...{ method, headers, redirect: 'manual', signal: late.signal },
      ...(hasBody && { body: Buffer.from(body) }),
    })
    const text = await beginningOf(answer)
    return { status: answer.status, retryAfter: answer.headers.get('retry-after'), text }
  } catch (error) {
    const { origin } = url
    if (late.signal.aborted && !ended.signal.aborted) {
      throw new Error(`${origin} did not answer within ${TIMEOUT_MS} ms`, { cause: error })
    }
    throw new Error(`${origin} could not be reached`, { cause: error })
  } finally {
    ended.abort()
    await overdue
  }
}

async function beginningOf({ body }: Response): Promise<string> {
  if (!body) return ''
  const chunks: Uint8Array[] = []
  let bytes = 0
  // Leaving the loop ends the rest of the answer.
  for await (const chunk of body) {
    chunks.push(chunk)
    bytes += chunk.byteLength
    if (bytes >= ANSWER_BYTES_MAX) break
  }
  return Buffer.concat(chunks).subarray(0, ANSWER_BYTES_MAX).toString('utf8')
}
