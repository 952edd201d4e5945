import { assert } from '../../../base/assert.ts'
import { crc32c } from '../../checksum/crc32c.ts'
import { isSoundBatch, readBatchHeader, storedChecksum, storedKeyNumber } from './record-batch.ts'

/*
 * One group commit in the write-ahead log. All integers are little-endian.
 *
 *     group = magic u32, crc u32 (CRC-32C of what follows up to the bodies), generation f64,
 *             sequence f64, previous f64, bodyBytes u32, entryCount u32, head*, body*,
 *             padding to a multiple of 512
 *     head  = kind u8, partition u32, baseOffset f64, length u32, crc u32
 *     body  = for a batch: a RecordBatch (its own checksum is the head's, unless it is encrypted:
 *             then that is the CRC-32C of it all);
 *             for settings: JSON (CRC-32C in the head); for a removal or a trim: nothing
 *
 * A group is whole or not there. `sequence` grows with every attempt to write; `previous` is that of
 * the last group that was committed, so that what a failed attempt left behind is never taken for
 * the group that follows. `generation` tells the use of a slot from its uses before.
 */
const GROUP_ALIGNMENT = 512
export const GROUP_HEADER_BYTES = 40
const HEAD_BYTES = 21
const MAGIC = 0x47574c48
const CRC_FROM = 8
const KINDS = ['batch', 'settings', 'removal', 'trim'] as const

export type WalEntryKind = (typeof KINDS)[number]

export interface WalEntry {
  readonly kind: WalEntryKind
  /** Number of the partition; never used twice. */
  readonly partition: number
  /** Of a batch; the new start offset of a trim; else 0. */
  readonly baseOffset: number
  readonly body: Buffer
}

export interface GroupIdentity {
  readonly generation: number
  readonly sequence: number
  readonly previous: number
}

export interface GroupHeader extends GroupIdentity {
  /** Up to the padding. */
  readonly sizeBytes: number
  readonly entryCount: number
}

/** Bytes that the group takes in the log, padding included. */
export function groupSize(entries: ReadonlyArray<WalEntry>): number {
  let size = GROUP_HEADER_BYTES
  for (const entry of entries) size += HEAD_BYTES + entry.body.length
  return aligned(size)
}

export function aligned(size: number): number {
  return Math.ceil(size / GROUP_ALIGNMENT) * GROUP_ALIGNMENT
}

/** The group as buffers to be written one behind the other; the bodies are not copied. */
export function encodeGroup(identity: GroupIdentity, entries: ReadonlyArray<WalEntry>): Buffer[] {
  const head = Buffer.allocUnsafe(GROUP_HEADER_BYTES + entries.length * HEAD_BYTES)
  const bodies: Buffer[] = [head]
  let bodyBytes = 0
  let at = GROUP_HEADER_BYTES
  for (const entry of entries) {
    head[at] = KINDS.indexOf(entry.kind)
    head.writeUInt32LE(entry.partition, at + 1)
    head.writeDoubleLE(entry.baseOffset, at + 5)
    head.writeUInt32LE(entry.body.length, at + 13)
    head.writeUInt32LE(checksumOf(entry), at + 17)
    at += HEAD_BYTES
    bodyBytes += entry.body.length
    if (entry.body.length > 0) bodies.push(entry.body)
  }
  head.writeUInt32LE(MAGIC, 0)
  head.writeDoubleLE(identity.generation, 8)
  head.writeDoubleLE(identity.sequence, 16)
  head.writeDoubleLE(identity.previous, 24)
  head.writeUInt32LE(bodyBytes, 32)
  head.writeUInt32LE(entries.length, 36)
  head.writeUInt32LE(crc32c(head.subarray(CRC_FROM)), 4)
  return bodies
}

/** The header at the start of these bytes, or undefined when they cannot be one. Not yet checked. */
export function readGroupHeader(bytes: Buffer): GroupHeader | undefined {
  if (bytes.length < GROUP_HEADER_BYTES || bytes.readUInt32LE(0) !== MAGIC) return undefined
  const entryCount = bytes.readUInt32LE(36)
  return {
    generation: bytes.readDoubleLE(8),
    sequence: bytes.readDoubleLE(16),
    previous: bytes.readDoubleLE(24),
    sizeBytes: GROUP_HEADER_BYTES + entryCount * HEAD_BYTES + bytes.readUInt32LE(32),
    entryCount,
  }
}

/** The entries of a group of exactly these bytes, or undefined when any checksum does not hold. */
export function decodeGroup(bytes: Buffer, header: GroupHeader): WalEntry[] | undefined {
  assert(bytes.length === header.sizeBytes, 'a group is decoded whole')
  const headEnd = GROUP_HEADER_BYTES + header.entryCount * HEAD_BYTES
  if (crc32c(bytes.subarray(CRC_FROM, headEnd)) !== bytes.readUInt32LE(4)) return undefined
  const entries: WalEntry[] = []
  let bodyAt = headEnd
  for (let at = GROUP_HEADER_BYTES; at < headEnd; at += HEAD_BYTES) {
    const bodyEnd = bodyAt + bytes.readUInt32LE(at + 13)
    const entry = {
      kind: KINDS[bytes[at] ?? 0] ?? 'batch',
      partition: bytes.readUInt32LE(at + 1),
      baseOffset: bytes.readDoubleLE(at + 5),
      body: bytes.subarray(bodyAt, bodyEnd),
    }
    if (!isSoundEntry(entry, bytes.readUInt32LE(at + 17))) return undefined
    entries.push(entry)
    bodyAt = bodyEnd
  }
  return entries
}

/** A batch has a checksum already, which holds for what is in it unless that is encrypted. */
function hasOwnChecksum({ kind, body }: WalEntry): boolean {
  return kind === 'batch' && storedKeyNumber(body) === 0
}

function checksumOf(entry: WalEntry): number {
  return hasOwnChecksum(entry) ? storedChecksum(entry.body) : crc32c(entry.body)
}

function isSoundEntry(entry: WalEntry, sum: number): boolean {
  const { kind, body, baseOffset } = entry
  if (kind === 'batch' && readBatchHeader(body, 0)?.baseOffset !== baseOffset) return false
  return checksumOf(entry) === sum && (!hasOwnChecksum(entry) || isSoundBatch(body))
}
