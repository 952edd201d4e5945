import { promisify } from 'node:util'
import { crc32, inflateRaw } from 'node:zlib'
import type { CodeFile } from '../../engines/compute/port.ts'
import { invalidParameter } from './lambda-errors.ts'
import { limits } from './limits.ts'

/** A deployment package: a zip, of which only the central directory was read. */
export interface CodeArchive {
  /** Unpacks file by file, off our thread. Throws `InvalidParameterValueException` when torn. */
  files(): AsyncIterable<CodeFile>
}

interface Entry {
  readonly path: string
  readonly method: number
  readonly crc: number
  readonly packedBytes: number
  readonly sizeBytes: number
  readonly headerAt: number
  readonly mode: number
}

const END_SIGNATURE = 0x06054b50
const ENTRY_SIGNATURE = 0x02014b50
const HEADER_SIGNATURE = 0x04034b50
const END_BYTES = 22
const COMMENT_MAX = 65_535
const STORED = 0
const DEFLATED = 8
const TYPE_MASK = 0o170000
const LINK = 0o120000
const MADE_BY_UNIX = 3

/**
 * Zip as far as deployment packages need it (APPNOTE 6.3: no encryption, no ZIP64, methods store
 * and deflate). Throws `InvalidParameterValueException` with AWS's message for anything else, for a
 * path that leads out, and for more than 250 MB unpacked.
 */
export function readCodeArchive(zip: Buffer): CodeArchive {
  const entries = readEntries(zip).filter(({ path }) => !path.endsWith('/'))
  const totalBytes = entries.reduce((sum, entry) => sum + entry.sizeBytes, 0)
  if (totalBytes > limits.unzippedBytesMax) {
    throw invalidParameter(`Unzipped size must be smaller than ${limits.unzippedBytesMax} bytes`)
  }
  if (entries.length === 0) {
    // AWS: the reply to an empty archive.
    throw invalidParameter('Uploaded file must be a non-empty zip')
  }
  return {
    async *files() {
      for (const entry of entries) {
        const source = await linkTarget(zip, entries, entry)
        const bytes = await unpack(zip, source)
        yield { path: entry.path, bytes, executable: (source.mode & 0o111) !== 0 }
      }
    },
  }
}

function readEntries(zip: Buffer): ReadonlyArray<Entry> {
  try {
    const end = findEnd(zip)
    const count = zip.readUInt16LE(end + 10)
    let at = zip.readUInt32LE(end + 16)
    const entries: Entry[] = []
    for (let index = 0; index < count; index++) {
      if (zip.readUInt32LE(at) !== ENTRY_SIGNATURE) throw broken()
      const entry = readEntry(zip, at)
      checkPath(entry.path)
      entries.push(entry)
      at += 46 + zip.readUInt16LE(at + 28) + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32)
    }
    return entries
  } catch (error) {
    // Node raises a RangeError for what would lie behind the end.
    throw error instanceof RangeError ? broken(error) : error
  }
}

function findEnd(zip: Buffer): number {
  const last = zip.length - END_BYTES
  for (let at = last; at >= Math.max(0, last - COMMENT_MAX); at--) {
    if (zip.readUInt32LE(at) === END_SIGNATURE) return at
  }
  throw broken()
}

function readEntry(zip: Buffer, at: number): Entry {
  const isEncrypted = (zip.readUInt16LE(at + 8) & 1) !== 0
  const method = zip.readUInt16LE(at + 10)
  if (isEncrypted || (method !== STORED && method !== DEFLATED)) throw broken()
  const nameBytes = zip.readUInt16LE(at + 28)
  const isUnix = zip.readUInt8(at + 5) === MADE_BY_UNIX
  return {
    path: zip.toString('utf8', at + 46, at + 46 + nameBytes),
    method,
    crc: zip.readUInt32LE(at + 16),
    packedBytes: zip.readUInt32LE(at + 20),
    sizeBytes: zip.readUInt32LE(at + 24),
    headerAt: zip.readUInt32LE(at + 42),
    mode: isUnix ? zip.readUInt16LE(at + 40) : 0o644,
  }
}

function checkPath(path: string): void {
  const parts = path.split('/')
  if (path === '' || path.includes('\0') || path.startsWith('/') || parts.includes('..')) {
    throw broken()
  }
}

/** The entry whose bytes this one has: itself, or where a symbolic link leads. */
async function linkTarget(
  zip: Buffer,
  entries: ReadonlyArray<Entry>,
  entry: Entry,
): Promise<Entry> {
  if ((entry.mode & TYPE_MASK) !== LINK) return entry
  const text = (await unpack(zip, entry)).toString('utf8')
  const path = resolvePath(entry.path, text)
  const target = entries.find((one) => one.path === path)
  if (!target || (target.mode & TYPE_MASK) === LINK) {
    throw invalidParameter(
      `The symbolic link ${entry.path} to ${text} is not supported by Headrace yet: only links to files of the archive are.`,
    )
  }
  return target
}

function resolvePath(from: string, link: string): string {
  const parts = from.split('/').slice(0, -1)
  for (const part of link.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '.' && part !== '') parts.push(part)
  }
  return parts.join('/')
}

async function unpack(zip: Buffer, entry: Entry): Promise<Buffer> {
  const { headerAt, packedBytes, sizeBytes } = entry
  try {
    if (zip.readUInt32LE(headerAt) !== HEADER_SIGNATURE) throw broken()
    const start = headerAt + 30 + zip.readUInt16LE(headerAt + 26) + zip.readUInt16LE(headerAt + 28)
    const packed = zip.subarray(start, start + packedBytes)
    if (packed.length !== packedBytes) throw broken()
    const options = { maxOutputLength: Math.max(sizeBytes, 1) }
    const bytes = entry.method === STORED ? packed : await promisify(inflateRaw)(packed, options)
    if (bytes.length !== sizeBytes || crc32(bytes) !== entry.crc) throw broken()
    return bytes
  } catch (error) {
    throw broken(error)
  }
}

function broken(cause?: unknown): Error {
  return invalidParameter(
    'Could not unzip uploaded file. Please check your file, then try to upload again.',
    cause,
  )
}
