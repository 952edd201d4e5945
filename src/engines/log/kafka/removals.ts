/** Partitions of a topic that are removed at the same time: what is left of the topic is asked once. */
export interface Removals {
  begin(topic: string): Removal
}

export interface Removal {
  /** The state of the partition says now that it is removed, or that failed. */
  isStated(): void
  /** Whether the topic is gone as a whole; resolves when all that began with this are stated. */
  isTopicRemoved(): Promise<boolean>
}

interface Group {
  open: number
  readonly outcome: Promise<boolean>
  decide(): void
}

/** `removeTopic` removes a topic of which nothing is left, and answers whether that was so. */
export function createRemovals(removeTopic: (topic: string) => Promise<boolean>): Removals {
  const groups = new Map<string, Group>()

  function newGroup(topic: string): Group {
    let decide: () => void = () => undefined
    const stated = new Promise<void>((resolve) => {
      decide = resolve
    })
    const outcome = stated.then(() => removeTopic(topic))
    // Those whose state could not be changed do not ask for it.
    outcome.catch(() => undefined)
    return { open: 0, outcome, decide }
  }

  return {
    begin(topic) {
      const group = groups.get(topic) ?? newGroup(topic)
      groups.set(topic, group)
      group.open++
      return {
        isStated() {
          group.open--
          if (group.open > 0) return
          groups.delete(topic)
          group.decide()
        },
        isTopicRemoved: () => group.outcome,
      }
    },
  }
}
