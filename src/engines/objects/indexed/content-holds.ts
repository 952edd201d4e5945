import type { Piece } from './object-index.ts'

/**
 * Readers hold contents; the pieces of a content that has left the index are removed at once, or when
 * its last reader lets go. What cannot be removed now keeps its garbage entry for the next start.
 */
export function createHolds(
  removeGarbage: (contentId: string, pieces: ReadonlyArray<Piece>) => Promise<void>,
) {
  const counts = new Map<string, number>()
  const doomed = new Map<string, ReadonlyArray<Piece>>()
  const removals = new Set<Promise<void>>()

  function remove(contentId: string, pieces: ReadonlyArray<Piece>): void {
    const removal = removeGarbage(contentId, pieces)
      .catch(() => undefined)
      .finally(() => removals.delete(removal))
    removals.add(removal)
  }

  return {
    /** Answers the function that lets go; calling it again does nothing. */
    hold(contentId: string): () => void {
      counts.set(contentId, (counts.get(contentId) ?? 0) + 1)
      let held = true
      return () => {
        if (!held) return
        held = false
        const left = (counts.get(contentId) ?? 1) - 1
        if (left > 0) return void counts.set(contentId, left)
        counts.delete(contentId)
        const pieces = doomed.get(contentId)
        doomed.delete(contentId)
        if (pieces) remove(contentId, pieces)
      }
    },
    giveUp(contentId: string, pieces: ReadonlyArray<Piece>): void {
      if (pieces.length === 0) return
      if (counts.has(contentId)) doomed.set(contentId, pieces)
      else remove(contentId, pieces)
    },
    isHeld: (contentId: string): boolean => counts.has(contentId),
    /** Resolves when no removal is under way. */
    async settled(): Promise<void> {
      await Promise.all(removals)
    },
  }
}

export type ContentHolds = ReturnType<typeof createHolds>
