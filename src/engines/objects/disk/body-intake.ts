import type { Disk, DiskFile } from '../../../base/disk.ts'
import { EngineError, hasErrorCode } from '../../../base/errors.ts'
import type { ObjectBody } from '../port.ts'
import type { NewFile, ObjectFiles } from './object-files.ts'

/** Bytes that go to the file with one call. While they are written, as many more are gathered. */
const WRITE_BYTES = 1_000_000
/** The system takes at most 1,024 buffers with one call. */
const WRITE_BUFFERS_MAX = 500
const READ_BYTES = 256 * 1024

/** A body that was taken in whole: in memory when small, else in a durable file. */
export interface Received {
  readonly sizeBytes: number
  readonly bytes?: Uint8Array
  readonly newFile?: NewFile
  /** To be called when the object is published. */
  keep(): Promise<void>
}

export interface IntakeOptions {
  readonly observe?: ((chunk: Uint8Array) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

export function createIntake(deps: {
  readonly disk: Disk
  readonly files: ObjectFiles
  readonly inlineMaxBytes: number
}) {
  const { disk, files, inlineMaxBytes } = deps

  async function copyFile(fileName: string, path: string, options: IntakeOptions) {
    const body = readWhole(await disk.open(path), true)
    const received = await receive(files, fileName, body, { ...options, inlineMaxBytes })
    const keep = async () => {
      await received.keep()
      await disk.remove(path)
    }
    return { ...received, keep }
  }

  async function takeFile(
    fileName: string,
    path: string,
    options: IntakeOptions,
  ): Promise<Received> {
    const sizeBytes = await disk.size(path)
    if (sizeBytes === undefined) throw new EngineError('not-found', `${path} is not there`)
    if (sizeBytes <= inlineMaxBytes) return copyFile(fileName, path, options)
    let newFile: NewFile
    try {
      newFile = await files.create(fileName, path)
    } catch (error) {
      const elsewhere = error instanceof EngineError && hasErrorCode(error.cause, 'EXDEV')
      if (elsewhere) return copyFile(fileName, path, options)
      throw error
    }
    try {
      const { observe, signal } = options
      for await (const chunk of observe ? readWhole(newFile.file, false) : []) {
        signal?.throwIfAborted()
        observe?.(chunk)
      }
      await newFile.finish()
    } catch (error) {
      await newFile.discard()
      throw error
    }
    return { sizeBytes, newFile, keep: async () => newFile.keep() }
  }

  /** `fileName` is that of the file, should one be made. */
  return async (fileName: string, body: ObjectBody, options: IntakeOptions): Promise<Received> => {
    if (!(body instanceof Uint8Array)) {
      if ('path' in body) return takeFile(fileName, body.path, options)
      return receive(files, fileName, body, { ...options, inlineMaxBytes })
    }
    const sizeBytes = body.length
    if (sizeBytes > inlineMaxBytes) {
      return receive(files, fileName, once(body), { ...options, inlineMaxBytes })
    }
    options.observe?.(body)
    return { sizeBytes, bytes: body, keep: nothingToKeep }
  }
}

async function nothingToKeep(): Promise<void> {}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

/** Closes the file only when `closes`. */
async function* readWhole(file: DiskFile, closes: boolean): AsyncGenerator<Uint8Array> {
  try {
    for (let at = 0; ; ) {
      const target = Buffer.allocUnsafe(READ_BYTES)
      const count = await file.read(target, at)
      if (count === 0) return
      at += count
      yield target.subarray(0, count)
    }
  } finally {
    if (closes) await file.close()
  }
}

/** Memory for two writes is all that a body of any length takes. */
export async function receive(
  files: ObjectFiles,
  fileName: string,
  body: AsyncIterable<Uint8Array>,
  options: IntakeOptions & { readonly inlineMaxBytes: number },
): Promise<Received> {
  const { inlineMaxBytes, observe, signal } = options
  const chunks = body[Symbol.asyncIterator]()
  const head: Uint8Array[] = []
  let headBytes = 0
  let writer: Writer | undefined
  let newFile: NewFile | undefined
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
      newFile = await files.create(fileName)
      writer = createWriter(newFile.file)
      for (const chunk of head) await writer.add(chunk)
    }
    if (!newFile || !writer) {
      return { sizeBytes: headBytes, bytes: joined(head), keep: nothingToKeep }
    }
    const made = newFile
    const sizeBytes = await writer.end()
    await made.finish()
    return { sizeBytes, newFile: made, keep: async () => made.keep() }
  } catch (error) {
    await writer?.end().catch(() => undefined)
    await newFile?.discard()
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
  /** Resolves with the count of all bytes when nothing is under way any more. */
  end(): Promise<number>
}

function createWriter(file: DiskFile): Writer {
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
    underWay = file.write(batch, at)
    // Seen by the next flush or by `end`.
    underWay.catch(() => undefined)
  }

  return {
    async add(chunk) {
      if (chunk.length === 0) return
      buffers.push(chunk)
      bufferedBytes += chunk.length
      if (bufferedBytes >= WRITE_BYTES || buffers.length >= WRITE_BUFFERS_MAX) await flush()
    },
    async end() {
      if (buffers.length > 0) await flush()
      await underWay
      return position
    },
  }
}
