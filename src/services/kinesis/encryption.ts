import { parseArn } from '../../base/arn.ts'
import { ServiceError } from '../../base/errors.ts'
import { DAY_MS, ENCRYPTION_CHANGES_MAX, ENCRYPTION_CHANGES_PER_DAY } from './limits.ts'
import type { EncryptionChange, Stream, StreamKey } from './stream.ts'
import { limitExceeded } from './stream-errors.ts'

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const MULTI_REGION_ID = /^mrk-[0-9a-f]{32}$/i
const ALIAS = /^alias\/[\w/-]{1,250}$/

/**
 * The ARN of a key in any of the forms that AWS takes: a key id, an alias, or the ARN of one. Keys are
 * local ones, made when they are first used, so that any key that could exist does. Throws
 * `KMSNotFoundException` for what is no key, or one of another region.
 */
export function keyArnOf({ accountId, region }: StreamKey, keyId: string): string {
  const arn = parseArn(keyId)
  if (!arn) return `arn:aws:kms:${region}:${accountId}:${resourceOf(keyId, keyId)}`
  if (arn.service !== 'kms' || !/^\d{12}$/.test(arn.accountId)) throw noKey(`Invalid arn ${keyId}`)
  if (arn.region !== region) throw noKey(`Invalid arn ${arn.region}`)
  const name = arn.resource.startsWith('key/') ? arn.resource.slice('key/'.length) : arn.resource
  return `arn:aws:kms:${region}:${arn.accountId}:${resourceOf(name, keyId)}`
}

function resourceOf(name: string, keyId: string): string {
  if (ALIAS.test(name)) return name
  if (GUID.test(name) || MULTI_REGION_ID.test(name)) return `key/${name.toLowerCase()}`
  throw noKey(`Invalid keyId '${keyId}'`)
}

function noKey(message: string): ServiceError {
  return new ServiceError('KMSNotFoundException', message)
}

/** What is written from now on is encrypted so; undefined: not at all. */
export function encryptionOf({ encryptions = [] }: Stream): EncryptionChange | undefined {
  const last = encryptions.at(-1)
  return last?.keyId ? last : undefined
}

/** How a record that arrived then was written, in AWS's word. */
export function encryptionTypeAt({ encryptions }: Stream, arrivalMs: number): 'KMS' | 'NONE' {
  if (!encryptions) return 'NONE'
  const change = encryptions.findLast(
    ({ sinceMs = Number.POSITIVE_INFINITY }) => sinceMs <= arrivalMs,
  )
  return change?.keyId ? 'KMS' : 'NONE'
}

/** Throws `LimitExceededException` for a change too many within a day, or at all. */
export function withEncryption(
  key: StreamKey,
  stream: Stream,
  change: EncryptionChange,
): Pick<Stream, 'encryptions' | 'status'> {
  const { encryptions = [] } = stream
  const dayAgoMs = change.requestedMs - DAY_MS
  const recent = encryptions.filter(({ requestedMs }) => requestedMs > dayAgoMs)
  const sameKind = recent.filter(({ keyId }) => (keyId === '') === (change.keyId === ''))
  if (sameKind.length >= ENCRYPTION_CHANGES_PER_DAY) {
    throw limitExceeded(
      `Stream ${key.name} under account ${key.accountId} cannot change its encryption more than ` +
        `${ENCRYPTION_CHANGES_PER_DAY} times in a rolling period of 24 hours.`,
    )
  }
  if (encryptions.length >= ENCRYPTION_CHANGES_MAX) {
    throw limitExceeded(
      `Stream ${key.name} under account ${key.accountId} cannot change its encryption more than ` +
        `${ENCRYPTION_CHANGES_MAX} times.`,
    )
  }
  return { encryptions: [...encryptions, change], status: 'UPDATING' }
}

/** The log has done the last change. */
export function withEncryptionSince(stream: Stream, sinceMs: number): Stream {
  const last = stream.encryptions?.at(-1)
  if (!stream.encryptions || !last || last.sinceMs !== undefined) return stream
  return { ...stream, encryptions: [...stream.encryptions.slice(0, -1), { ...last, sinceMs }] }
}
