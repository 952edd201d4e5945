import { dateOf } from '../../../base/clock.ts'
import { ServiceError } from '../../../base/errors.ts'
import type { Bucket } from '../buckets/bucket.ts'
import type { ObjectRecord, Retention } from '../objects/object-record.ts'
import { invalidArgument, invalidRequest } from '../s3-errors.ts'

const DAY_MS = 86_400_000
const DAYS_A_YEAR = 365

/** What a version says of its own lock. */
export interface VersionLock {
  readonly retention?: Retention | undefined
  readonly legalHold?: boolean | undefined
}

export function requireLockConfiguration({ objectLock }: Bucket): void {
  if (!objectLock) throw invalidRequest('Bucket is missing Object Lock Configuration')
}

/** Whether a version may be written with this lock, or get it. */
export function requireLockable(
  bucket: Bucket,
  { retention, legalHold }: VersionLock,
  nowMs: number,
): void {
  if (!retention && legalHold === undefined) return
  requireLockConfiguration(bucket)
  if (retention && retention.untilMs <= nowMs) throw retentionInThePast(retention)
}

/** What a version gets that says nothing of retention. */
export function defaultLockOf(
  { objectLock }: Bucket,
  { retention }: VersionLock,
  writtenMs: number,
): { readonly retention?: Retention } {
  const { defaultRetention } = objectLock ?? {}
  if (!defaultRetention || retention) return {}
  const { mode, period } = defaultRetention
  const days = 'days' in period ? period.days : period.years * DAYS_A_YEAR
  return { retention: { mode, untilMs: writtenMs + days * DAY_MS } }
}

/**
 * To be asked before a version is removed for good, by whomever: throws `AccessDenied` while it is
 * held, or retained and the caller does not bypass that.
 */
export function requireUnlocked(
  { retention, legalHold }: VersionLock,
  nowMs: number,
  bypassesGovernance: boolean,
): void {
  if (legalHold) throw protectedByLock()
  if (!retention || retention.untilMs <= nowMs) return
  if (retention.mode === 'COMPLIANCE' || !bypassesGovernance) throw protectedByLock()
}

/** The record with another retention, or none; throws `AccessDenied` where that would weaken a lock. */
export function withRetention(
  record: ObjectRecord,
  next: Retention | undefined,
  { nowMs, bypassesGovernance }: { nowMs: number; bypassesGovernance: boolean },
): ObjectRecord {
  const { retention, ...rest } = record
  const isActive = retention !== undefined && retention.untilMs > nowMs
  const isWeaker =
    isActive &&
    (next === undefined || next.mode !== retention.mode || next.untilMs < retention.untilMs)
  const mayWeaken = retention?.mode === 'GOVERNANCE' && bypassesGovernance
  if (isWeaker && !mayWeaken) throw protectedByLock()
  return next ? { ...rest, retention: next } : rest
}

function protectedByLock(): ServiceError {
  return new ServiceError(
    'AccessDenied',
    'Access Denied because object protected by object lock.',
    {
      status: 403,
    },
  )
}

function retentionInThePast({ untilMs }: Retention): ServiceError {
  return invalidArgument(
    'The retain until date must be in the future!',
    'RetainUntilDate',
    dateOf(untilMs).toISOString(),
  )
}
