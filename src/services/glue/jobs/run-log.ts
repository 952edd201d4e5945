import type { Clock } from '../../../base/clock.ts'
import type { Logger } from '../../../base/logger.ts'
import type { Scope } from '../../../base/scope.ts'
import type { LogEvent, LogWriter } from '../../logs/log-groups.ts'

/** What a run prints, on its way to its two log streams. */
export interface RunLog {
  /**
   * Answers a promise when much is waiting to be written: the script's output is to be held back.
   */
  add(line: string, stream: 'stdout' | 'stderr'): Promise<void> | undefined
  /** Writes what has come until now; again and again while the run goes on. */
  flush(): Promise<void>
  /** The last lines of stderr. */
  lastErrors(): ReadonlyArray<string>
}

const PENDING_LENGTH_MAX = 1024 * 1024
const ERRORS_KEPT = 200
const BATCH = 1000

/** A log that cannot be written does not fail the run: the server's own log tells of it. */
export function createRunLog(
  deps: { readonly logs: LogWriter; readonly clock: Clock; readonly log: Logger },
  scope: Scope,
  group: string,
  stream: string,
): RunLog {
  const { logs, clock, log } = deps
  const pending = { stdout: [] as LogEvent[], stderr: [] as LogEvent[] }
  let pendingLength = 0
  let errors: string[] = []
  let writing = Promise.resolve()

  async function write(kind: 'stdout' | 'stderr') {
    const events = pending[kind]
    pending[kind] = []
    const target = { group: `${group}/${kind === 'stdout' ? 'output' : 'error'}`, stream }
    for (let at = 0; at < events.length; at += BATCH) {
      try {
        await logs.append(scope, target, events.slice(at, at + BATCH))
      } catch (error) {
        log.error({ err: error, ...target }, 'the log of a job run was not written')
      }
    }
  }

  function flush() {
    writing = writing.then(async () => {
      pendingLength = 0
      await write('stdout')
      await write('stderr')
    })
    return writing
  }

  return {
    flush,
    add(line, kind) {
      if (kind === 'stderr') errors = [...errors.slice(1 - ERRORS_KEPT), line]
      pending[kind].push({ timestampMs: clock.wallMs(), message: line })
      pendingLength += line.length
      return pendingLength > PENDING_LENGTH_MAX ? flush() : undefined
    },
    lastErrors: () => errors,
  }
}
