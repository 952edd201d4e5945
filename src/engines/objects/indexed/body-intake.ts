import type { Disk } from '../../../base/disk.ts'
import { EngineError } from '../../../base/errors.ts'
import type { Random } from '../../../base/random.ts'
import { crc32c } from '../../checksum/crc32c.ts'
import type { ObjectBody } from '../port.ts'
import { createBlockSums } from './block-sums.ts'
import type { Piece, PieceContent } from './object-index.ts'
import type { PieceCipher } from './piece-cipher.ts'
import { createPieceCipher } from './piece-cipher.ts'
import type { AdoptedPiece, NewPiece, PiecePlace, PieceReader } from './piece-place.ts'

/** Bytes that go to the piece with one call. While they are written, as many more are gathered. */
const WRITE_BYTES = 1_000_000
/** The system takes at most 1,024 buffers with one call. */
const WRITE_BUFFERS_MAX = 500
const READ_BYTES = 256 * 1024

/** A body that was taken in whole: in memory when small, else in a durable piece. */
export interface Received {
  /** How its piece says it, but for the id. */
  readonly piece: Omit<Piece, 'id'>
  readonly content: PieceContent
  readonly newPiece?: NewPiece
  /** To be called when the object is published. */
  keep(): Promise<void>
}

export interface IntakeOptions {
  readonly observe?: ((chunk: Uint8Array) => void) | undefined
  readonly signal?: AbortSignal | undefined
  /** Enciphers what goes to the medium. */
  readonly key?: Uint8Array | undefined
}

export function createIntake(deps: {
  readonly disk: Disk
  readonly place: PiecePlace
  readonly random: Random
  readonly inlineMaxBytes: number
}) {
  const { disk, place, random, inlineMaxBytes } = deps

  async function take(
    name: string,
    body: AsyncIterable<Uint8Array>,
    { key, ...options }: IntakeOptions,
  ): Promise<Received> {
    const cipher = key && createPieceCipher(key, random)
    return receive(place, name, body, { ...options, inlineMaxBytes, cipher })
  }

  async function copyFile(name: string, path: string, options: IntakeOptions) {
    const received = await take(name, readFile(disk, path), options)
    const keep = async () => {
      await received.keep()
      await disk.remove(path)
    }
    return { ...received, keep }
  }

  async function takeFile(name: string, path: string, options: IntakeOptions): Promise<Received> {
    const sizeBytes = await disk.size(path)
    if (sizeBytes === undefined) throw new EngineError('not-found', `${path} is not there`)
    if (sizeBytes <= inlineMaxBytes || options.key) return copyFile(name, path, options)
    const adopted = await place.adopt?.(name, path)
    return adopted ? takeAdopted(adopted, sizeBytes, options) : copyFile(name, path, options)
  }

  /** `name` is that of the piece, should one be made. */
  return async (name: string, body: ObjectBody, options: IntakeOptions): Promise<Received> => {
    if (!(body instanceof Uint8Array)) {
      if ('path' in body) return takeFile(name, body.path, options)
      return take(name, body, options)
    }
    if (body.length > inlineMaxBytes) return take(name, inPortions(body), options)
    options.observe?.(body)
    return inMemory(body, options.key && createPieceCipher(options.key, random))
  }
}

/** A file that another wrote is read once, for its sums. */
async function takeAdopted(
  adopted: AdoptedPiece,
  sizeBytes: number,
  { observe, signal }: IntakeOptions,
): Promise<Received> {
  const blockSums = createBlockSums()
  try {
    for await (const chunk of readWhole(adopted)) {
      signal?.throwIfAborted()
      observe?.(chunk)
      blockSums.add(chunk)
    }
    await adopted.finish()
  } catch (error) {
    await adopted.discard()
    throw error
  }
  return inPlace(adopted, sizeBytes, blockSums.finish(), undefined)
}

function inPlace(
  newPiece: NewPiece,
  sizeBytes: number,
  sums: Buffer,
  nonce: string | undefined,
): Received {
  return {
    piece: { sizeBytes, file: newPiece.file, summed: true, ...(nonce && { nonce }) },
    content: { sums },
    newPiece,
    keep: async () => newPiece.keep(),
  }
}

