import type { CommandContext } from '@stricli/core'
import type { Clock } from '../base/clock.ts'
import type { Random } from '../base/random.ts'

/** What a command may touch of the process it runs in. Made once, in `main.ts`. */
export interface CliContext extends CommandContext {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly version: string
  /** Directory of the bundle, in which the children's bundles and the models lie too. */
  readonly distDirectory: string
  readonly clock: Clock
  readonly random: Random
  /** Milliseconds since the process began. */
  readonly uptimeMs: () => number
  /** Aborts at the first SIGTERM or SIGINT. */
  readonly interrupted: AbortSignal
  readonly isTerminal: boolean
  print(line: string): void
  printError(line: string): void
  /** Writes without a line end: progress that is drawn over itself. */
  draw(text: string): void
  setExitCode(code: number): void
}
