import type { Background, BackgroundWork } from '../../engines/meta/background.ts'

/** Starts pieces of background work as they come up, once the service runs. */
export interface WorkLauncher {
  /** Before `start` and after the abort it does nothing: what is to be done is in the store. */
  launch(work: BackgroundWork): void
  /** Runs `recover` (which launches what was left over); resolves when all work is at rest. */
  start(signal: AbortSignal, recover: () => Promise<void>): Promise<void>
}

export function createWorkLauncher(background: Background): WorkLauncher {
  let running: AbortSignal | undefined
  const works = new Map<string, Promise<void>>()
  /** Asked for while the same work was about to end. */
  const again = new Map<string, BackgroundWork>()

  function launch(work: BackgroundWork) {
    if (!running || running.aborted) return
    if (works.has(work.name)) {
      again.set(work.name, work)
      return
    }
    const done = background.run(work, running).finally(() => {
      works.delete(work.name)
      const next = again.get(work.name)
      again.delete(work.name)
      if (next) launch(next)
    })
    works.set(work.name, done)
  }

  return {
    launch,
    async start(signal, recover) {
      running = signal
      await recover()
      if (!signal.aborted) await aborted(signal)
      await Promise.allSettled(works.values())
    },
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
