import { dateOf } from '../../../base/clock.ts'
import type { Input, Output } from '../../../wire/contract.ts'
import type { Sdk } from '../contract.ts'
import { invalidRequest, malformedXml } from '../s3-errors.ts'
import { tagsFromSet } from '../wire-tags.ts'
import type {
  LifecycleConfiguration,
  LifecycleFilter,
  LifecycleRule,
  LifecycleTime,
  NoncurrentTime,
} from './lifecycle-rules.ts'

type PutInput = Input<Sdk, 'PutBucketLifecycleConfiguration'>
type WireRule = NonNullable<NonNullable<PutInput['LifecycleConfiguration']>['Rules']>[number]
type WireTime = Pick<NonNullable<WireRule['Expiration']>, 'Days' | 'Date'>
type WireNoncurrentTime = NonNullable<WireRule['NoncurrentVersionExpiration']>
type WireAnswer = Output<Sdk, 'GetBucketLifecycleConfiguration'>

const TAGS_MAX = 1_000

/** A rule as it was given; `newId` names one that has no name. */
export function lifecycleRuleOf(rule: WireRule, newId: () => string): LifecycleRule {
  const isOldForm = rule.Filter === undefined
  if (isOldForm === (rule.Prefix === undefined)) throw malformedXml()
  const abortAfterDays = rule.AbortIncompleteMultipartUpload?.DaysAfterInitiation
  if (rule.AbortIncompleteMultipartUpload && abortAfterDays === undefined) throw malformedXml()
  return {
    id: rule.ID ? rule.ID : newId(),
    isEnabled: rule.Status === 'Enabled',
    isOldForm,
    filter: isOldForm ? { prefix: rule.Prefix ?? '', tags: {} } : filterOf(rule.Filter ?? {}),
    ...expirationOf(rule.Expiration),
    transitions: (rule.Transitions ?? []).map((one) => {
      if (!one.StorageClass) throw malformedXml()
      return { ...transitionTimeOf(one), storageClass: one.StorageClass }
    }),
    ...noncurrentOf(rule),
    ...(abortAfterDays !== undefined && { abortAfterDays }),
  }
}

function expirationOf(
  given: WireRule['Expiration'],
): Pick<LifecycleRule, 'expiration' | 'expiresMarkers'> {
  if (!given) return {}
  const { ExpiredObjectDeleteMarker: expiresMarkers } = given
  if (expiresMarkers === undefined) return { expiration: timeOf(given) }
  // AWS: the three ways to expire exclude each other.
  if (given.Days !== undefined || given.Date !== undefined) throw malformedXml()
  return { expiresMarkers }
}

function noncurrentOf(
  rule: WireRule,
): Pick<LifecycleRule, 'noncurrentExpiration' | 'noncurrentTransitions'> {
  const { NoncurrentVersionExpiration: expiration, NoncurrentVersionTransitions: given } = rule
  return {
    ...(expiration && { noncurrentExpiration: noncurrentTimeOf(expiration) }),
    ...(given?.length && {
      noncurrentTransitions: given.map((one) => {
        if (!one.StorageClass) throw malformedXml()
        return { ...noncurrentTimeOf(one), storageClass: one.StorageClass }
      }),
    }),
  }
}

function noncurrentTimeOf({ NoncurrentDays, NewerNoncurrentVersions }: WireNoncurrentTime) {
  if (NoncurrentDays === undefined) throw malformedXml()
  return {
    days: NoncurrentDays,
    ...(NewerNoncurrentVersions !== undefined && { newerCount: NewerNoncurrentVersions }),
  }
}

