import type { Readable } from 'node:stream'
import { createLineSplitter } from './line-splitter.ts'

/** Reads a child's output line by line, no faster than the lines are taken. */
export interface OutputReader {
  /**
   * Resolves when everything that the child has written until now was told. What it wrote before it
   * answered an event is in the pipe by then, and the event loop reads a pipe that has something in
   * each of its turns: after two turns without news there is nothing left.
   */
  settled(): Promise<void>
  /** Resolves when the output is closed and the last line was told. */
  readonly ended: Promise<void>
}

const LINE_MAX_CHARACTERS = 256 * 1024

export function createOutputReader(
  stream: Readable,
  onLine: (line: string) => void | Promise<void>,
): OutputReader {
  const splitter = createLineSplitter(LINE_MAX_CHARACTERS)
  let held: Promise<unknown> | undefined
  let isNews = false

  function tell(lines: ReadonlyArray<string>): void {
    const pending = lines.map(onLine).filter((answer) => answer !== undefined)
    if (pending.length === 0) return
    stream.pause()
    const holding = Promise.allSettled([held, ...pending]).then(() => {
      if (held !== holding) return
      held = undefined
      stream.resume()
    })
    held = holding
  }

  stream.on('data', (chunk: Buffer) => {
    isNews = true
    tell(splitter.push(chunk))
  })
  stream.on('error', () => undefined)
  const ended = new Promise<void>((resolve) => {
    stream.once('close', () => {
      tell(splitter.end())
      resolve(held?.then(() => undefined))
    })
  })

  return {
    ended,
    async settled() {
      let quietTurns = 0
      while (quietTurns < 2) {
        await held
        isNews = false
        await new Promise((resolve) => setImmediate(resolve))
        quietTurns = isNews || held !== undefined ? 0 : quietTurns + 1
      }
    },
  }
}
