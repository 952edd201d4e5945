import type { Scope } from '../../base/scope.ts'
import { createDocuments } from '../../engines/meta/documents.ts'
import type { MetaStore } from '../../engines/meta/port.ts'

/**
 * How far a channel has delivered. A batch is first written down as `pending`, then delivered, then
 * taken into `positions`: after a crash the same records go to the same objects again, so that a
 * repeat overwrites itself.
 */
export interface Progress {
  /** Next offset by shard. A shard that is not listed is read from its start. */
  readonly positions: Readonly<Record<string, number>>
  readonly pending?: Batch
}

/** Which records one object is made of. */
export interface Batch {
  /** Parents before their children. */
  readonly ranges: ReadonlyArray<ShardRange>
  /** Arrival of the oldest record: object keys have its time. */
  readonly firstArrivalMs: number
}

export interface ShardRange {
  readonly shardId: string
  readonly from: number
  /** Behind the last record. */
  readonly to: number
}

export interface ProgressStore {
  get(scope: Scope, channelId: string): Promise<Progress | undefined>
  start(scope: Scope, channelId: string, progress: Progress): Promise<void>
  /** Does nothing when the channel was removed meanwhile. */
  advance(scope: Scope, channelId: string, progress: Progress): Promise<void>
  remove(scope: Scope, channelId: string): Promise<void>
}

export function createProgressStore(meta: MetaStore): ProgressStore {
  const documents = createDocuments<Progress>(meta, 'kinesis-channels/progress')
  return {
    get: (scope, id) => documents.get(scope, id),
    start: (scope, id, progress) => documents.put(scope, [id], progress),
    async advance(scope, id, progress) {
      await documents.update(scope, [id], () => progress)
    },
    async remove(scope, id) {
      await documents.remove(scope, id)
    },
  }
}

/** Behind the batch; of shards that have expired nothing is remembered. */
export function behind(
  { positions }: Progress,
  { ranges }: Batch,
  shardIds: ReadonlyArray<string>,
): Progress {
  const moved = { ...positions }
  for (const { shardId, to } of ranges) moved[shardId] = to
  const there = new Set(shardIds)
  return { positions: Object.fromEntries(Object.entries(moved).filter(([id]) => there.has(id))) }
}
