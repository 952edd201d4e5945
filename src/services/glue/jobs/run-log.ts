import type { Clock } from '../../../base/clock.ts'
import type { Logger } from '../../../base/logger.ts'
import type { Scope } from '../../../base/scope.ts'
import type { LogEvent, LogWriter } from '../../logs/log-groups.ts'

/** What a run prints, on its way to its two log streams. */
export interface RunLog {
  add(line: string, stream: 'stdout' | 'stderr'): void
  /** Writes what has come until now; again and again while the run goes on. */
  flush(): Promise<void>
  /** The last lines of stderr. */
  lastErrors(): ReadonlyArray<string>
}

const PENDING_MAX = 20_000
const ERRORS_KEPT = 200
const BATCH = 1000

/**
 * Lines that come faster than the log takes them are left out beyond a limit, and counted in their place.
 * A log that cannot be written does not fail the run: the server's own log tells of it.
 */
export function createRunLog(
  deps: { readonly logs: LogWriter; readonly clock: Clock; readonly log: Logger },
  scope: Scope,
  group: string,
  stream: string,
): RunLog {
  const { logs, clock, log } = deps
  const pending = { stdout: [] as LogEvent[], stderr: [] as LogEvent[] }
  const dropped = { stdout: 0, stderr: 0 }
  let errors: string[] = []

  async function flushOne(kind: 'stdout' | 'stderr') {
    const events = pending[kind]
    pending[kind] = []
    if (dropped[kind] > 0) {
      events.push({ timestampMs: clock.wallMs(), message: `[${dropped[kind]} lines left out]` })
      dropped[kind] = 0
    }
    const target = { group: `${group}/${kind === 'stdout' ? 'output' : 'error'}`, stream }
    for (let at = 0; at < events.length; at += BATCH) {
      try {
        await logs.append(scope, target, events.slice(at, at + BATCH))
      } catch (error) {
        log.error({ err: error, ...target }, 'the log of a job run was not written')
      }
    }
  }

  return {
    add(line, kind) {
      if (kind === 'stderr') errors = [...errors.slice(1 - ERRORS_KEPT), line]
      if (pending[kind].length >= PENDING_MAX) dropped[kind]++
      else pending[kind].push({ timestampMs: clock.wallMs(), message: line })
    },
    async flush() {
      await flushOne('stdout')
      await flushOne('stderr')
    },
    lastErrors: () => errors,
  }
}
