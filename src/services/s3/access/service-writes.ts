import type { EventSender } from '../../../base/event-target.ts'
import { evaluateSender } from '../../iam/policy-evaluation.ts'
import { parsePolicy } from '../../iam/policy-parsing.ts'
import type { Bucket } from '../buckets/bucket.ts'
import { accessDenied } from '../s3-errors.ts'

/**
 * Throws `AccessDenied` unless the policy of the bucket lets a service of AWS put objects there: even
 * one that does so for the owner of the bucket needs the word of the policy.
 */
export function requireServiceMayPut(target: Bucket, sender: EventSender, key: string): void {
  const policy = target.access?.policy
  if (policy === undefined) throw accessDenied()
  const wanted = { action: 's3:PutObject', resource: `arn:aws:s3:::${target.name}/${key}` }
  if (evaluateSender(parsePolicy(policy), sender, wanted) !== 'allow') throw accessDenied()
}
