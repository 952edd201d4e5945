import type { DiskFile } from '../../../base/disk.ts'
import type { GroupHeader, WalEntry } from './wal-group.ts'
import { aligned, decodeGroup, GROUP_HEADER_BYTES, readGroupHeader } from './wal-group.ts'

export interface WalGroup {
  readonly header: GroupHeader
  readonly entries: ReadonlyArray<WalEntry>
  readonly bytes: Buffer
  readonly position: number
}

const WINDOW_BYTES = 1 << 20

/**
 * The groups of one slot from its start, up to the first bytes that are no sound group of the same
 * generation: what was torn, what was left over from a use before, or the end.
 */
export async function* readGroups(file: DiskFile, sizeBytes: number): AsyncGenerator<WalGroup> {
  let window: Buffer = Buffer.alloc(0)
  let windowAt = 0
  let generation: number | undefined

  /** `length` bytes from `position`; fewer at the end of the slot. */
  async function view(position: number, length: number): Promise<Buffer> {
    if (position < windowAt || position + length > windowAt + window.length) {
      const target = Buffer.allocUnsafeSlow(Math.min(Math.max(length, WINDOW_BYTES), sizeBytes))
      window = target.subarray(0, await file.read(target, position))
      windowAt = position
    }
    return window.subarray(position - windowAt, position - windowAt + length)
  }

  for (let position = 0; position < sizeBytes; ) {
    const header = readGroupHeader(await view(position, GROUP_HEADER_BYTES))
    if (!header || (generation ?? header.generation) !== header.generation) return
    if (header.sizeBytes > sizeBytes - position) return
    const bytes = await view(position, header.sizeBytes)
    const entries = bytes.length === header.sizeBytes ? decodeGroup(bytes, header) : undefined
    if (!entries) return
    generation = header.generation
    yield { header, entries, bytes, position }
    position += aligned(header.sizeBytes)
  }
}

/** The first group of a slot, by which its generation and its place in the order are known. */
export async function readFirstGroup(
  file: DiskFile,
  sizeBytes: number,
): Promise<GroupHeader | undefined> {
  for await (const group of readGroups(file, sizeBytes)) return group.header
  return undefined
}
