import type { ObjectIndex } from './object-index.ts'

const PIECES_A_DIRECTORY_MAX = 1_000

export interface Directory {
  readonly name: string
  count: number
  underWay: number
  isClosing: boolean
}

/**
 * New pieces go into directories of at most a thousand. A directory is marked in the index while
 * pieces are made in it: who sweeps looks only into marked ones for what a crash left without an
 * object. `make` marks a new one and answers its name; nothing new goes into one that `isOver`.
 */
export function createDirectories(
  index: Pick<ObjectIndex, 'closeDirectory'>,
  make: () => Promise<string>,
  isOver: (name: string) => boolean = () => false,
) {
  let current: Promise<Directory> | undefined

  async function open(): Promise<Directory> {
    return { name: await make(), count: 0, underWay: 0, isClosing: false }
  }

  /** Nothing new and nothing under way: there is nothing left in it for a sweep to look at. */
  async function close({ name }: Directory): Promise<void> {
    try {
      await index.closeDirectory(name)
    } catch {
      // Still marked: it is looked into once more, and nothing is found.
    }
  }

  function closeWhenIdle(place: Directory): void {
    if (place.isClosing && place.underWay === 0) void close(place)
  }

  return {
    /** A directory with room for one more piece. */
    async enter(): Promise<Directory> {
      for (;;) {
        current ??= open()
        const found = current
        try {
          const place = await found
          if (place.count < PIECES_A_DIRECTORY_MAX && !isOver(place.name)) {
            place.count++
            place.underWay++
            if (place.count === PIECES_A_DIRECTORY_MAX) place.isClosing = true
            return place
          }
          if (current === found) {
            current = undefined
            const wasClosing = place.isClosing
            place.isClosing = true
            if (!wasClosing) closeWhenIdle(place)
          }
        } catch (error) {
          if (current === found) current = undefined
          throw error
        }
      }
    },
    leave(place: Directory): void {
      place.underWay--
      closeWhenIdle(place)
    },
  }
}
