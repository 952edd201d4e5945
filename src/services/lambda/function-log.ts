import type { Clock } from '../../base/clock.ts'
import type { Logger } from '../../base/logger.ts'
import type { Scope } from '../../base/scope.ts'
import type { LogEvent, LogTarget, LogWriter } from '../logs/log-groups.ts'

/**
 * Carries the lines of functions to CloudWatch Logs: many in one write, in order within a stream. A
 * line is on its way, not durable, when it is taken; when a stream falls behind, its function waits.
 */
export interface FunctionLog {
  write(scope: Scope, target: LogTarget, message: string): void
  /** Present while the stream is behind: resolves when it has caught up. */
  backlog(scope: Scope, target: LogTarget): Promise<void> | undefined
  /** Resolves when everything taken until now is durable (or its write has failed). */
  flush(): Promise<void>
}

interface Outbox {
  readonly scope: Scope
  readonly target: LogTarget
  events: LogEvent[]
  sizeBytes: number
  writing: Promise<void> | undefined
}

/** How long lines are collected before they are written together. */
const COLLECT_MS = 100
/** A stream with more than this unwritten holds its function back. */
const BEHIND_BYTES = 1024 * 1024

export function createFunctionLog(deps: {
  readonly writer: LogWriter
  readonly clock: Clock
  readonly log: Logger
}): FunctionLog {
  const { writer, clock, log } = deps
  const outboxes = new Map<string, Outbox>()
  let hurry = new AbortController()

  async function writeOut(key: string, outbox: Outbox): Promise<void> {
    while (outbox.events.length > 0) {
      if (outbox.sizeBytes < BEHIND_BYTES) await clock.sleep(COLLECT_MS, hurry.signal)
      const { events } = outbox
      outbox.events = []
      outbox.sizeBytes = 0
      try {
        await writer.append(outbox.scope, outbox.target, events)
      } catch (error) {
        const lost = { ...outbox.scope, ...outbox.target, lines: events.length, err: error }
        log.error(lost, 'lines of a function could not be written to its log')
      }
    }
    outboxes.delete(key)
  }

  return {
    write(scope, target, message) {
      const key = keyOf(scope, target)
      let outbox = outboxes.get(key)
      if (!outbox) {
        outbox = { scope, target, events: [], sizeBytes: 0, writing: undefined }
        outboxes.set(key, outbox)
      }
      outbox.events.push({ timestampMs: clock.wallMs(), message })
      outbox.sizeBytes += message.length
      outbox.writing ??= writeOut(key, outbox)
    },
    backlog(scope, target) {
      const outbox = outboxes.get(keyOf(scope, target))
      return outbox && outbox.sizeBytes > BEHIND_BYTES ? outbox.writing : undefined
    },
    async flush() {
      hurry.abort()
      await Promise.all([...outboxes.values()].map(({ writing }) => writing))
      hurry = new AbortController()
    },
  }
}

function keyOf({ accountId, region }: Scope, { group, stream }: LogTarget): string {
  return JSON.stringify([accountId, region, group, stream])
}
