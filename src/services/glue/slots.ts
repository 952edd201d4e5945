/** A count of places; who finds none waits, first come first served. */
export interface Slots {
  /** Answers how to give the place back; undefined when the signal aborted before there was one. */
  take(signal: AbortSignal): Promise<(() => void) | undefined>
}

export function createSlots(count: number): Slots {
  let free = count
  const waiting = new Set<() => void>()

  function giveBack() {
    const [next] = waiting
    if (next) next()
    else free++
  }

  return {
    take(signal) {
      if (signal.aborted) return Promise.resolve(undefined)
      if (free > 0) {
        free--
        return Promise.resolve(giveBack)
      }
      return new Promise((resolve) => {
        const leave = () => {
          waiting.delete(enter)
          resolve(undefined)
        }
        const enter = () => {
          waiting.delete(enter)
          signal.removeEventListener('abort', leave)
          resolve(giveBack)
        }
        waiting.add(enter)
        signal.addEventListener('abort', leave, { once: true })
      })
    },
  }
}
