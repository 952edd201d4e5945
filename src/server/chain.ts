import { Readable } from 'node:stream'
import type { Clock } from '../base/clock.ts'
import { hasErrorCode } from '../base/errors.ts'
import type { Logger } from '../base/logger.ts'
import type { Metrics } from '../base/metrics.ts'
import type { Random } from '../base/random.ts'
import type { Service } from '../wire/operation.ts'
import type { WireResponse } from '../wire/request.ts'
import type { Exchange } from './exchange.ts'
import { failureOf } from './failure.ts'
import type { Passage } from './passage.ts'
import { abortPassage, createPassage } from './passage.ts'

export interface ChainDeps {
  readonly answer: (passage: Passage) => Promise<WireResponse>
  /** Some of them are told of their requests. */
  readonly services: ReadonlyArray<Service>
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  readonly metrics: Metrics
}

export interface Chain {
  /** Answers the exchange, whatever happens; never throws. */
  handle(exchange: Exchange): void
  /** The requests under way, for the drain. */
  readonly active: ReadonlySet<Passage>
}

/** Around every request: its id, the one place that catches errors, the count of what was done. */
export function createChain(deps: ChainDeps): Chain {
  const { answer, clock, random, log, metrics } = deps
  const active = new Set<Passage>()
  const observe = createObservation(deps)

  function failed(passage: Passage, thrown: unknown): WireResponse {
    const { requestId, service, operation, dialect, gone } = passage
    const { error, unexpected } = failureOf(thrown, dialect)
    if (unexpected && !gone) {
      log.error({ requestId, service, operation, err: thrown }, 'a request failed')
    }
    passage.errorCode = error.code
    return passage.writeError(error, requestId)
  }

  /** A streamed answer can fail when its head is already out: all that is left is to tell of it. */
  function watch(passage: Passage, body: Readable, { headers }: WireResponse): void {
    passage.endless = headers['content-length'] === undefined
    body.once('error', (error) => {
      const { requestId, service, operation, gone } = passage
      if (gone || hasErrorCode(error, 'ERR_STREAM_PREMATURE_CLOSE')) return
      log.error({ requestId, service, operation, err: error }, 'an answer broke off')
    })
  }

  async function handle(exchange: Exchange): Promise<void> {
    const passage = createPassage(exchange, random.uuid(), clock.monotonicMs())
    let status = 0
    let answered: Answered | undefined
    active.add(passage)
    exchange.onClose((complete, sentBytes) => {
      active.delete(passage)
      if (!complete) abortPassage(passage)
      const ms = clock.monotonicMs() - passage.startedMs
      const outcome = complete ? String(status) : 'gone'
      count(metrics, passage, { status: outcome, seconds: ms / 1000, sentBytes })
      if (complete && answered) observe(passage, answered, { totalMs: ms, sentBytes })
      const { requestId, service, operation } = passage
      log.debug({ requestId, service, operation, status: outcome, ms }, 'answered')
    })
    let response: WireResponse
    try {
      response = await answer(passage)
    } catch (thrown) {
      response = failed(passage, thrown)
    }
    status = response.status
    answered = { response, turnAroundMs: clock.monotonicMs() - passage.startedMs }
    if (response.body instanceof Readable) watch(passage, response.body, response)
    exchange.send(response)
  }

  return {
    active,
    handle(exchange) {
      handle(exchange).catch((error: unknown) => {
        // Not even an error could be written: a bug of ours. A cut connection tells the client.
        log.error({ err: error }, 'an answer could not be written')
        exchange.abandon()
      })
    },
  }
}

interface Answered {
  readonly response: WireResponse
  readonly turnAroundMs: number
}

/** Tells the service of the request, if it wants to know. */
function createObservation({ services, clock }: Pick<ChainDeps, 'services' | 'clock'>) {
  const observers = new Map(services.map(({ name, observe }) => [name, observe]))
  return (
    { service, operation, exchange, asked, errorCode }: Passage,
    { response, turnAroundMs }: Answered,
    { totalMs, sentBytes }: { readonly totalMs: number; readonly sentBytes: number },
  ): void => {
    const observe = observers.get(service)
    if (!observe || !asked) return
    const { method, rawPath, rawQuery, headers } = exchange
    observe({
      ...asked,
      operation,
      method,
      target: rawQuery === '' ? rawPath : `${rawPath}?${rawQuery}`,
      requestHeaders: headers,
      responseHeaders: response.headers,
      status: response.status,
      errorCode,
      sentBytes,
      atMs: clock.wallMs() - totalMs,
      totalMs,
      turnAroundMs,
    })
  }
}

function count(
  metrics: Metrics,
  { exchange, service, operation }: Passage,
  done: { readonly status: string; readonly seconds: number; readonly sentBytes: number },
): void {
  const { status, seconds, sentBytes } = done
  metrics.record('headrace_requests_total', { service, operation, status }, 1)
  metrics.record('headrace_request_duration_seconds', { service, operation }, seconds)
  const receivedBytes = Number(exchange.headers['content-length'] ?? 0)
  if (receivedBytes > 0) metrics.record('headrace_received_bytes_total', { service }, receivedBytes)
  if (sentBytes > 0) metrics.record('headrace_sent_bytes_total', { service }, sentBytes)
}
