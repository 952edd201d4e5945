import type { Assignment } from './assignment.ts'
import { assignmentOf } from './assignment.ts'

export interface AssignorMember {
  readonly id: string
  /** Ranges are in the order of instance ids before member ids. */
  readonly instanceId: string | null
  readonly topicIds: ReadonlySet<string>
  /** What it is to have until now. */
  readonly target: Assignment
}

export interface AssignorInput {
  readonly members: ReadonlyArray<AssignorMember>
  /** Partition counts by topic id. */
  readonly topics: ReadonlyMap<string, number>
}

/** A target for each member; every partition of a subscribed topic goes to exactly one member. */
export type Assignor = (input: AssignorInput) => ReadonlyMap<string, Assignment>

/**
 * Per topic, each member gets a run of neighbouring partitions; the first ones get one more where it
 * does not come out even. Members with equal subscriptions get equal numbers of topics that have
 * equally many partitions.
 */
export const assignRange: Assignor = ({ members, topics }) => {
  const inOrder = [...members].sort(byName)
  const shares = new Map(inOrder.map(({ id }) => [id, [] as Array<[string, number[]]>]))
  for (const [topicId, count] of topics) {
    const readers = inOrder.filter(({ topicIds }) => topicIds.has(topicId))
    let next = 0
    readers.forEach(({ id }, index) => {
      const left = readers.length - index
      const size = Math.ceil((count - next) / left)
      shares.get(id)?.push([topicId, numbers(next, next + size)])
      next += size
    })
  }
  return new Map([...shares].map(([id, share]) => [id, assignmentOf(share)]))
}

/**
 * As even as the subscriptions allow, with as few moves as that takes. With equal subscriptions the
 * numbers of partitions differ by one at most.
 */
export const assignUniform: Assignor = ({ members, topics }) => {
  const loads = [...members].sort(byName).map((member) => ({ member, partitions: [] as Held[] }))
  const free = keepTargets(loads, topics)
  if (haveEqualTopics(members)) fillToQuota(loads, free)
  else fillLightest(loads, free)
  return new Map(
    loads.map(({ member, partitions }) => [
      member.id,
      assignmentOf(partitions.map(({ topicId, partition }) => [topicId, [partition]] as const)),
    ]),
  )
}

interface Held {
  readonly topicId: string
  readonly partition: number
}

interface Load {
  readonly member: AssignorMember
  readonly partitions: Held[]
}

/** Each member keeps what it may; the rest is answered, of topics with the fewest readers first. */
function keepTargets(loads: ReadonlyArray<Load>, topics: ReadonlyMap<string, number>): Held[] {
  const taken = new Map<string, Set<number>>()
  for (const { member, partitions } of loads) {
    for (const [topicId, held] of Object.entries(member.target)) {
      if (!member.topicIds.has(topicId)) continue
      const takenOfTopic = taken.get(topicId) ?? new Set()
      taken.set(topicId, takenOfTopic)
      for (const partition of held) {
        if (partition >= (topics.get(topicId) ?? 0) || takenOfTopic.has(partition)) continue
        takenOfTopic.add(partition)
        partitions.push({ topicId, partition })
      }
    }
  }
  const readers = (topicId: string) =>
    loads.filter(({ member }) => member.topicIds.has(topicId)).length
  const byReaders = [...topics].map(([topicId, count]) => ({
    topicId,
    count,
    readerCount: readers(topicId),
  }))
  byReaders.sort((a, b) => a.readerCount - b.readerCount || (a.topicId < b.topicId ? -1 : 1))
  return byReaders.flatMap(({ topicId, count, readerCount }) =>
    numbers(0, readerCount > 0 ? count : 0)
      .filter((partition) => !taken.get(topicId)?.has(partition))
      .map((partition) => ({ topicId, partition })),
  )
}

function haveEqualTopics([first, ...others]: ReadonlyArray<AssignorMember>): boolean {
  return others.every(
    ({ topicIds }) =>
      topicIds.size === first?.topicIds.size &&
      [...topicIds].every((topicId) => first.topicIds.has(topicId)),
  )
}

/** Those who have most keep one more, where it does not come out even. Time grows with the partitions only. */
function fillToQuota(loads: ReadonlyArray<Load>, free: Held[]): void {
  const total = loads.reduce((sum, { partitions }) => sum + partitions.length, free.length)
  const quota = Math.floor(total / loads.length)
  const rest = total % loads.length
  const heaviestFirst = [...loads].sort((a, b) => b.partitions.length - a.partitions.length)
  const quotaOf = (index: number) => quota + (index < rest ? 1 : 0)
  heaviestFirst.forEach(({ partitions }, index) => {
    free.push(...partitions.splice(quotaOf(index)))
  })
  let next = 0
  heaviestFirst.forEach(({ partitions }, index) => {
    const missing = quotaOf(index) - partitions.length
    partitions.push(...free.slice(next, next + missing))
    next += missing
  })
}

function fillLightest(loads: ReadonlyArray<Load>, free: ReadonlyArray<Held>): void {
  for (const held of free) lightestReader(loads, held.topicId)?.partitions.push(held)
  balance(loads)
}

function lightestReader(loads: ReadonlyArray<Load>, topicId: string): Load | undefined {
  let lightest: Load | undefined
  for (const load of loads) {
    if (!load.member.topicIds.has(topicId)) continue
    if (!lightest || load.partitions.length < lightest.partitions.length) lightest = load
  }
  return lightest
}

/**
 * Moves partitions from who has more to who has at least two less and may read them. Each move makes
 * the sum of the squares of the numbers smaller, so it ends.
 */
function balance(loads: ReadonlyArray<Load>): void {
  for (let moved = true; moved; ) {
    moved = false
    const heaviestFirst = [...loads].sort((a, b) => b.partitions.length - a.partitions.length)
    for (const load of heaviestFirst) {
      for (let index = load.partitions.length - 1; index >= 0; index--) {
        const held = load.partitions[index]
        const lightest = held && lightestReader(loads, held.topicId)
        if (!lightest || lightest.partitions.length + 1 >= load.partitions.length) continue
        load.partitions.splice(index, 1)
        lightest.partitions.push(held)
        moved = true
      }
    }
  }
}

function byName(left: AssignorMember, right: AssignorMember): number {
  const [leftName, rightName] = [left.instanceId ?? left.id, right.instanceId ?? right.id]
  return leftName < rightName ? -1 : leftName > rightName ? 1 : 0
}

function numbers(from: number, to: number): number[] {
  return Array.from({ length: Math.max(to - from, 0) }, (_, index) => from + index)
}
