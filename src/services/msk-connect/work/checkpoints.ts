import type { Scope } from '../../../base/scope.ts'
import { createDocuments } from '../../../engines/meta/documents.ts'
import type { MetaStore } from '../../../engines/meta/port.ts'

/**
 * What a connector is about to write from one partition. It is written down before the first object,
 * so that after a crash the same records go into the same objects again, whatever the clock says then.
 */
export interface Checkpoint {
  readonly topicId: string
  /** The first offset, and the one behind the last. It is done once the group's offset is there. */
  readonly from: number
  readonly to: number
  /** What the clock said when records were read: from this offset on, until the next. */
  readonly clock: ReadonlyArray<ClockNote>
  /** The configuration that it was begun with. */
  readonly configuration: Readonly<Record<string, string>>
}

export interface ClockNote {
  readonly offset: number
  readonly ms: number
}

export interface Checkpoints {
  get(scope: Scope, connectorId: string, place: PartitionPlace): Promise<Checkpoint | undefined>
  put(
    scope: Scope,
    connectorId: string,
    place: PartitionPlace,
    checkpoint: Checkpoint,
  ): Promise<void>
  removeAll(scope: Scope, connectorId: string): Promise<void>
}

export interface PartitionPlace {
  readonly topic: string
  readonly partition: number
}

export function createCheckpoints(meta: MetaStore): Checkpoints {
  const documents = createDocuments<Checkpoint>(meta, 'msk-connect/checkpoint')
  return {
    get: (scope, id, { topic, partition }) => documents.get(scope, id, topic, partition),
    put: (scope, id, { topic, partition }, checkpoint) =>
      documents.put(scope, [id, topic, partition], checkpoint),
    removeAll: (scope, id) => documents.removeUnder(scope, id),
  }
}
