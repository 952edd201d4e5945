import type { CliContext } from '../context.ts'
import type { Clients } from './clients.ts'
import type { Display } from './display.ts'

/** What every step of the demo works with. */
export interface Pipeline {
  readonly context: CliContext
  readonly clients: Clients
  readonly display: Display
  /** Twelve digits, as STS told it. */
  readonly accountId: string
  readonly region: string
  readonly roleArn: string
}

/**
 * Asks again and again until the answer is there. Throws when it is not within the time, naming
 * what was waited for.
 */
export async function waitUntil<T>(
  { context }: Pick<Pipeline, 'context'>,
  what: string,
  ask: () => Promise<T | undefined>,
  options: { readonly timeoutMs?: number; readonly everyMs?: number } = {},
): Promise<T> {
  const endMs = context.clock.monotonicMs() + (options.timeoutMs ?? 120_000)
  for (;;) {
    const answer = await ask()
    if (answer !== undefined) return answer
    if (context.interrupted.aborted) throw new Error(`interrupted while waiting for ${what}`)
    if (context.clock.monotonicMs() > endMs) throw new Error(`gave up waiting for ${what}`)
    await context.clock.sleep(options.everyMs ?? 250, context.interrupted)
  }
}

/** Makes a thing, or takes the one that an earlier run made. `already` is the error that says so. */
export async function ensure(
  make: () => Promise<unknown>,
  ...already: ReadonlyArray<string>
): Promise<boolean> {
  try {
    await make()
    return true
  } catch (error) {
    if (error instanceof Error && already.includes(error.name)) return false
    throw error
  }
}
