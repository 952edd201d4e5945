import type { ObjectRecord } from '../objects/object-record.ts'
import type { Tags } from '../tags.ts'

/** Which new versions of a bucket go to which other buckets. */
export interface ReplicationConfiguration {
  /** In whose name the copies are made. */
  readonly roleArn: string
  readonly rules: ReadonlyArray<ReplicationRule>
}

export interface ReplicationRule {
  readonly id: string
  readonly isEnabled: boolean
  /** Of two rules for one destination, the one with the greater number holds. */
  readonly priority: number
  /** Whether the rule came in the form that had a prefix, and no filter or priority. */
  readonly isOldForm: boolean
  readonly filter: { readonly prefix?: string; readonly tags: Tags }
  /** Whether delete markers are made in the destination, too. */
  readonly copiesMarkers: boolean
  readonly destination: ReplicationDestination
  /** As they were given, for they say what is so anyway: the answer repeats them. */
  readonly said?: {
    readonly sseKmsObjects?: 'Disabled'
    readonly replicaModifications?: 'Disabled'
    readonly existingObjects?: 'Disabled'
    readonly replicationTime?: 'Disabled'
    readonly metrics?: 'Disabled'
  }
}

export interface ReplicationDestination {
  readonly bucketName: string
  readonly storageClass?: string
  /** Who the bucket has to belong to. */
  readonly account?: string
  /** Whether the copy is to belong to the bucket's owner, as everything in a bucket of ours does. */
  readonly changesOwner?: boolean
}

/** What became of a version's copies, or that it is one. */
export type ReplicationState =
  | { readonly isReplica: true }
  | { readonly destinations: Readonly<Record<string, DestinationState>> }

export type DestinationState = 'PENDING' | 'COMPLETED' | 'FAILED'

/** What headers call it. AWS: one copy that failed counts for all, and so does one that is missing. */
export function replicationStatusOf({
  replication,
}: Pick<ObjectRecord, 'replication'>): 'REPLICA' | DestinationState | undefined {
  if (!replication) return undefined
  if ('isReplica' in replication) return 'REPLICA'
  const states = Object.values(replication.destinations)
  if (states.includes('FAILED')) return 'FAILED'
  return states.includes('PENDING') ? 'PENDING' : 'COMPLETED'
}

/** The rules that want a new version, at most one for each destination. */
export function wantingRules(
  { rules }: ReplicationConfiguration,
  key: string,
  { tags = {}, isDeleteMarker, replication }: ObjectRecord,
): ReadonlyArray<ReplicationRule> {
  // AWS: what was copied here is not copied on.
  if (replication && 'isReplica' in replication) return []
  const chosen = new Map<string, ReplicationRule>()
  for (const rule of rules) {
    const { prefix = '', tags: wanted } = rule.filter
    if (!rule.isEnabled || !key.startsWith(prefix)) continue
    if (isDeleteMarker && !rule.copiesMarkers) continue
    if (!Object.entries(wanted).every(([name, value]) => tags[name] === value)) continue
    const { bucketName } = rule.destination
    const other = chosen.get(bucketName)
    if (!other || other.priority < rule.priority) chosen.set(bucketName, rule)
  }
  return [...chosen.values()]
}
