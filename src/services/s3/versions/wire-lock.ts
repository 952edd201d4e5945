import { dateOf } from '../../../base/clock.ts'
import type { Input } from '../../../wire/contract.ts'
import type { RequestContext } from '../../../wire/operation.ts'
import type { Bucket } from '../buckets/bucket.ts'
import type { Sdk } from '../contract.ts'
import type { Retention } from '../objects/object-record.ts'
import { invalidArgument, invalidRequest, malformedXml } from '../s3-errors.ts'
import type { VersionLock } from './object-locks.ts'

type LockMembers = Pick<
  Partial<Input<Sdk, 'PutObject'>>,
  'ObjectLockMode' | 'ObjectLockRetainUntilDate' | 'ObjectLockLegalHoldStatus'
>

/** The lock that a request wants for the version that it writes. */
export function lockOf({
  ObjectLockMode: mode,
  ObjectLockRetainUntilDate: until,
  ObjectLockLegalHoldStatus: hold,
}: LockMembers): VersionLock {
  if ((mode === undefined) !== (until === undefined)) {
    throw invalidArgument(
      'x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied',
      mode === undefined ? 'x-amz-object-lock-mode' : 'x-amz-object-lock-retain-until-date',
    )
  }
  return {
    ...(mode && until && { retention: { mode, untilMs: until.getTime() } }),
    ...(hold !== undefined && { legalHold: hold === 'ON' }),
  }
}

// AWS: what is to be locked must have come with a digest of some kind.
export function requireDigestWithLock(lock: VersionLock, { headers }: RequestContext): void {
  if (!lock.retention && lock.legalHold === undefined) return
  const names = Object.keys(headers)
  const isDigest = (name: string) => name === 'content-md5' || name.startsWith('x-amz-checksum-')
  if (names.some(isDigest) || headers['x-amz-trailer'] !== undefined) return
  throw invalidRequest(
    'Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with Object Lock parameters',
  )
}

/** What GetObject and HeadObject say of a version's lock. */
export function lockMembers({ retention, legalHold }: VersionLock) {
  return {
    ...(retention && {
      ObjectLockMode: retention.mode,
      ObjectLockRetainUntilDate: dateOf(retention.untilMs),
    }),
    ...(legalHold !== undefined && {
      ObjectLockLegalHoldStatus: legalHold ? ('ON' as const) : ('OFF' as const),
    }),
  }
}

export function requireBypassable({ objectLock }: Bucket, bypasses: boolean | undefined): void {
  if (!bypasses || objectLock) return
  throw invalidArgument(
    'x-amz-bypass-governance-retention is only applicable to Object Lock enabled buckets.',
    'x-amz-bypass-governance-retention',
  )
}

/** Undefined: the retention is to be taken off. */
export function retentionOf(
  given: Input<Sdk, 'PutObjectRetention'>['Retention'],
): Retention | undefined {
  const { Mode: mode, RetainUntilDate: until } = given ?? {}
  if (mode === undefined && until === undefined) return undefined
  if (mode === undefined || until === undefined) throw malformedXml()
  return { mode, untilMs: until.getTime() }
}

type ConfigurationMember = Input<Sdk, 'PutObjectLockConfiguration'>['ObjectLockConfiguration']

export function lockConfigurationOf(given: ConfigurationMember): NonNullable<Bucket['objectLock']> {
  if (given?.ObjectLockEnabled !== 'Enabled') throw malformedXml()
  if (given.Rule === undefined) return {}
  const { Mode: mode, Days: days, Years: years } = given.Rule.DefaultRetention ?? {}
  if (mode === undefined || (days === undefined) === (years === undefined)) throw malformedXml()
  const period = days === undefined ? { years: years ?? 0 } : { days }
  const [count] = Object.values(period)
  if (count === undefined || count <= 0) {
    throw invalidArgument('Default retention period must be a positive integer value.')
  }
  return { defaultRetention: { mode, period } }
}

export function lockConfigurationMember({ defaultRetention }: NonNullable<Bucket['objectLock']>) {
  const { mode, period } = defaultRetention ?? {}
  return {
    ObjectLockEnabled: 'Enabled' as const,
    ...(mode &&
      period && {
        Rule: {
          DefaultRetention: {
            Mode: mode,
            ...('days' in period ? { Days: period.days } : { Years: period.years }),
          },
        },
      }),
  }
}