function inMemory(plain: Uint8Array, cipher: PieceCipher | undefined): Received {
  const bytes = cipher ? cipher.update(plain) : plain
  const sum = crc32c(bytes)
  return {
    piece: { sizeBytes: plain.length, sum, ...(cipher && { nonce: cipher.nonce }) },
    content: { bytes },
    keep: nothingToKeep,
  }
}

async function nothingToKeep(): Promise<void> {}

/** Sums and digests of a long body would hold up everybody else if they were made in one go. */
async function* inPortions(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += WRITE_BYTES) yield bytes.subarray(at, at + WRITE_BYTES)
}

async function* readFile(disk: Disk, path: string): AsyncGenerator<Uint8Array> {
  const file = await disk.open(path)
  try {
    yield* readWhole(file)
  } finally {
    await file.close()
  }
}

async function* readWhole(piece: Pick<PieceReader, 'read'>): AsyncGenerator<Uint8Array> {
  for (let at = 0; ; ) {
    const target = Buffer.allocUnsafe(READ_BYTES)
    const count = await piece.read(target, at)
    if (count === 0) return
    at += count
    yield target.subarray(0, count)
  }
}

/** Memory for two writes is all that a body of any length takes. */
export async function receive(
  place: PiecePlace,
  name: string,
  body: AsyncIterable<Uint8Array>,
  options: Omit<IntakeOptions, 'key'> & {
    readonly inlineMaxBytes: number
    readonly cipher?: PieceCipher | undefined
  },
): Promise<Received> {
  const { inlineMaxBytes, observe, signal, cipher } = options
  const chunks = body[Symbol.asyncIterator]()
  const head: Uint8Array[] = []
  let headBytes = 0
  let writer: Writer | undefined
  let newPiece: NewPiece | undefined
  try {
    for (;;) {
      const { done, value } = await chunks.next()
      signal?.throwIfAborted()
      if (done) break
      observe?.(value)
      if (writer) {
        await writer.add(value)
        continue
      }
      head.push(value)
      headBytes += value.length
      if (headBytes <= inlineMaxBytes) continue
      newPiece = await place.create(name)
      writer = createWriter(newPiece, cipher)
      for (const chunk of head) await writer.add(chunk)
    }
    if (!newPiece || !writer) return inMemory(joined(head), cipher)
    const { sizeBytes, sums } = await writer.end()
    await newPiece.finish()
    return inPlace(newPiece, sizeBytes, sums, cipher?.nonce)
  } catch (error) {
    await writer?.end().catch(() => undefined)
    await newPiece?.discard()
    await chunks.return?.()
    throw error
  }
}

function joined(chunks: ReadonlyArray<Uint8Array>): Uint8Array {
  const [first] = chunks
  return chunks.length === 1 && first ? first : Buffer.concat(chunks)
}

interface Writer {
  add(chunk: Uint8Array): Promise<void>
  /** Resolves when nothing is under way any more. */
  end(): Promise<{ readonly sizeBytes: number; readonly sums: Buffer }>
}

function createWriter(piece: NewPiece, cipher: PieceCipher | undefined): Writer {
  const blockSums = createBlockSums()
  let buffers: Uint8Array[] = []
  let bufferedBytes = 0
  let position = 0
  let underWay: Promise<void> = Promise.resolve()

  async function flush(): Promise<void> {
    await underWay
    const batch = buffers
    const at = position
    position += bufferedBytes
    buffers = []
    bufferedBytes = 0
    underWay = piece.write(batch, at)
    // Seen by the next flush or by `end`.
    underWay.catch(() => undefined)
  }

  return {
    async add(chunk) {
      if (chunk.length === 0) return
      const stored = cipher ? cipher.update(chunk) : chunk
      blockSums.add(stored)
      buffers.push(stored)
      bufferedBytes += chunk.length
      if (bufferedBytes >= WRITE_BYTES || buffers.length >= WRITE_BUFFERS_MAX) await flush()
    },
    async end() {
      if (buffers.length > 0) await flush()
      await underWay
      return { sizeBytes: position, sums: blockSums.finish() }
    },
  }
}
