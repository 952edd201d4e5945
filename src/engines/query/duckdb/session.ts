import type { Clock } from '../../../base/clock.ts'
import { EngineError } from '../../../base/errors.ts'
import type { ExecuteOptions, JsonValue, QueryResult, QuerySession } from '../port.ts'
import type { ChildHandle } from './child-handle.ts'
import type { StatementResult } from './messages.ts'

const ROWS_MAX = 10_000
const INTERRUPT_INTERVAL_MS = 50
/** An interrupt is heard within milliseconds; a statement deaf to it costs the process its life. */
const INTERRUPT_GRACE_MS = 5_000

/** The server's side of a session. `onClosed` runs once, after the child has let go of it. */
export function createSession(
  child: ChildHandle,
  clock: Clock,
  onClosed: () => Promise<void>,
): QuerySession {
  let last: Promise<unknown> = Promise.resolve()
  let closed: Promise<void> | undefined

  /** One behind the other; a failure of one is its own caller's. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (closed !== undefined)
      return Promise.reject(new EngineError('unavailable', 'the session is closed'))
    const turn = last.then(work)
    last = turn.catch(() => undefined)
    return turn
  }

  async function execute(sql: string, options: ExecuteOptions): Promise<QueryResult> {
    const { signal, onProgress } = options
    if (signal?.aborted) throw new EngineError('timeout', 'the statement was cancelled')
    const running = child.request(
      {
        kind: 'execute',
        statement: {
          sql,
          parameters: options.parameters ?? [],
          rowsMax: options.rowsMax ?? ROWS_MAX,
          progress: onProgress !== undefined,
        },
      },
      onProgress,
    )
    const settled = new AbortController()
    const onAbort = () => void stop(child, clock, settled.signal)
    signal?.addEventListener('abort', onAbort, { once: true })
    try {
      return toResult(await running)
    } catch (error) {
      // AbortSignal's state is what counts: the interrupt may have ended the process itself.
      if (signal?.aborted) throw new EngineError('timeout', 'the statement was cancelled', error)
      throw error
    } finally {
      settled.abort()
      signal?.removeEventListener('abort', onAbort)
    }
  }

  async function close(): Promise<void> {
    if (child.alive) {
      const settled = new AbortController()
      const idle = last.finally(() => settled.abort())
      void stop(child, clock, settled.signal)
      await idle
      await child.request({ kind: 'close' }).catch(() => child.kill())
    }
    await onClosed()
  }

  return {
    execute: (sql, options = {}) => inTurn(() => execute(sql, options)),
    allow: (paths) =>
      inTurn(async () => {
        await child.request({ kind: 'allow', paths })
      }),
    close: () => {
      closed ??= close()
      return closed
    },
  }
}

/** Interrupts until the statement has settled: an interrupt before its begin would be forgotten. */
async function stop(child: ChildHandle, clock: Clock, settled: AbortSignal): Promise<void> {
  const untilMs = clock.monotonicMs() + INTERRUPT_GRACE_MS
  while (!settled.aborted) {
    if (clock.monotonicMs() > untilMs) return child.kill()
    child.interrupt()
    await clock.sleep(INTERRUPT_INTERVAL_MS, settled)
  }
}

function toResult(result: StatementResult | undefined): QueryResult {
  const { chunks, ...rest } = result ?? {
    chunks: [],
    columns: [],
    truncated: false,
    scannedBytes: 0,
  }
  return { ...rest, rows: chunks.flatMap((chunk) => JSON.parse(chunk) as JsonValue[][]) }
}
