import { LIFECYCLE_ID_MAX, LIFECYCLE_RULES_MAX } from '../limits.ts'
import { invalidArgument, invalidRequest, malformedXml } from '../s3-errors.ts'
import type { LifecycleRule, LifecycleTime, LifecycleTransition } from './lifecycle-rules.ts'
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

function requireRule({ expiration, transitions, abortAfterDays, filter }: LifecycleRule): void {
  if (!expiration && transitions.length === 0 && abortAfterDays === undefined) {
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
    if (Object.keys(filter.tags).length > 0) {
      throw invalidRequest('AbortIncompleteMultipartUpload cannot be specified with Tags.')
    }
    if (sizeAbove !== undefined || sizeBelow !== undefined) {
      throw invalidRequest('AbortIncompleteMultipartUpload cannot be specified with Object Size.')
    }
  }
  if (expiration) requireTime(expiration)
  if (expiration && 'days' in expiration) {
    requirePositive(expiration.days, "'Days' for Expiration action")
  }
  requireTransitions(transitions)
  for (const transition of transitions) requireBefore(transition, expiration, filter.prefix ?? '')
}

function requireTransitions(transitions: ReadonlyArray<LifecycleTransition>): void {
  const seen = new Set<string>()
  for (const transition of transitions) {
    const { storageClass } = transition
    if (seen.has(storageClass)) {
      throw invalidRequest(
        "'StorageClass' must be different for 'Transition' actions in same 'Rule'",
      )
    }
    seen.add(storageClass)
    const isServed = transitionOrder.some((name) => name === storageClass)
    if (!isServed || ['STANDARD', 'REDUCED_REDUNDANCY'].includes(storageClass)) throw malformedXml()
    requireTime(transition)
    if (!('days' in transition)) continue
    if (transition.days < 0) {
      throw invalidArgument("'Days' in Transition action must be nonnegative")
    }
    if (coolClasses.has(storageClass) && transition.days < COOL_DAYS_MIN) {
      throw invalidArgument(
        `'Days' in Transition action must be greater than or equal to ${COOL_DAYS_MIN} for storageClass '${storageClass}'`,
      )
    }
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
