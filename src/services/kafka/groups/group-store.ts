import type { Scope } from '../../../base/scope.ts'
import { createDocuments } from '../../../engines/meta/documents.ts'
import type { MetaBatch, MetaStore } from '../../../engines/meta/port.ts'
import type { GroupRecord } from './group-record.ts'

/** A group as it is kept. */
export interface KeptGroup {
  readonly scope: Scope
  readonly groupId: string
  readonly record: GroupRecord
}

/** The groups on the medium; one document a group, durable when a promise resolves. */
export interface GroupStore {
  get(scope: Scope, groupId: string): Promise<GroupRecord | undefined>
  put(scope: Scope, groupId: string, record: GroupRecord): Promise<void>
  /** The write as part of a larger commit. */
  putBatch(scope: Scope, groupId: string, record: GroupRecord): NonNullable<MetaBatch['puts']>
  remove(scope: Scope, groupId: string): Promise<void>
  everywhere(): AsyncIterable<KeptGroup>
}

export function createGroupStore(meta: MetaStore): GroupStore {
  const documents = createDocuments<GroupRecord>(meta, 'kafka/group')
  return {
    get: (scope, groupId) => documents.get(scope, groupId),
    put: (scope, groupId, record) => documents.put(scope, [groupId], record),
    putBatch: (scope, groupId, record) => documents.putBatch(scope, [groupId], record).puts,
    async remove(scope, groupId) {
      await documents.remove(scope, groupId)
    },
    async *everywhere() {
      for await (const { scope, id, value } of documents.everywhere()) {
        yield { scope, groupId: String(id[0]), record: value }
      }
    },
  }
}
