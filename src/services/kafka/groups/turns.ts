/** Runs pieces of work of one key in the order of the calls: the next begins when one has ended. */
export interface Turns {
  /** The first piece begins within the call. */
  run<T>(key: string, work: () => Promise<T>): Promise<T>
}

export function createTurns(): Turns {
  /** Resolve when all work of the key so far has ended, however it ended. */
  const ends = new Map<string, Promise<void>>()
  return {
    async run(key, work) {
      const before = ends.get(key)
      const result = before === undefined ? work() : before.then(work)
      const end = result.then(
        () => undefined,
        () => undefined,
      )
      ends.set(key, end)
      try {
        return await result
      } finally {
        if (ends.get(key) === end) ends.delete(key)
      }
    },
  }
}
