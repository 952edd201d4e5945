import type { ChecksumAlgorithm } from '../../../engines/checksum/checksum.ts'
import type { StoredObject } from '../../../engines/objects/port.ts'
import type { ObjectEncryption } from '../encryption/object-encryption.ts'
import type { ObjectDetails } from './objects.ts'

/** A multipart upload that was begun: the attributes of its entry in the object store. */
export interface UploadRecord extends ObjectDetails {
  readonly algorithm: ChecksumAlgorithm
  readonly type: 'FULL_OBJECT' | 'COMPOSITE'
  /** Whether the caller named the algorithm: only then it is shown. */
  readonly isChosen: boolean
  /** Of all its parts and of the object that they become. */
  readonly encryption?: ObjectEncryption
}

/** A part that was taken: the attributes of its object. */
export interface PartRecord {
  readonly etag: string
  /** base64, of the upload's algorithm. */
  readonly checksum: string
}

export interface Upload {
  readonly key: string
  readonly uploadId: string
  readonly initiatedMs: number
  readonly record: UploadRecord
}

export interface Part extends PartRecord {
  readonly partNumber: number
  readonly sizeBytes: number
  readonly modifiedMs: number
  readonly revision: string
}

const NUMBER_DIGITS = 5

/**
 * The key of an upload's entry: that of the object, a zero byte, and the id in control characters, so
 * that no delimiter of a listing is found in it. Sorts as key and id do.
 */
export function uploadEntryKey(key: string, uploadId: string): string {
  const digits = Array.from(uploadId, (digit) => Number.parseInt(digit, 16) + 1)
  return `${key}\0${String.fromCharCode(...digits)}`
}

/** Behind all entries of the key. */
export function behindUploadsOf(key: string): string {
  return `${key}\0\x7f`
}

export function isUploadId(text: string): boolean {
  return /^[0-9a-f]{44}$/.test(text)
}

export function uploadOf(object: StoredObject): Upload {
  const end = object.key.lastIndexOf('\0')
  const digits = Array.from(object.key.slice(end + 1), (sign) => sign.charCodeAt(0) - 1)
  return {
    key: object.key.slice(0, end),
    uploadId: digits.map((digit) => digit.toString(16)).join(''),
    initiatedMs: object.modifiedMs,
    record: object.attributes as unknown as UploadRecord,
  }
}

export function partKey(uploadId: string, partNumber: number): string {
  return `${uploadId}/${String(partNumber).padStart(NUMBER_DIGITS, '0')}`
}

export function uploadIdOfPart({ key }: Pick<StoredObject, 'key'>): string {
  return key.slice(0, -1 - NUMBER_DIGITS)
}

export function partOf(object: StoredObject): Part {
  const { etag, checksum } = object.attributes as unknown as PartRecord
  const { key, sizeBytes, modifiedMs, revision } = object
  const partNumber = Number(key.slice(-NUMBER_DIGITS))
  return { partNumber, sizeBytes, modifiedMs, revision, etag, checksum }
}
