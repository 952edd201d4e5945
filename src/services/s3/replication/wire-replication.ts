import type { Input, Output } from '../../../wire/contract.ts'
import type { Sdk } from '../contract.ts'
import { requireServedClass } from '../objects/wire-object.ts'
import { invalidRequest, malformedXml, notSupported } from '../s3-errors.ts'
import { tagsFromSet } from '../wire-tags.ts'
import type {
  ReplicationConfiguration,
  ReplicationDestination,
  ReplicationRule,
} from './replication-rules.ts'

type Given = NonNullable<Input<Sdk, 'PutBucketReplication'>['ReplicationConfiguration']>
type WireRule = NonNullable<Given['Rules']>[number]
type WireAnswer = Output<Sdk, 'GetBucketReplication'>

const TAGS_MAX = 1_000
const BUCKET_ARN = /^arn:aws:s3:::([^/:]+)$/

/** A configuration as it was given; `newId` names rules that have no name. */
export function replicationOf(
  { Role, Rules }: Given,
  newId: () => string,
): ReplicationConfiguration {
  return { roleArn: Role ?? '', rules: (Rules ?? []).map((rule) => ruleOf(rule, newId)) }
}

function ruleOf(rule: WireRule, newId: () => string): ReplicationRule {
  const isOldForm = rule.Filter === undefined
  if (isOldForm && rule.Prefix === undefined) throw malformedXml()
  if (!isOldForm && rule.Prefix !== undefined) throw malformedXml()
  requireForm(rule, isOldForm)
  const filter = isOldForm ? { prefix: rule.Prefix ?? '', tags: {} } : filterOf(rule.Filter ?? {})
  const markers = rule.DeleteMarkerReplication?.Status
  if (markers === 'Enabled' && Object.keys(filter.tags).length > 0) {
    throw invalidRequest(
      'Delete marker replication is not supported if any Tag filter is specified. Please refer to S3 Developer Guide for more information.',
    )
  }
  const said = saidOf(rule)
  return {
    id: rule.ID ? rule.ID : newId(),
    isEnabled: rule.Status === 'Enabled',
    priority: rule.Priority ?? 0,
    isOldForm,
    filter,
    // AWS: rules of the old form make delete markers, too.
    copiesMarkers: isOldForm || markers === 'Enabled',
    destination: destinationOf(rule),
    ...(Object.keys(said).length > 0 && { said }),
  }
}

function requireForm({ Priority, DeleteMarkerReplication }: WireRule, isOldForm: boolean): void {
  for (const [name, value] of Object.entries({ DeleteMarkerReplication, Priority })) {
    if (isOldForm === (value === undefined)) continue
    const verb = isOldForm ? 'cannot be used' : 'must be specified'
    throw invalidRequest(
      `${name} ${verb} for this version of Cross Region Replication configuration schema. Please refer to S3 Developer Guide for more information.`,
    )
  }
}

function filterOf(filter: NonNullable<WireRule['Filter']>): ReplicationRule['filter'] {
  const { And: and, Tag: tag, Prefix: prefix } = filter
  if ([and, tag, prefix].filter((one) => one !== undefined).length > 1) throw malformedXml()
  const tags = tagsFromSet(and?.Tags ?? (tag ? [tag] : []), TAGS_MAX)
  if (and) {
    const count = Object.keys(tags).length + (and.Prefix === undefined ? 0 : 1)
    if (count < 2) throw malformedXml()
  }
  const given = and ? and.Prefix : prefix
  return { ...(given !== undefined && { prefix: given }), tags }
}

function destinationOf({ Destination: given }: WireRule): ReplicationDestination {
  const bucketName = BUCKET_ARN.exec(given?.Bucket ?? '')?.[1]
  if (!given || bucketName === undefined) throw invalidRequest('Invalid bucket ARN.')
  const { StorageClass, Account, AccessControlTranslation } = given
  if (given.EncryptionConfiguration) throw notSupported('EncryptionConfiguration')
  requireServedClass(StorageClass)
  return {
    bucketName,
    ...(StorageClass && { storageClass: StorageClass }),
    ...(Account && { account: Account }),
    ...(AccessControlTranslation && { changesOwner: true }),
  }
}

/** What this build does not do can be said to be off, and nothing else. */
function saidOf(rule: WireRule): NonNullable<ReplicationRule['said']> {
  const { SourceSelectionCriteria: criteria, Destination: destination } = rule
  const given = {
    sseKmsObjects: [criteria?.SseKmsEncryptedObjects?.Status, 'SseKmsEncryptedObjects'],
    replicaModifications: [criteria?.ReplicaModifications?.Status, 'ReplicaModifications'],
    existingObjects: [rule.ExistingObjectReplication?.Status, 'ExistingObjectReplication'],
    replicationTime: [destination?.ReplicationTime?.Status, 'ReplicationTime'],
    metrics: [destination?.Metrics?.Status, 'Metrics'],
  }
  const said: Record<string, 'Disabled'> = {}
  for (const [name, [status, member]] of Object.entries(given)) {
    if (status === 'Enabled') throw notSupported(`${member} of a replication rule`)
    if (status !== undefined) said[name] = 'Disabled'
  }
  return said
}

export function replicationAnswer({ roleArn, rules }: ReplicationConfiguration): WireAnswer {
  return {
    ReplicationConfiguration: { Role: roleArn, Rules: rules.map(wireRule) },
  }
}

function wireRule(rule: ReplicationRule): WireRule {
  const { said = {}, isOldForm, filter } = rule
  const criteria = {
    ...(said.sseKmsObjects && { SseKmsEncryptedObjects: { Status: said.sseKmsObjects } }),
    ...(said.replicaModifications && {
      ReplicaModifications: { Status: said.replicaModifications },
    }),
  }
  return {
    ID: rule.id,
    Status: rule.isEnabled ? 'Enabled' : 'Disabled',
    ...(isOldForm
      ? { Prefix: filter.prefix ?? '' }
      : {
          Priority: rule.priority,
          Filter: wireFilter(filter),
          DeleteMarkerReplication: { Status: rule.copiesMarkers ? 'Enabled' : 'Disabled' },
        }),
    ...(Object.keys(criteria).length > 0 && { SourceSelectionCriteria: criteria }),
    ...(said.existingObjects && { ExistingObjectReplication: { Status: said.existingObjects } }),
    Destination: wireDestination(rule),
  }
}

function wireDestination({ destination, said = {} }: ReplicationRule) {
  const { bucketName, storageClass, account, changesOwner } = destination
  return {
    Bucket: `arn:aws:s3:::${bucketName}`,
    ...(account && { Account: account }),
    ...(storageClass && { StorageClass: storageClass as 'STANDARD' }),
    ...(changesOwner && { AccessControlTranslation: { Owner: 'Destination' as const } }),
    ...(said.replicationTime && {
      ReplicationTime: { Status: said.replicationTime, Time: { Minutes: 15 } },
    }),
    ...(said.metrics && { Metrics: { Status: said.metrics } }),
  }
}

function wireFilter({ prefix, tags }: ReplicationRule['filter']) {
  const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }))
  const plain = prefix === undefined ? {} : { Prefix: prefix }
  if (Tags.length + Object.keys(plain).length > 1) return { And: { ...plain, Tags } }
  return Tags[0] ? { Tag: Tags[0] } : plain
}
