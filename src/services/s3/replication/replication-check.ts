import { parseArn } from '../../../base/arn.ts'
import type { Bucket } from '../buckets/bucket.ts'
import type { Buckets } from '../buckets/buckets.ts'
import { REPLICATION_ID_MAX, REPLICATION_RULES_MAX } from '../limits.ts'
import { invalidArgument, invalidRequest, malformedXml } from '../s3-errors.ts'
import type { ReplicationConfiguration, ReplicationRule } from './replication-rules.ts'

/** Throws what S3 answers to a configuration that cannot stand. */
export async function requireReplication(
  buckets: Buckets,
  bucket: Bucket,
  { roleArn, rules }: ReplicationConfiguration,
): Promise<void> {
  if (bucket.versioning !== 'Enabled') {
    throw invalidRequest(
      "Versioning must be 'Enabled' on the bucket to apply a replication configuration",
    )
  }
  const role = parseArn(roleArn)
  if (role?.service !== 'iam' || !role.resource.startsWith('role/')) {
    throw invalidArgument('Invalid Role specified in replication configuration', 'Role', roleArn)
  }
  requireTogether(rules)
  for (const rule of rules) await requireDestination(buckets, bucket, rule)
}

function requireTogether(rules: ReadonlyArray<ReplicationRule>): void {
  if (rules.length === 0) throw malformedXml()
  if (rules.length > REPLICATION_RULES_MAX) {
    throw invalidRequest(
      `The number of replication rules must not exceed the allowed limit of ${REPLICATION_RULES_MAX} rules`,
    )
  }
  const ids = new Set<string>()
  const priorities = new Set<number>()
  for (const { id, priority, isOldForm } of rules) {
    if (id.length > REPLICATION_ID_MAX) {
      throw invalidArgument(`ID length should not exceed allowed limit of ${REPLICATION_ID_MAX}`)
    }
    if (ids.has(id)) throw invalidRequest('Rule Id must be unique')
    ids.add(id)
    if (isOldForm) continue
    if (priorities.has(priority)) throw invalidRequest(`Found duplicate priority ${priority}`)
    priorities.add(priority)
  }
  const old = rules.filter(({ isOldForm }) => isOldForm)
  if (old.length > 0 && old.length < rules.length) throw malformedXml()
  requireApart(old)
}

/** AWS: rules of the old form have no order, so that no key may fall to two of them. */
function requireApart(rules: ReadonlyArray<ReplicationRule>): void {
  for (const [index, { filter }] of rules.entries()) {
    const { prefix: one = '' } = filter
    for (const { filter: second } of rules.slice(index + 1)) {
      const { prefix: other = '' } = second
      if (!one.startsWith(other) && !other.startsWith(one)) continue
      throw invalidRequest(`Found overlapping prefixes '${one}' and '${other}'`)
    }
  }
}

async function requireDestination(
  buckets: Buckets,
  bucket: Bucket,
  { destination }: ReplicationRule,
): Promise<void> {
  const { bucketName, account, changesOwner } = destination
  if (bucketName === bucket.name) {
    throw invalidRequest('Destination bucket cannot be the same as the source bucket.')
  }
  if (changesOwner && account === undefined) {
    throw invalidRequest('Account must be specified with AccessControlTranslation.')
  }
  const target = await buckets.look(bucketName)
  if (!target) throw invalidRequest('Destination bucket must exist.')
  if (target.versioning !== 'Enabled') {
    throw invalidRequest('Destination bucket must have versioning enabled.')
  }
}