function filterOf(filter: NonNullable<WireRule['Filter']>): LifecycleFilter {
  const { And: and, Tag: tag, ...single } = filter
  const count = Object.values({ ...single, and, tag }).filter((one) => one !== undefined).length
  if (count > 1) throw malformedXml()
  const given = and ?? single
  const { Prefix, ObjectSizeGreaterThan, ObjectSizeLessThan } = given
  const tags = tagsFromSet(and?.Tags ?? (tag ? [tag] : []), TAGS_MAX)
  if (and) {
    const parts = [Prefix, ObjectSizeGreaterThan, ObjectSizeLessThan]
    const size = parts.filter((one) => one !== undefined).length + Object.keys(tags).length
    if (size < 2) throw malformedXml()
  }
  return {
    ...(Prefix !== undefined && { prefix: Prefix }),
    tags,
    ...(ObjectSizeGreaterThan !== undefined && { sizeAbove: ObjectSizeGreaterThan }),
    ...(ObjectSizeLessThan !== undefined && { sizeBelow: ObjectSizeLessThan }),
  }
}

function timeOf({ Days, Date: date }: WireTime): LifecycleTime {
  if (Days !== undefined && date !== undefined) throw malformedXml()
  if (Days !== undefined) return { days: Days }
  if (date !== undefined) return { dateMs: date.getTime() }
  throw invalidRequest('At least one action needs to be specified in a rule')
}

// AWS: a transition without a time is one after no days.
function transitionTimeOf(time: WireTime): LifecycleTime {
  return time.Days === undefined && time.Date === undefined ? { days: 0 } : timeOf(time)
}

export function lifecycleAnswer({ rules, minimumSize }: LifecycleConfiguration): WireAnswer {
  return {
    Rules: rules.map((rule) => ({
      ID: rule.id,
      Status: rule.isEnabled ? 'Enabled' : 'Disabled',
      ...(rule.isOldForm ? { Prefix: rule.filter.prefix } : { Filter: wireFilter(rule.filter) }),
      ...(rule.expiration && { Expiration: wireTime(rule.expiration) }),
      ...(rule.expiresMarkers !== undefined && {
        Expiration: { ExpiredObjectDeleteMarker: rule.expiresMarkers },
      }),
      ...(rule.transitions.length > 0 && {
        Transitions: rule.transitions.map((transition) => ({
          ...wireTime(transition),
          StorageClass: transition.storageClass as 'GLACIER',
        })),
      }),
      ...wireNoncurrent(rule),
      ...(rule.abortAfterDays !== undefined && {
        AbortIncompleteMultipartUpload: { DaysAfterInitiation: rule.abortAfterDays },
      }),
    })),
    TransitionDefaultMinimumObjectSize: minimumSize,
  }
}

function wireFilter({ prefix, tags, sizeAbove, sizeBelow }: LifecycleFilter) {
  const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }))
  const plain = {
    ...(prefix !== undefined && { Prefix: prefix }),
    ...(sizeAbove !== undefined && { ObjectSizeGreaterThan: sizeAbove }),
    ...(sizeBelow !== undefined && { ObjectSizeLessThan: sizeBelow }),
  }
  const count = Object.keys(plain).length + Tags.length
  if (count > 1) return { And: { ...plain, ...(Tags.length > 0 && { Tags }) } }
  return Tags[0] ? { Tag: Tags[0] } : plain
}

function wireTime(time: LifecycleTime) {
  return 'days' in time ? { Days: time.days } : { Date: dateOf(time.dateMs) }
}

function wireNoncurrent({ noncurrentExpiration, noncurrentTransitions }: LifecycleRule) {
  return {
    ...(noncurrentExpiration && {
      NoncurrentVersionExpiration: wireNoncurrentTime(noncurrentExpiration),
    }),
    ...(noncurrentTransitions && {
      NoncurrentVersionTransitions: noncurrentTransitions.map((transition) => ({
        ...wireNoncurrentTime(transition),
        StorageClass: transition.storageClass as 'GLACIER',
      })),
    }),
  }
}

function wireNoncurrentTime({ days, newerCount }: NoncurrentTime) {
  return {
    NoncurrentDays: days,
    ...(newerCount !== undefined && { NewerNoncurrentVersions: newerCount }),
  }
}
