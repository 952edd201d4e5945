import type { StoredObject } from '../../../engines/objects/port.ts'
import type { ObjectRecord } from '../objects/object-record.ts'
import { recordOf } from '../objects/object-record.ts'
import type { Tags } from '../tags.ts'
import type { WalkedVersion } from '../versions/version-walk.ts'
import { isArchive } from './storage-classes.ts'

export const AWS_DAY_MS = 86_400_000
const MINIMUM_BYTES = 128 * 1024

/** What a bucket's owner wants done to its objects as time goes by. */
export interface LifecycleConfiguration {
  /** Whether transitions leave objects below 128 KiB alone where no rule says otherwise. */
  readonly minimumSize: 'all_storage_classes_128K' | 'varies_by_storage_class'
  readonly rules: ReadonlyArray<LifecycleRule>
}

export interface LifecycleRule {
  readonly id: string
  readonly isEnabled: boolean
  /** Whether the rule came in the form that had a prefix and no filter. */
  readonly isOldForm: boolean
  readonly filter: LifecycleFilter
  readonly expiration?: LifecycleTime
  /** Whether delete markers go that no version lies under. */
  readonly expiresMarkers?: boolean
  readonly transitions: ReadonlyArray<LifecycleTransition>
  readonly noncurrentExpiration?: NoncurrentTime
  readonly noncurrentTransitions?: ReadonlyArray<NoncurrentTransition>
  readonly abortAfterDays?: number
}

export interface LifecycleFilter {
  readonly prefix?: string
  readonly tags: Tags
  readonly sizeAbove?: number
  readonly sizeBelow?: number
}

/** Days since the object was written, or a date from which on it holds for all objects. */
export type LifecycleTime = { readonly days: number } | { readonly dateMs: number }

export type LifecycleTransition = LifecycleTime & { readonly storageClass: string }

/** Days since a version was followed by another one. */
export interface NoncurrentTime {
  readonly days: number
  /** So many of the noncurrent versions of a key, the newest, are left alone. */
  readonly newerCount?: number
}

export type NoncurrentTransition = NoncurrentTime & { readonly storageClass: string }

export type LifecycleAction =
  | { readonly kind: 'expire'; readonly ruleId: string }
  | { readonly kind: 'transition'; readonly ruleId: string; readonly storageClass: string }

/** From the warmest to the coldest; objects move to the right only. */
export const transitionOrder = [
  'STANDARD',
  'REDUCED_REDUNDANCY',
  'STANDARD_IA',
  'INTELLIGENT_TIERING',
  'ONEZONE_IA',
  'GLACIER_IR',
  'GLACIER',
  'DEEP_ARCHIVE',
] as const

export type Lived = Pick<StoredObject, 'key' | 'sizeBytes' | 'modifiedMs' | 'attributes'>

/** A version among those of its key. */
export type LivedVersion = Pick<WalkedVersion, 'noncurrent' | 'isOldest'> & {
  readonly object: Lived
}

interface Today {
  readonly nowMs: number
  readonly dayMs: number
}

/**
 * When something is due that many days after a moment. AWS counts to the midnight in UTC that follows;
 * with days of another length, there are no midnights.
 */
export function dueAfterDays(fromMs: number, days: number, dayMs: number): number {
  const dueMs = fromMs + days * dayMs
  return dayMs === AWS_DAY_MS ? Math.ceil(dueMs / AWS_DAY_MS) * AWS_DAY_MS : dueMs
}

/** What is to be done to the version now. Of two actions the one that costs less afterwards wins. */
export function dueAction(
  configuration: LifecycleConfiguration,
  { object, noncurrent, isOldest }: LivedVersion,
  today: Today,
): LifecycleAction | undefined {
  const rules = configuration.rules.filter((rule) => rule.isEnabled && matches(rule.filter, object))
  const { isDeleteMarker } = recordOf(object)
  if (noncurrent) {
    const isDue = ({ days, newerCount = 0 }: NoncurrentTime) =>
      noncurrent.newerCount >= newerCount &&
      dueAfterDays(noncurrent.sinceMs, days, today.dayMs) <= today.nowMs
    const expiring = rules.find(
      (rule) => rule.noncurrentExpiration && isDue(rule.noncurrentExpiration),
    )
    if (expiring) return { kind: 'expire', ruleId: expiring.id }
    if (isDeleteMarker) return undefined
    return coldestOf({ ...configuration, rules }, object, ({ noncurrentTransitions = [] }) =>
      noncurrentTransitions.filter(isDue),
    )
  }
  const isDue = (time: LifecycleTime) =>
    momentOf(time, object.modifiedMs, today.dayMs) <= today.nowMs
  if (isDeleteMarker) {
    const expiring = isOldest && rules.find((rule) => expiresMarker(rule, isDue))
    return expiring ? { kind: 'expire', ruleId: expiring.id } : undefined
  }
  const expiring = rules.find(({ expiration }) => expiration && isDue(expiration))
  if (expiring) return { kind: 'expire', ruleId: expiring.id }
  return coldestOf({ ...configuration, rules }, object, ({ transitions }) =>
    transitions.filter(isDue),
  )
}

