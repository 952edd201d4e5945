import { format } from 'node:util'
import type { Clock } from '../../../../base/clock.ts'
import { dateOf } from '../../../../base/clock.ts'

/** Prints in Lambda's form. */
export type PrintLine = (level: string, ...values: unknown[]) => void

/**
 * Makes `console.log` print as in Lambda: `time<TAB>request id<TAB>INFO<TAB>text`, one line a call
 * (a line break inside is written as a carriage return, which the server turns back).
 */
export function printConsoleAsLambda(requestId: () => string | undefined, clock: Clock): PrintLine {
  const print: PrintLine = (level, ...values) => {
    const time = dateOf(clock.wallMs()).toISOString()
    const text = format(...values).replaceAll('\n', '\r')
    process.stdout.write(`${time}\t${requestId() ?? ''}\t${level}\t${text}\n`)
  }
  const at =
    (level: string) =>
    (...values: unknown[]) =>
      print(level, ...values)
  Object.assign(console, {
    debug: at('DEBUG'),
    error: at('ERROR'),
    info: at('INFO'),
    log: at('INFO'),
    trace: at('TRACE'),
    warn: at('WARN'),
  })
  return print
}

/**
 * Makes every write to stdout and stderr end before it returns, also when the pipe is full: what
 * was printed before an answer (or an exit) is then in the pipe before it.
 */
export function writeWithoutQueue(): void {
  for (const stream of [process.stdout, process.stderr]) {
    // Node's own way to do so, not in its types: `net.Socket` of a pipe.
    const { _handle: handle } = stream as { _handle?: { setBlocking?(on: boolean): void } }
    handle?.setBlocking?.(true)
  }
}
