import { LIFECYCLE_ID_MAX, LIFECYCLE_RULES_MAX, NEWER_VERSIONS_MAX } from '../limits.ts'
import { invalidArgument, invalidRequest, malformedXml } from '../s3-errors.ts'
import type {
  LifecycleFilter,
  LifecycleRule,
  LifecycleTime,
  LifecycleTransition,
  NoncurrentTime,
} from './lifecycle-rules.ts'
import { AWS_DAY_MS, transitionOrder } from './lifecycle-rules.ts'

const COOL_DAYS_MIN = 30
const coolClasses: ReadonlySet<string> = new Set(['STANDARD_IA', 'ONEZONE_IA'])

/** Throws what S3 answers to rules that cannot stand, each by itself and beside the others. */
export function requireLifecycleRules(rules: ReadonlyArray<LifecycleRule>): void {
  if (rules.length === 0) throw malformedXml()
  if (rules.length > LIFECYCLE_RULES_MAX) {
    throw invalidRequest(
      `The number of lifecycle rules must not exceed the allowed limit of ${LIFECYCLE_RULES_MAX} rules`,
    )
  }
  const ids = new Set<string>()
  for (const rule of rules) {
    if (rule.id.length > LIFECYCLE_ID_MAX) {
      throw invalidArgument(`ID length should not exceed allowed limit of ${LIFECYCLE_ID_MAX}`)
    }
    if (ids.has(rule.id)) {
      throw invalidArgument('Rule ID must be unique. Found same ID for more than one rule')
    }
    ids.add(rule.id)
    requireRule(rule)
  }
}

function requireRule(rule: LifecycleRule): void {
  const { expiration, expiresMarkers, transitions, abortAfterDays, filter } = rule
  const { noncurrentExpiration, noncurrentTransitions } = rule
  const actions = [expiration, expiresMarkers, noncurrentExpiration, noncurrentTransitions]
  const isIdle = [...actions, abortAfterDays].every((action) => action === undefined)
  if (isIdle && transitions.length === 0) {
    throw invalidRequest('At least one action needs to be specified in a rule')
  }
  const { sizeAbove, sizeBelow } = filter
  if (sizeAbove !== undefined && sizeBelow !== undefined && sizeAbove >= sizeBelow) {
    throw invalidRequest(
      "'ObjectSizeLessThan' has to be a value greater than 'ObjectSizeGreaterThan'",
    )
  }
  if (abortAfterDays !== undefined) {
    requirePositive(
      abortAfterDays,
      "'DaysAfterInitiation' for AbortIncompleteMultipartUpload action",
    )
    requirePlainFilter(filter, 'AbortIncompleteMultipartUpload')
  }
  if (expiresMarkers !== undefined) requirePlainFilter(filter, 'ExpiredObjectDeleteMarker')
  if (expiration) requireTime(expiration)
  if (expiration && 'days' in expiration) {
    requirePositive(expiration.days, "'Days' for Expiration action")
  }
  requireTransitions(transitions)
  for (const transition of transitions) requireBefore(transition, expiration, filter.prefix ?? '')
  requireNoncurrent(rule)
}

function requirePlainFilter({ tags, sizeAbove, sizeBelow }: LifecycleFilter, what: string): void {
  if (Object.keys(tags).length > 0) {
    throw invalidRequest(`${what} cannot be specified with Tags.`)
  }
  if (sizeAbove !== undefined || sizeBelow !== undefined) {
    throw invalidRequest(`${what} cannot be specified with Object Size.`)
  }
}

