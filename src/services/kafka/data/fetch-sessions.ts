import type { Clock } from '../../../base/clock.ts'
import type { Random } from '../../../base/random.ts'
import type { Scope } from '../../../base/scope.ts'
import type { KafkaRequest } from '../../../wire/kafka/apis.ts'
import type { KafkaErrorName } from '../../../wire/kafka/errors.ts'
import { SESSION_IDLE_MS, SESSION_PARTITIONS_MAX, SESSIONS_MAX } from './limits.ts'

type Request = KafkaRequest<'fetch'>
type WirePartition = Request['topics'][number]['partitions'][number]

/** A partition that somebody fetches, and what they were last told of it. */
export interface FetchedPartition {
  /** The topic's name, or (from version 13 on) its id. */
  readonly topic: string
  readonly number: number
  offset: number
  bytesMax: number
  currentLeaderEpoch: number
  lastFetchedEpoch: number
  /** -1: nothing yet. */
  toldEndOffset: number
  toldStartOffset: number
}

/** What one Fetch request asks for. */
export interface FetchWish {
  /** In the order in which they are to be served. */
  readonly partitions: Iterable<FetchedPartition>
  readonly partitionCount: number
  /** Undefined: the answer is whole, and nothing is kept. */
  readonly session: FetchSession | undefined
  /** Only what is new is answered. */
  readonly isIncremental: boolean
}

export interface FetchSession {
  readonly id: number
  readonly owner: string
  readonly usesIds: boolean
  readonly partitions: Map<string, FetchedPartition>
  /** Of the next request. */
  epoch: number
  usedMs: number
}

/**
 * Fetch sessions (KIP-227): a client names the partitions once, and then only what changes. There are
 * only so many: who gets none is served whole each time.
 */
export interface FetchSessions {
  /** What the request asks for, by the session it names. Changes the session, or answers an error. */
  wishOf(scope: Scope, request: Request, usesIds: boolean): FetchWish | KafkaErrorName
  /** Puts a partition that was served behind the others, so that each has its turn. */
  served(session: FetchSession, partition: FetchedPartition): void
}

const NO_SESSION = 0
const FIRST_EPOCH = 0
const LAST_EPOCH = -1
const EPOCH_MAX = 0x7fffffff

export function createFetchSessions({
  clock,
  random,
}: {
  readonly clock: Clock
  readonly random: Random
}): FetchSessions {
  /** In the order of their last use. */
  const sessions = new Map<number, FetchSession>()
  let partitionCount = 0

  function close(session: FetchSession | undefined): void {
    if (session && sessions.delete(session.id)) partitionCount -= session.partitions.size
  }

  function find(owner: string, id: number): FetchSession | undefined {
    const session = sessions.get(id)
    return session?.owner === owner ? session : undefined
  }

  /** Makes room for so many partitions from sessions that were long not used; false: there is none. */
  function makeRoom(count: number): boolean {
    const hasRoom = () =>
      sessions.size < SESSIONS_MAX && partitionCount + count <= SESSION_PARTITIONS_MAX
    for (const session of sessions.values()) {
      if (hasRoom() || clock.monotonicMs() - session.usedMs < SESSION_IDLE_MS) break
      close(session)
    }
    return hasRoom()
  }

  function open(
    owner: string,
    usesIds: boolean,
    partitions: Map<string, FetchedPartition>,
  ): FetchSession | undefined {
    if (!makeRoom(partitions.size)) return undefined
    let id = NO_SESSION
    while (id === NO_SESSION || sessions.has(id)) id = random.bytes(4).readUInt32BE() >>> 1
    const session = { id, owner, usesIds, partitions, epoch: 1, usedMs: clock.monotonicMs() }
    sessions.set(id, session)
    partitionCount += partitions.size
    return session
  }

  function use(session: FetchSession): void {
    session.epoch = session.epoch === EPOCH_MAX ? 1 : session.epoch + 1
    session.usedMs = clock.monotonicMs()
    sessions.delete(session.id)
    sessions.set(session.id, session)
  }

  return {
    wishOf(scope, request, usesIds) {
      const owner = `${scope.accountId}/${scope.region}`
      const { sessionId, sessionEpoch } = request
      const known = find(owner, sessionId)
      if (sessionEpoch === FIRST_EPOCH || sessionEpoch === LAST_EPOCH) {
        close(known)
        const partitions = partitionsOf(request, usesIds)
        const session = sessionEpoch === FIRST_EPOCH ? open(owner, usesIds, partitions) : undefined
        return wish(partitions, session, false)
      }
      if (!known) return 'FETCH_SESSION_ID_NOT_FOUND'
      if (known.epoch !== sessionEpoch) return 'INVALID_FETCH_SESSION_EPOCH'
      if (known.usesIds !== usesIds) return 'FETCH_SESSION_TOPIC_ID_ERROR'
      const before = known.partitions.size
      change(known, request)
      partitionCount += known.partitions.size - before
      if (known.partitions.size === 0 || partitionCount > SESSION_PARTITIONS_MAX) {
        close(known)
        return wish(known.partitions, undefined, false)
      }
      use(known)
      return wish(known.partitions, known, true)
    },
    served({ partitions }, partition) {
      const key = keyOf(partition.topic, partition.number)
      if (!partitions.delete(key)) return
      partitions.set(key, partition)
    },
  }
}

function wish(
  partitions: Map<string, FetchedPartition>,
  session: FetchSession | undefined,
  isIncremental: boolean,
): FetchWish {
  const { size: partitionCount } = partitions
  return { partitions: [...partitions.values()], partitionCount, session, isIncremental }
}

function partitionsOf(request: Request, usesIds: boolean): Map<string, FetchedPartition> {
  const partitions = new Map<string, FetchedPartition>()
  for (const { topic: name, topicId, partitions: wanted } of request.topics) {
    const topic = usesIds ? topicId : name
    for (const one of wanted) partitions.set(keyOf(topic, one.partition), toFetched(topic, one))
  }
  return partitions
}

function change({ partitions, usesIds }: FetchSession, request: Request): void {
  for (const { topic: name, topicId, partitions: wanted } of request.topics) {
    const topic = usesIds ? topicId : name
    for (const one of wanted) {
      const key = keyOf(topic, one.partition)
      const known = partitions.get(key)
      if (known) Object.assign(known, positionOf(one))
      else partitions.set(key, toFetched(topic, one))
    }
  }
  for (const { topic: name, topicId, partitions: numbers } of request.forgottenTopicsData) {
    const topic = usesIds ? topicId : name
    for (const number of numbers) partitions.delete(keyOf(topic, number))
  }
}

function toFetched(topic: string, wanted: WirePartition): FetchedPartition {
  const number = wanted.partition
  return { topic, number, ...positionOf(wanted), toldEndOffset: -1, toldStartOffset: -1 }
}

function positionOf(wanted: WirePartition) {
  return {
    offset: wanted.fetchOffset,
    bytesMax: wanted.partitionMaxBytes,
    currentLeaderEpoch: wanted.currentLeaderEpoch,
    lastFetchedEpoch: wanted.lastFetchedEpoch,
  }
}

function keyOf(topic: string, number: number): string {
  return `${topic}/${number}`
}
