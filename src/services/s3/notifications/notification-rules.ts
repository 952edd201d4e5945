import { encodeUrlForm } from '../url-form.ts'

/** One entry of a bucket's notification configuration. */
export interface NotificationRule {
  readonly id: string
  /** The service part of the ARN. */
  readonly service: 'lambda' | 'sqs' | 'sns'
  readonly arn: string
  /** `s3:ObjectCreated:*` and the like. */
  readonly events: ReadonlyArray<string>
  readonly prefix?: string
  readonly suffix?: string
}

/** What happened, by its name in records: `ObjectCreated:Put`. */
export type ObjectEvent =
  | 'ObjectCreated:Put'
  | 'ObjectCreated:Post'
  | 'ObjectCreated:Copy'
  | 'ObjectCreated:CompleteMultipartUpload'
  | 'ObjectRemoved:Delete'
  | 'ObjectRemoved:DeleteMarkerCreated'
  | 'LifecycleExpiration:Delete'
  | 'LifecycleExpiration:DeleteMarkerCreated'
  | 'LifecycleTransition'
  | 'ObjectRestore:Post'
  | 'ObjectRestore:Completed'
  | 'ObjectRestore:Delete'
  | 'ObjectTagging:Put'
  | 'Replication:OperationFailedReplication'
  | 'ObjectTagging:Delete'
  | 'ObjectAcl:Put'

/** The event types that can happen in this build; others are refused by name. */
export const servedEventTypes: ReadonlySet<string> = new Set([
  's3:ObjectCreated:*',
  's3:ObjectCreated:Put',
  's3:ObjectCreated:Post',
  's3:ObjectCreated:Copy',
  's3:ObjectCreated:CompleteMultipartUpload',
  's3:ObjectRemoved:*',
  's3:ObjectRemoved:Delete',
  's3:ObjectRemoved:DeleteMarkerCreated',
  's3:ObjectTagging:*',
  's3:ObjectTagging:Put',
  's3:ObjectTagging:Delete',
  's3:ObjectAcl:Put',
  's3:LifecycleExpiration:*',
  's3:LifecycleExpiration:Delete',
  's3:LifecycleExpiration:DeleteMarkerCreated',
  's3:LifecycleTransition',
  's3:Replication:*',
  's3:Replication:OperationFailedReplication',
  's3:ObjectRestore:*',
  's3:ObjectRestore:Post',
  's3:ObjectRestore:Completed',
  's3:ObjectRestore:Delete',
])

export function matchingRules(
  rules: ReadonlyArray<NotificationRule>,
  event: ObjectEvent,
  key: string,
): ReadonlyArray<NotificationRule> {
  return rules.filter(
    (rule) =>
      rule.events.some((type) => covers(type, `s3:${event}`)) &&
      isWithin(key, rule.prefix, (text, part) => text.startsWith(part)) &&
      isWithin(key, rule.suffix, (text, part) => text.endsWith(part)),
  )
}

/**
 * Two rules that could both want one event, which S3 refuses: a common event type, prefixes of which
 * one begins with the other, suffixes of which one ends with the other.
 */
export function findOverlap(
  rules: ReadonlyArray<NotificationRule>,
): readonly [NotificationRule, NotificationRule] | undefined {
  for (const [index, one] of rules.entries()) {
    for (const other of rules.slice(index + 1)) {
      const shareEvent = one.events.some((type) =>
        other.events.some((second) => covers(type, second) || covers(second, type)),
      )
      if (shareEvent && shareStart(one, other) && shareEnd(one, other)) return [one, other]
    }
  }
  return undefined
}

function covers(type: string, event: string): boolean {
  return type.endsWith('*') ? event.startsWith(type.slice(0, -1)) : type === event
}

/** AWS: a filter may be given as it stands in the key or percent-encoded. */
function isWithin(
  key: string,
  part: string | undefined,
  test: (text: string, part: string) => boolean,
): boolean {
  return part === undefined || part === '' || test(key, part) || test(encodeUrlForm(key), part)
}

function shareStart({ prefix: one = '' }: NotificationRule, other: NotificationRule): boolean {
  const { prefix: second = '' } = other
  return one.startsWith(second) || second.startsWith(one)
}

function shareEnd({ suffix: one = '' }: NotificationRule, other: NotificationRule): boolean {
  const { suffix: second = '' } = other
  return one.endsWith(second) || second.endsWith(one)
}