function requireNoncurrent(rule: LifecycleRule): void {
  const { noncurrentExpiration: expiration, noncurrentTransitions = [], filter } = rule
  if (expiration) {
    requirePositive(expiration.days, "'NoncurrentDays' for NoncurrentVersionExpiration action")
    requireNewerCount(rule, expiration, 'NoncurrentVersionExpiration')
  }
  const seen = new Set<string>()
  for (const transition of noncurrentTransitions) {
    const { storageClass, days } = transition
    requireTransitionClass(storageClass, seen, 'NoncurrentVersionTransition')
    requireTransitionDays(days, storageClass, {
      days: "'NoncurrentDays'",
      action: 'NoncurrentVersionTransition',
    })
    requireNewerCount(rule, transition, 'NoncurrentVersionTransition')
    if (expiration && expiration.days <= days) {
      throw invalidArgument(
        `'NoncurrentDays' in the NoncurrentVersionExpiration action for filter '(prefix=${filter.prefix ?? ''})' must be greater than 'NoncurrentDays' in the NoncurrentVersionTransition action`,
      )
    }
  }
}

function requireNewerCount(
  { isOldForm }: LifecycleRule,
  { newerCount }: NoncurrentTime,
  action: string,
): void {
  if (newerCount === undefined) return
  // AWS: the number of versions to keep came with filters.
  if (isOldForm) throw malformedXml()
  if (newerCount >= 1 && newerCount <= NEWER_VERSIONS_MAX) return
  throw invalidArgument(
    `'NewerNoncurrentVersions' for ${action} action must be between 1 and ${NEWER_VERSIONS_MAX}`,
  )
}

function requireTransitionClass(storageClass: string, seen: Set<string>, action: string): void {
  if (seen.has(storageClass)) {
    throw invalidRequest(`'StorageClass' must be different for '${action}' actions in same 'Rule'`)
  }
  seen.add(storageClass)
  const isServed = transitionOrder.some((name) => name === storageClass)
  if (!isServed || ['STANDARD', 'REDUCED_REDUNDANCY'].includes(storageClass)) throw malformedXml()
}

function requireTransitionDays(
  days: number,
  storageClass: string,
  names: { readonly days: string; readonly action: string },
): void {
  if (days < 0) throw invalidArgument(`${names.days} in ${names.action} action must be nonnegative`)
  if (coolClasses.has(storageClass) && days < COOL_DAYS_MIN) {
    throw invalidArgument(
      `${names.days} in ${names.action} action must be greater than or equal to ${COOL_DAYS_MIN} for storageClass '${storageClass}'`,
    )
  }
}

function requireTransitions(transitions: ReadonlyArray<LifecycleTransition>): void {
  const seen = new Set<string>()
  for (const transition of transitions) {
    const { storageClass } = transition
    requireTransitionClass(storageClass, seen, 'Transition')
    requireTime(transition)
    if (!('days' in transition)) continue
    requireTransitionDays(transition.days, storageClass, { days: "'Days'", action: 'Transition' })
  }
}

function requireBefore(
  transition: LifecycleTransition,
  expiration: LifecycleTime | undefined,
  prefix: string,
): void {
  if (!expiration) return
  const where = `for filter '(prefix=${prefix})'`
  if ('days' in transition !== 'days' in expiration) {
    throw invalidRequest(
      `Found mixed 'Date' and 'Days' based Expiration and Transition actions in lifecycle rule ${where}`,
    )
  }
  if ('days' in transition && 'days' in expiration && expiration.days <= transition.days) {
    throw invalidArgument(
      `'Days' in the Expiration action ${where} must be greater than 'Days' in the Transition action`,
    )
  }
  if ('dateMs' in transition && 'dateMs' in expiration && expiration.dateMs <= transition.dateMs) {
    throw invalidArgument(
      `'Date' in the Expiration action ${where} must be later than 'Date' in the Transition action`,
    )
  }
}

function requireTime(time: LifecycleTime): void {
  if ('dateMs' in time && time.dateMs % AWS_DAY_MS !== 0) {
    throw invalidArgument("'Date' must be at midnight GMT")
  }
}

function requirePositive(days: number, what: string): void {
  if (days < 1) throw invalidArgument(`${what} must be a positive integer`)
}
