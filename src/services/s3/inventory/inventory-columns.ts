import { dateOf } from '../../../base/clock.ts'
import { ownerIdOf } from '../access/acl.ts'
import type { Bucket } from '../buckets/bucket.ts'
import { recordOf } from '../objects/object-record.ts'
import { replicationStatusOf } from '../replication/replication-rules.ts'
import type { WalkedVersion } from '../versions/version-walk.ts'

/** The optional fields that this build fills; others are refused by name. */
export const inventoryColumns = [
  'Size',
  'LastModifiedDate',
  'ETag',
  'StorageClass',
  'IsMultipartUploaded',
  'ReplicationStatus',
  'EncryptionStatus',
  'ObjectLockRetainUntilDate',
  'ObjectLockMode',
  'ObjectLockLegalHoldStatus',
  'BucketKeyStatus',
  'ChecksumAlgorithm',
  'ObjectOwner',
] as const

export type InventoryColumn = (typeof inventoryColumns)[number]

type ColumnName = 'Bucket' | 'Key' | 'VersionId' | 'IsLatest' | 'IsDeleteMarker' | InventoryColumn

export interface Column {
  /** As CSV names it. */
  readonly name: ColumnName
  /** As Parquet names it. */
  readonly parquetName: string
  readonly type: 'VARCHAR' | 'BOOLEAN' | 'BIGINT' | 'TIMESTAMP_MS'
  readonly read: (bucket: Bucket, version: WalkedVersion) => string | number | boolean | undefined
}

const statuses = { AES256: 'SSE-S3', 'aws:kms': 'SSE-KMS', customer: 'SSE-C' } as const

function column(
  name: ColumnName,
  type: Column['type'],
  read: Column['read'],
  parquetName = name.replace(/(?<!^)(?=[A-Z])/g, '_').toLowerCase(),
): Column {
  return { name, type, read, parquetName }
}

const always = [
  column('Bucket', 'VARCHAR', ({ name }) => name),
  column('Key', 'VARCHAR', (_bucket, { object }) => object.key),
]

const ofVersions = [
  column('VersionId', 'VARCHAR', (_bucket, { object }) => recordOf(object).versionId ?? ''),
  column('IsLatest', 'BOOLEAN', (_bucket, { noncurrent }) => noncurrent === undefined),
  column('IsDeleteMarker', 'BOOLEAN', (_bucket, { object }) => isMarker({ object })),
]

/** In the order that lists have them in. */
const optional = [
  column('Size', 'BIGINT', (_bucket, { object }) => object.sizeBytes),
  column('LastModifiedDate', 'TIMESTAMP_MS', (_bucket, { object }) => timeText(object.modifiedMs)),
  column('ETag', 'VARCHAR', (_bucket, { object }) => recordOf(object).etag, 'e_tag'),
  column(
    'StorageClass',
    'VARCHAR',
    (_bucket, { object }) => recordOf(object).storageClass ?? 'STANDARD',
  ),
  column('IsMultipartUploaded', 'BOOLEAN', (_bucket, { object }) => {
    return recordOf(object).parts !== undefined
  }),
  column('ReplicationStatus', 'VARCHAR', (_bucket, { object }) =>
    replicationStatusOf(recordOf(object)),
  ),
  column('EncryptionStatus', 'VARCHAR', (_bucket, { object }) => {
    const { encryption } = recordOf(object)
    return encryption ? statuses[encryption.kind] : 'NOT-SSE'
  }),
  column('ObjectLockRetainUntilDate', 'TIMESTAMP_MS', (_bucket, { object }) => {
    const { retention } = recordOf(object)
    return retention && timeText(retention.untilMs)
  }),
  column('ObjectLockMode', 'VARCHAR', (_bucket, { object }) => recordOf(object).retention?.mode),
  column('ObjectLockLegalHoldStatus', 'VARCHAR', (_bucket, { object }) => {
    const { legalHold } = recordOf(object)
    return legalHold === undefined ? undefined : legalHold ? 'ON' : 'OFF'
  }),
  column('BucketKeyStatus', 'VARCHAR', (_bucket, { object }) => {
    const { encryption } = recordOf(object)
    if (encryption?.kind !== 'aws:kms') return undefined
    return encryption.bucketKey ? 'ENABLED' : 'DISABLED'
  }),
  column('ChecksumAlgorithm', 'VARCHAR', (_bucket, { object }) => {
    return recordOf(object).checksum?.algorithm
  }),
  column('ObjectOwner', 'VARCHAR', (bucket, { object }) => ownerIdOf(bucket, recordOf(object))),
]

/** The columns of an inventory, in order. Of a delete marker, the optional ones but its time are empty. */
export function columnsOf(
  versions: 'All' | 'Current',
  fields: ReadonlyArray<InventoryColumn>,
): ReadonlyArray<Column> {
  const chosen = optional.filter(({ name }) => fields.some((field) => field === name))
  const filled = chosen.map((one): Column => {
    if (one.name === 'LastModifiedDate') return one
    return {
      ...one,
      read: (bucket, version) => (isMarker(version) ? undefined : one.read(bucket, version)),
    }
  })
  return [...always, ...(versions === 'All' ? ofVersions : []), ...filled]
}

function isMarker({ object }: Pick<WalkedVersion, 'object'>): boolean {
  return recordOf(object).isDeleteMarker === true
}

function timeText(ms: number): string {
  return dateOf(ms).toISOString()
}
