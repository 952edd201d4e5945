import type { Random } from '../../base/random.ts'
import { badRequest } from './msk-errors.ts'

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'
const LENGTH = 13

/** AWS: `K3P5ROKL5A1OLE`; says nothing but that something was changed. */
export function newVersion(random: Random): string {
  const letters = Array.from(random.bytes(LENGTH), (byte) => ALPHABET[byte % ALPHABET.length])
  return `K${letters.join('')}`
}

/** A change is for the cluster as its caller has seen it. */
export function checkVersion(given: string | undefined, current: string): void {
  if (given === undefined || given === current) return
  throw badRequest(
    'The specified version is not current. Describe the resource to learn its current version.',
    'currentVersion',
  )
}
