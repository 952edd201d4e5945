import type { Random } from '../../../base/random.ts'
import type { ObjectRecord } from '../objects/object-record.ts'

/**
 * How versions lie in the object store. The current object lies under its key, so that a listing of
 * objects costs what it costs without versions. In a place of their own (`versionsOf`) lie
 *
 *     key \0            the newest version when it is a delete marker; then there is no current object
 *     key \0 <place>    every older version, the newest first
 *
 * A place is that of the moment when the version was written, inverted and in control characters, so
 * that no delimiter of a listing is found in it.
 */
const SEQUENCER_BYTES = 9
const ID_BYTES = 24
const PLACE_SIGNS = ID_BYTES * 2
/** What the API calls the version that has no id. */
export const NULL_VERSION = 'null'

/** 32 characters, opaque to clients. Holds the sequencer, so that the version is found without a search. */
export function newVersionId(sequencer: string, random: Random): string {
  const rest = random.bytes(ID_BYTES - SEQUENCER_BYTES)
  return Buffer.concat([Buffer.from(sequencer, 'hex'), rest]).toString('base64url')
}

export function isVersionId(text: string): boolean {
  return /^[A-Za-z0-9_-]{32}$/.test(text)
}

export function versionIdOf({ versionId }: Pick<ObjectRecord, 'versionId'>): string {
  return versionId ?? NULL_VERSION
}

/** Of the newest version, where that is a delete marker. */
export function markerKey(key: string): string {
  return `${key}\0`
}

/** Of an older version with an id. */
export function olderKey(key: string, versionId: string): string {
  return `${key}\0${placeOf(Buffer.from(versionId, 'base64url'))}`
}

/** Where a version goes that no longer is the newest one. */
export function olderKeyOf(key: string, { versionId, sequencer }: ObjectRecord): string {
  if (versionId !== undefined) return olderKey(key, versionId)
  const place = Buffer.alloc(ID_BYTES)
  place.write(sequencer, 'hex')
  return `${key}\0${placeOf(place)}`
}

/** Behind all older versions of the key. */
export function behindVersionsOf(key: string): string {
  return `${key}\0\x7f`
}

/** The sequencer that the version had when it was written: later changes of it count on. */
export function writtenAt({ versionId, sequencer }: ObjectRecord): string {
  if (versionId === undefined) return sequencer
  return Buffer.from(versionId, 'base64url').toString('hex', 0, SEQUENCER_BYTES).toUpperCase()
}

export function parseVersionKey(text: string): {
  readonly key: string
  readonly isNewest: boolean
} {
  if (text.endsWith('\0')) return { key: text.slice(0, -1), isNewest: true }
  return { key: text.slice(0, -1 - PLACE_SIGNS), isNewest: false }
}

function placeOf(id: Buffer): string {
  const digits = Array.from(id.toString('hex'), (digit) => 16 - Number.parseInt(digit, 16))
  return String.fromCharCode(...digits)
}
