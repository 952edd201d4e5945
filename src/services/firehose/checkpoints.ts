import type { Scope } from '../../base/scope.ts'
import { createDocuments } from '../../engines/meta/documents.ts'
import type { MetaStore } from '../../engines/meta/port.ts'

/**
 * How far a delivery stream has delivered. A batch is first written down as `pending` (which
 * records, under which object names), then delivered, then taken into `positions`: after a crash
 * the same records go to the same names again, so a repeat overwrites itself.
 */
export interface Checkpoint {
  /** Next offset by shard. A shard that is not listed is read from its start. */
  readonly positions: Readonly<Record<string, number>>
  readonly pending?: PendingBatch
}

export interface PendingBatch {
  /** First offset and the offset behind the last, by shard. */
  readonly ranges: Readonly<Record<string, { readonly from: number; readonly to: number }>>
  /** Random-looking part of the object names; also the seed of all names of the batch. */
  readonly nameSeed: string
  /** Arrival of the oldest record: AWS evaluates `!{timestamp:…}` with it. */
  readonly firstArrivalMs: number
  readonly versionId: number
}

export interface Checkpoints {
  get(scope: Scope, streamId: string): Promise<Checkpoint | undefined>
  put(scope: Scope, streamId: string, checkpoint: Checkpoint): Promise<void>
  remove(scope: Scope, streamId: string): Promise<void>
}

export function createCheckpoints(meta: MetaStore): Checkpoints {
  const documents = createDocuments<Checkpoint>(meta, 'firehose/checkpoint')
  return {
    get: (scope, streamId) => documents.get(scope, streamId),
    put: (scope, streamId, checkpoint) => documents.put(scope, [streamId], checkpoint),
    async remove(scope, streamId) {
      await documents.remove(scope, streamId)
    },
  }
}