// AWS: days of an expiration hold for delete markers, too, that no version lies under; a date does not.
function expiresMarker(
  { expiration, expiresMarkers }: LifecycleRule,
  isDue: (time: LifecycleTime) => boolean,
): boolean {
  if (expiresMarkers) return true
  return expiration !== undefined && 'days' in expiration && isDue(expiration)
}

/** The transition to the coldest class of those that are due. */
function coldestOf(
  { minimumSize, rules }: LifecycleConfiguration,
  object: Lived,
  dueOf: (rule: LifecycleRule) => ReadonlyArray<{ readonly storageClass: string }>,
): LifecycleAction | undefined {
  const record = recordOf(object)
  let coldest: LifecycleAction | undefined
  let rank = rankOf(record.storageClass)
  for (const rule of rules) {
    for (const { storageClass } of dueOf(rule)) {
      const next = rankOf(storageClass)
      const { filter } = rule
      if (next <= rank || !isLargeEnough({ minimumSize, filter }, object, storageClass)) continue
      if (!canMove(record, storageClass)) continue
      coldest = { kind: 'transition', ruleId: rule.id, storageClass }
      rank = next
    }
  }
  return coldest
}

/** When the object will be gone, and by which rule: what the header `x-amz-expiration` says. */
export function expirationOf(
  { rules }: LifecycleConfiguration,
  object: Lived,
  dayMs: number,
): { readonly atMs: number; readonly ruleId: string } | undefined {
  const found = rules
    .filter((rule) => rule.isEnabled && matches(rule.filter, object))
    .flatMap(({ id, expiration }) =>
      expiration ? [{ atMs: momentOf(expiration, object.modifiedMs, dayMs), ruleId: id }] : [],
    )
  return found.sort((one, other) => one.atMs - other.atMs)[0]
}

/** Whether an upload that was begun then, and never completed, is to be given up. */
export function isAbandoned(
  { rules }: LifecycleConfiguration,
  { key, initiatedMs }: { readonly key: string; readonly initiatedMs: number },
  { nowMs, dayMs }: Today,
): boolean {
  return rules.some(
    ({ isEnabled, filter, abortAfterDays }) =>
      isEnabled &&
      abortAfterDays !== undefined &&
      key.startsWith(filter.prefix ?? '') &&
      dueAfterDays(initiatedMs, abortAfterDays, dayMs) <= nowMs,
  )
}

function matches({ prefix, tags, sizeAbove, sizeBelow }: LifecycleFilter, object: Lived): boolean {
  const { tags: own = {} } = recordOf(object)
  return (
    object.key.startsWith(prefix ?? '') &&
    Object.entries(tags).every(([key, value]) => own[key] === value) &&
    (sizeAbove === undefined || object.sizeBytes > sizeAbove) &&
    (sizeBelow === undefined || object.sizeBytes < sizeBelow)
  )
}

function momentOf(time: LifecycleTime, modifiedMs: number, dayMs: number): number {
  return 'dateMs' in time ? time.dateMs : dueAfterDays(modifiedMs, time.days, dayMs)
}

function rankOf(storageClass = 'STANDARD'): number {
  return transitionOrder.indexOf(storageClass as (typeof transitionOrder)[number])
}

// AWS: One Zone-IA does not go to Glacier Instant Retrieval, and a restored copy is no reason to move.
function canMove({ storageClass }: ObjectRecord, to: string): boolean {
  return !(storageClass === 'ONEZONE_IA' && to === 'GLACIER_IR')
}

// AWS: a rule's own sizes come before the default of 128 KiB.
function isLargeEnough(
  {
    minimumSize,
    filter,
  }: Pick<LifecycleConfiguration, 'minimumSize'> & Pick<LifecycleRule, 'filter'>,
  { sizeBytes }: Lived,
  to: string,
): boolean {
  if (filter.sizeAbove !== undefined || filter.sizeBelow !== undefined) return true
  if (minimumSize === 'varies_by_storage_class' && isArchive(to)) return true
  return sizeBytes >= MINIMUM_BYTES
}
