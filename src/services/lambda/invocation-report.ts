import type { InvocationOutcome } from '../../engines/compute/port.ts'
import { limits } from './limits.ts'

/** The last lines of the log of one invocation. */
export interface InvocationTail {
  line(message: string): void
  tail(): string
}

export function createInvocationTail(): InvocationTail {
  let lines: string[] = []
  let sizeBytes = 0
  return {
    line(message) {
      lines.push(message)
      sizeBytes += message.length
      if (sizeBytes < 4 * limits.logTailBytes) return
      const kept = lines.join('').slice(-limits.logTailBytes)
      lines = [kept]
      sizeBytes = kept.length
    },
    tail() {
      const bytes = Buffer.from(lines.join(''))
      return bytes.subarray(Math.max(0, bytes.length - limits.logTailBytes)).toString('utf8')
    },
  }
}

/** AWS: REPORT as Lambda writes it, with a tab behind each part (Developer Guide, "Log format"). */
export function reportLine(
  requestId: string,
  memoryMegabytes: number,
  outcome: InvocationOutcome,
): string {
  const megabytes = Math.ceil(outcome.memoryUsedBytes / 1024 ** 2)
  const parts = [
    `REPORT RequestId: ${requestId}`,
    `Duration: ${outcome.durationMs.toFixed(2)} ms`,
    `Billed Duration: ${Math.ceil(outcome.durationMs)} ms`,
    `Memory Size: ${memoryMegabytes} MB`,
    `Max Memory Used: ${Math.min(megabytes, memoryMegabytes)} MB`,
  ]
  if (outcome.initDurationMs !== undefined) {
    parts.push(`Init Duration: ${outcome.initDurationMs.toFixed(2)} ms`)
  }
  if (outcome.kind === 'timed-out') parts.push('Status: timeout')
  if (outcome.kind === 'exited') parts.push('Status: error', `Error Type: ${exitType(outcome)}`)
  return `${parts.join('\t')}\t\n`
}

/** What a caller gets for an event that did not come back, and what the log says of it. */
export function failureOf(
  requestId: string,
  timeoutMs: number,
  outcome: Exclude<InvocationOutcome, { readonly payload: Uint8Array }>,
): { readonly errorType: string; readonly errorMessage: string; readonly logLine: string } {
  if (outcome.kind === 'timed-out') {
    const text = `Task timed out after ${(timeoutMs / 1000).toFixed(2)} seconds`
    return {
      errorType: 'Sandbox.Timedout',
      errorMessage: `RequestId: ${requestId} Error: ${text}`,
      logLine: `${requestId} ${text}`,
    }
  }
  const how = outcome.reason === '' ? 'without providing a reason' : `with error: ${outcome.reason}`
  const errorMessage = `RequestId: ${requestId} Error: Runtime exited ${how}`
  const errorType = exitType(outcome)
  return { errorType, errorMessage, logLine: `${errorMessage}\n${errorType}` }
}

function exitType(outcome: { readonly outOfMemory: boolean }): string {
  return outcome.outOfMemory ? 'Runtime.OutOfMemory' : 'Runtime.ExitError'
}
