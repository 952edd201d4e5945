import { EngineError } from '../../../base/errors.ts'
import { encodeKey } from '../../../base/ordered-key.ts'
import type { MetaStore } from '../../meta/port.ts'
import type { PartitionId, PartitionSettings } from '../port.ts'

/** What all nodes agree on about a partition; kept in the metadata, changed by compare-and-set only. */
export interface PartitionState {
  /**
   * `closing`: whoever appends looks for the mark of the end before it acknowledges; `closed`: the end
   * is known; `removed`: the partition is gone, but its topic is there for its siblings.
   */
  readonly status: 'open' | 'closing' | 'closed' | 'removed'
  readonly settings: PartitionSettings
  /** What lies before is not part of the partition: it was removed and made again. */
  readonly baseOffset: number
  /** While it is closing: no mark of its end lies before. */
  readonly openUntil?: number
  /** Where it ends, when it is closed. */
  readonly endOffset?: number
}

export interface VersionedState {
  readonly state: PartitionState
  readonly version: number
}

export interface PartitionStates {
  find(id: PartitionId): Promise<VersionedState | undefined>
  /** False when the state is another one than that of `version` (0: none) by now. */
  put(id: PartitionId, state: PartitionState, version: number): Promise<boolean>
  /** True when the state was still that of `version` at a moment after the call. */
  isStill(id: PartitionId, version: number): Promise<boolean>
  /** Whether the topic had partitions and all of them are removed. */
  areAllRemoved(topic: string): Promise<boolean>
  /** Forgets the partitions of a topic that is gone. */
  forgetTopic(topic: string): Promise<void>
}

const ROOT = 'log/kafka'
const PAGE = 1_000

export function createPartitionStates(meta: MetaStore, prefix: string): PartitionStates {
  const keyOf = ({ topic, partition }: PartitionId) => encodeKey([ROOT, prefix, topic, partition])

  async function* all(topic: string) {
    const range = { prefix: encodeKey([ROOT, prefix, topic]), limit: PAGE }
    for (let after: Uint8Array | undefined; ; ) {
      const page = await meta.scan({ ...range, ...(after && { after }) })
      yield* page
      after = page.at(-1)?.key
      if (page.length < PAGE) return
    }
  }

  return {
    async find(id) {
      const entry = await meta.get(keyOf(id))
      return entry && { state: decode(entry.value), version: entry.version }
    },
    put: (id, state, version) => {
      const key = keyOf(id)
      return whetherHeld(
        meta.commit({
          checks: [{ key, version }],
          puts: [{ key, value: Buffer.from(JSON.stringify(state)) }],
        }),
      )
    },
    // A commit, not a read: it has its place among the changes of all nodes.
    isStill: (id, version) => whetherHeld(meta.commit({ checks: [{ key: keyOf(id), version }] })),
    async areAllRemoved(topic) {
      let isAny = false
      for await (const { value } of all(topic)) {
        if (decode(value).status !== 'removed') return false
        isAny = true
      }
      return isAny
    },
    async forgetTopic(topic) {
      const removals: Uint8Array[] = []
      for await (const { key } of all(topic)) removals.push(key)
      for (let at = 0; at < removals.length; at += PAGE) {
        await meta.commit({ removals: removals.slice(at, at + PAGE) })
      }
    },
  }
}

function decode(value: Uint8Array): PartitionState {
  return JSON.parse(Buffer.from(value).toString('utf8')) as PartitionState
}

async function whetherHeld(commit: Promise<void>): Promise<boolean> {
  try {
    await commit
    return true
  } catch (error) {
    if (error instanceof EngineError && error.kind === 'conflict') return false
    throw error
  }
}
