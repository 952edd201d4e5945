import { ServiceError } from '../../../base/errors.ts'
import type { ObjectRecord, Restoration } from '../objects/object-record.ts'

const archives: ReadonlySet<string> = new Set(['GLACIER', 'DEEP_ARCHIVE'])

/** Whether objects of the class must be restored before they can be read. */
export function isArchive(storageClass: string | undefined): boolean {
  return storageClass !== undefined && archives.has(storageClass)
}

/** Where a restoration stands; its copy, once expired, is as if it had never been asked for. */
export function restorationState(
  { restoration }: Pick<ObjectRecord, 'restoration'>,
  nowMs: number,
): { readonly restoration: Restoration; readonly state: 'ongoing' | 'restored' } | undefined {
  if (!restoration || restoration.expiresMs <= nowMs) return undefined
  return { restoration, state: restoration.readyMs <= nowMs ? 'restored' : 'ongoing' }
}

/** Throws `InvalidObjectState` for an archived object that is not restored at this time. */
export function requireRetrievable(record: ObjectRecord, nowMs: number): void {
  if (!isArchive(record.storageClass)) return
  if (restorationState(record, nowMs)?.state === 'restored') return
  throw invalidObjectState(
    "The operation is not valid for the object's storage class",
    record.storageClass,
  )
}

export function invalidObjectState(message: string, storageClass = 'STANDARD'): ServiceError {
  const fields = { StorageClass: storageClass }
  return new ServiceError('InvalidObjectState', message, { status: 403, fields })
}
