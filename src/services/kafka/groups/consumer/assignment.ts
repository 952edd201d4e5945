/** Partitions by topic id; the numbers in ascending order, no topic without any. Never changed. */
export type Assignment = Readonly<Record<string, ReadonlyArray<number>>>

export const NOTHING: Assignment = {}

export function countOf(assignment: Assignment): number {
  return Object.values(assignment).reduce((count, { length }) => count + length, 0)
}

export function isSame(left: Assignment, right: Assignment): boolean {
  return isSubset(left, right) && isSubset(right, left)
}

export function isSubset(inner: Assignment, outer: Assignment): boolean {
  return countOf(minus(inner, outer)) === 0
}

export function intersect(left: Assignment, right: Assignment): Assignment {
  return pick(left, (topicId, partition) => right[topicId]?.includes(partition) ?? false)
}

export function minus(left: Assignment, right: Assignment): Assignment {
  return pick(left, (topicId, partition) => !right[topicId]?.includes(partition))
}

export function plus(left: Assignment, right: Assignment): Assignment {
  const sum: Record<string, ReadonlyArray<number>> = { ...left }
  for (const [topicId, partitions] of Object.entries(right)) {
    sum[topicId] = sorted([...(left[topicId] ?? []), ...partitions])
  }
  return sum
}

/** The partitions for which the condition holds. */
export function pick(
  assignment: Assignment,
  isWanted: (topicId: string, partition: number) => boolean,
): Assignment {
  const picked: Record<string, ReadonlyArray<number>> = {}
  for (const [topicId, partitions] of Object.entries(assignment)) {
    const wanted = partitions.filter((partition) => isWanted(topicId, partition))
    if (wanted.length > 0) picked[topicId] = wanted
  }
  return picked
}

export function assignmentOf(
  topics: Iterable<readonly [topicId: string, partitions: ReadonlyArray<number>]>,
): Assignment {
  const assignment: Record<string, ReadonlyArray<number>> = {}
  for (const [topicId, partitions] of topics) {
    const all = [...(assignment[topicId] ?? []), ...partitions]
    if (all.length > 0) assignment[topicId] = sorted(all)
  }
  return assignment
}

/** Each partition once, in order. */
function sorted(partitions: ReadonlyArray<number>): ReadonlyArray<number> {
  return [...new Set(partitions)].sort((a, b) => a - b)
}
