import colors from 'picocolors'
import type { CliContext } from '../context.ts'

/** Shows a long run to a person: numbered steps, a live line, checks with their numbers. */
export interface Display {
  readonly steps: ReadonlyArray<StepTime>
  readonly checks: ReadonlyArray<Check>
  /** Runs one step and tells how long it took. */
  step<T>(title: string, work: () => Promise<T>): Promise<T>
  /** A sentence of explanation below the step's title. */
  say(text: string): void
  /** Replaces the live line; nothing is drawn where nobody watches. */
  progress(text: string): void
  /** A fact that must hold for the run to succeed. */
  check(claim: string, holds: boolean, detail: string): void
}

export interface StepTime {
  readonly title: string
  readonly seconds: number
}

export interface Check {
  readonly claim: string
  readonly holds: boolean
  readonly detail: string
}

const ERASE_LINE = '\r\u001b[2K'

export function createDisplay(context: CliContext): Display {
  const steps: StepTime[] = []
  const checks: Check[] = []
  const clearLine = () => {
    if (context.isTerminal) context.draw(ERASE_LINE)
  }
  return {
    steps,
    checks,
    async step(title, work) {
      const startMs = context.clock.monotonicMs()
      context.print('')
      context.print(colors.bold(`${steps.length + 1}. ${title}`))
      const result = await work()
      clearLine()
      const seconds = (context.clock.monotonicMs() - startMs) / 1000
      steps.push({ title, seconds })
      context.print(colors.dim(`   ${seconds.toFixed(1)} s`))
      return result
    },
    say(text) {
      clearLine()
      context.print(`   ${text}`)
    },
    progress(text) {
      if (context.isTerminal) context.draw(`${ERASE_LINE}   ${colors.cyan(text)}`)
    },
    check(claim, holds, detail) {
      clearLine()
      checks.push({ claim, holds, detail })
      const mark = holds ? colors.green('✓') : colors.red('✗')
      context.print(`   ${mark} ${claim}: ${detail}`)
    },
  }
}

export function formatCount(count: number): string {
  return count.toLocaleString('en-US')
}

export function formatBytes(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB']
  const power = bytes < 1 ? 0 : Math.min(Math.floor(Math.log10(bytes) / 3), units.length - 1)
  return `${(bytes / 1000 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power]}`
}
