/**
 * Readers hold contents; the files of a content that has left the index are removed at once, or when
 * its last reader lets go. What cannot be removed now keeps its garbage entry for the next start.
 */
export function createHolds(
  removeGarbage: (contentId: string, files: ReadonlyArray<string>) => Promise<void>,
) {
  const counts = new Map<string, number>()
  const doomed = new Map<string, ReadonlyArray<string>>()
  const removals = new Set<Promise<void>>()

  function remove(contentId: string, files: ReadonlyArray<string>): void {
    const removal = removeGarbage(contentId, files)
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
        const files = doomed.get(contentId)
        doomed.delete(contentId)
        if (files) remove(contentId, files)
      }
    },
    giveUp(contentId: string, files: ReadonlyArray<string>): void {
      if (files.length === 0) return
      if (counts.has(contentId)) doomed.set(contentId, files)
      else remove(contentId, files)
    },
    /** Resolves when no removal is under way. */
    async settled(): Promise<void> {
      await Promise.all(removals)
    },
  }
}

export type ContentHolds = ReturnType<typeof createHolds>
