/**
 * Calls for the same name that arrive while one is under way share the next one: it begins after all
 * of them were made, so it covers what each has done.
 */
export function coalesce(work: (name: string) => Promise<void>): (name: string) => Promise<void> {
  const running = new Map<string, Promise<void>>()
  const waiting = new Map<string, Promise<void>>()

  function start(name: string): Promise<void> {
    const run = work(name).finally(() => {
      if (running.get(name) === run) running.delete(name)
    })
    running.set(name, run)
    return run
  }

  async function after(name: string, before: Promise<void>): Promise<void> {
    // How the run before ended is the business of those who asked for it.
    await before.catch(() => undefined)
    waiting.delete(name)
    await start(name)
  }

  return (name) => {
    const before = running.get(name)
    if (!before) return start(name)
    const next = waiting.get(name) ?? after(name, before)
    waiting.set(name, next)
    return next
  }
}
