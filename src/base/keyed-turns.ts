/** Runs what has the same key one after the other, in the order of the calls; a failure stops nothing. */
export interface KeyedTurns {
  run<T>(key: string, work: () => Promise<T>): Promise<T>
}

export function createKeyedTurns(): KeyedTurns {
  const last = new Map<string, Promise<unknown>>()
  return {
    run(key, work) {
      const before = last.get(key) ?? Promise.resolve()
      const turn = before.then(work, work)
      last.set(key, turn)
      const leave = () => {
        if (last.get(key) === turn) last.delete(key)
      }
      turn.then(leave, leave)
      return turn
    },
  }
}
