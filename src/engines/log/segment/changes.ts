import { EngineError } from '../../../base/errors.ts'
import type { PartitionId, PartitionSettings } from '../port.ts'
import type { Partition } from './partition.ts'
import { notFound } from './partitions.ts'
import type { WalEntry } from './wal-group.ts'

/** A change of a partition that waits to be written. */
export interface Change {
  readonly kind: 'change'
  readonly id: PartitionId
  readonly to:
    | { readonly kind: 'settings'; readonly settings: PartitionSettings }
    | { readonly kind: 'removal' }
    | { readonly kind: 'trim'; readonly offset: number }
  readonly resolve: (partition: Partition | undefined) => void
  readonly reject: (error: unknown) => void
}

/** Whether there is something to write; rejects a change that the partition does not allow. */
export function planChange({ id, to, reject }: Change, partition: Partition | undefined): boolean {
  switch (to.kind) {
    case 'removal':
      return partition !== undefined
    case 'settings': {
      if (!partition) return true
      const { settings, producers } = partition
      if (to.settings.closed && !settings.closed && producers && producers.open.size > 0) {
        reject(new EngineError('conflict', `${id.topic}: a transaction is open`))
        return false
      }
      const { keyIds = [] } = to.settings
      if (settings.keyIds?.some((keyId, index) => keyIds[index] !== keyId)) {
        reject(new EngineError('invalid', `${id.topic}: keys of stored records are missing`))
        return false
      }
      return sameForm(to.settings) !== sameForm(settings)
    }
    case 'trim':
      if (!partition) reject(notFound(id))
      else if (to.offset > partition.endOffset) {
        reject(new EngineError('invalid', `offset ${to.offset} is behind ${partition.endOffset}`))
      } else return to.offset > partition.startOffset
      return false
  }
}

export function entryOf({ id, to }: Change, number: number): WalEntry {
  const body =
    to.kind === 'settings'
      ? Buffer.from(JSON.stringify({ id, settings: to.settings }))
      : Buffer.alloc(0)
  const baseOffset = to.kind === 'trim' ? to.offset : 0
  return { kind: to.kind, partition: number, baseOffset, body }
}

/** The same text for the same settings, in whatever order they were given. */
function sameForm({ closed, ...settings }: PartitionSettings): string {
  const entries = Object.entries({ ...settings, closed: closed === true })
  return JSON.stringify(entries.filter(([, value]) => value !== undefined).sort())
}
