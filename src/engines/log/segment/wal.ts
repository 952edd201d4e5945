import { join } from 'node:path'
import type { Disk, DiskFile } from '../../../base/disk.ts'
import { EngineError } from '../../../base/errors.ts'
import type { GroupHeader, WalEntry } from './wal-group.ts'
import { encodeGroup, groupSize } from './wal-group.ts'
import type { WalGroup } from './wal-reader.ts'
import { readFirstGroup, readGroups } from './wal-reader.ts'

/**
 * The write-ahead log of a directory: a few preallocated files (slots) that are used in turn, so
 * that a synced write has no file size to write down.
 *
 *     slots   [ generation 7 ][ generation 8 ][ free ]
 *     groups    covered by the   g g g g |        ^ the next one, filled with zeros beforehand
 *               next checkpoint          ^ position
 *
 * One group is under way at a time. A slot is free again once a checkpoint covers its generation.
 */
export interface Wal {
  /**
   * Resolves once the group is durable. Rejects with `full` when there is no space: a later commit
   * may succeed, and then nothing of this one is kept. After any other failure this log must not be
   * used. In both cases the next opening may bring the group back, as nobody knows what is on disk.
   */
  commit(entries: ReadonlyArray<WalEntry>): Promise<void>
  /** Where the slot in use starts: all that was committed before it lies before the mark. */
  mark(): WalMark
  /** Ends the use of the current slot, so that all that was committed lies before the mark. */
  seal(): WalMark
  /** Gives back the slots whose groups all lie before the mark. */
  release(mark: WalMark): void
  close(): Promise<void>
}

export interface WalMark {
  /** The first generation that is not covered. */
  readonly generation: number
  /** Sequence of the last group before it. */
  readonly sequence: number
}

export interface WalOptions {
  readonly disk: Disk
  readonly directory: string
  /** Size of a slot once the log has grown; the first ones are smaller. */
  readonly slotBytes: number
  readonly slotsMax: number
  /** Called when a slot is full and the next one was begun. */
  readonly onRoll: () => void
  /** Called when every slot is in use: resolves when `release` may have freed one. */
  readonly makeRoom: () => Promise<void>
}

interface Slot {
  readonly path: string
  readonly file: DiskFile
  sizeBytes: number
  /** Undefined while it is free. */
  generation: number | undefined
}

const FIRST_SLOT_BYTES = 4 << 20
const GROWTH = 4
const ZEROS_BYTES = 1 << 20
const NAME = /^wal-\d+$/

/**
 * Opens the log and shows `replay` every group that was committed and not covered by `from`, in
 * order. The groups before the log was opened stay until a mark that covers them is released.
 * Rejects with `corrupt` when a group is missing that must be there.
 */
export async function openWal(
  options: WalOptions,
  from: WalMark,
  replay: (entries: ReadonlyArray<WalEntry>) => Promise<void>,
): Promise<Wal> {
  const found = await openSlots(options, from)
  const used = found.flatMap(({ slot, first }) => (first ? [{ slot, first }] : []))
  used.sort((a, b) => a.first.generation - b.first.generation)
  const sequence = await replaySlots(used, from.sequence, replay)
  const generation = Math.max(from.generation, (used.at(-1)?.first.generation ?? 0) + 1)
  return createWal(
    options,
    found.map(({ slot }) => slot),
    { generation, sequence },
  )
}

function createWal(options: WalOptions, slots: Slot[], start: WalMark): Wal {
  const { disk, directory, slotBytes, slotsMax, onRoll, makeRoom } = options
  let nextGeneration = start.generation
  let attempt = start.sequence
  let committed = start.sequence
  let active: { slot: Slot; start: WalMark; position: number } | undefined
  let spare: Promise<Slot> | undefined
  let targetBytes = Math.min(FIRST_SLOT_BYTES, slotBytes)

  async function prepareSlot(sizeBytes: number): Promise<Slot> {
    const wanted = Math.max(sizeBytes, targetBytes)
    let slot = slots.find((one) => one.generation === undefined)
    if (!slot && slots.length < slotsMax) {
      slot = await createSlot(disk, directory, slots)
      slots.push(slot)
    }
    if (!slot) {
      await makeRoom()
      slot = slots.find((one) => one.generation === undefined)
      if (!slot) throw new EngineError('unavailable', `${directory}: no slot became free`)
    }
    if (slot.sizeBytes < wanted) {
      await fillWithZeros(disk, directory, slot, wanted)
      targetBytes = Math.min(slotBytes, wanted * GROWTH)
    }
    return slot
  }

  function prepareSpare(): void {
    if (spare) return
    spare = prepareSlot(0)
    // What failed here fails again, and is reported, when the slot is needed.
    spare.catch(() => {
      spare = undefined
    })
  }

  async function roll(sizeBytes: number): Promise<{ slot: Slot; position: number }> {
    const ready = await spare?.catch(() => undefined)
    spare = undefined
    const slot = ready && ready.sizeBytes >= sizeBytes ? ready : await prepareSlot(sizeBytes)
    const generation = nextGeneration++
    const isFirst = active === undefined
    slot.generation = generation
    active = { slot, start: { generation, sequence: committed }, position: 0 }
    if (!isFirst) onRoll()
    return active
  }

  return {
    async commit(entries) {
      const sizeBytes = groupSize(entries)
      const fits = active && active.position + sizeBytes <= active.slot.sizeBytes
      const place = active && fits ? active : await roll(sizeBytes)
      const { slot, position } = place
      const identity = {
        generation: slot.generation ?? 0,
        sequence: ++attempt,
        previous: committed,
      }
      await slot.file.write(encodeGroup(identity, entries), position)
      committed = identity.sequence
      place.position = position + sizeBytes
      if (place.position > slot.sizeBytes / 2) prepareSpare()
    },
    mark: () => active?.start ?? { generation: nextGeneration, sequence: committed },
    seal() {
      active = undefined
      return { generation: nextGeneration, sequence: committed }
    },
    release(mark) {
      for (const slot of slots) {
        if (slot.generation !== undefined && slot.generation < mark.generation) {
          slot.generation = undefined
        }
      }
    },
    async close() {
      await spare?.catch(() => undefined)
      for (const slot of slots) await slot.file.close()
    },
  }
}

interface FoundSlot {
  readonly slot: Slot
  /** Undefined when the slot is free: nothing in it, or nothing that `from` does not cover. */
  readonly first: GroupHeader | undefined
}

async function openSlots({ disk, directory }: WalOptions, from: WalMark): Promise<FoundSlot[]> {
  const found: FoundSlot[] = []
  for (const name of await disk.list(directory)) {
    if (!NAME.test(name)) continue
    const path = join(directory, name)
    const file = await disk.open(path, { synced: true })
    const sizeBytes = await file.size()
    const header = await readFirstGroup(file, sizeBytes)
    const first = header && header.generation >= from.generation ? header : undefined
    found.push({ slot: { path, file, sizeBytes, generation: first?.generation }, first })
  }
  return found
}

async function replaySlots(
  used: ReadonlyArray<{ readonly slot: Slot; readonly first: GroupHeader }>,
  from: number,
  replay: (entries: ReadonlyArray<WalEntry>) => Promise<void>,
): Promise<number> {
  let sequence = from
  let last: { readonly slot: Slot; readonly group: WalGroup } | undefined
  for (const [index, { slot, first }] of used.entries()) {
    if (first.previous !== sequence) {
      throw new EngineError('corrupt', `${slot.path}: a group behind ${sequence} is missing`)
    }
    // What follows the last committed group of a slot is left from an attempt that failed.
    const until = used[index + 1]?.first.previous ?? Number.MAX_SAFE_INTEGER
    for await (const group of readGroups(slot.file, slot.sizeBytes)) {
      if (group.header.previous !== sequence || group.header.sequence > until) break
      sequence = group.header.sequence
      last = { slot, group }
      await replay(group.entries)
    }
  }
  // Every group but the last was followed by another one, so its sync succeeded. The last one may
  // be there only because the process died, not the machine; and where its sync failed, syncing it
  // again means nothing. So it is written anew before anybody sees what is in it.
  if (last) {
    await last.slot.file.write([last.group.bytes], last.group.position)
  }
  return sequence
}

async function createSlot(
  disk: Disk,
  directory: string,
  slots: ReadonlyArray<Slot>,
): Promise<Slot> {
  const numbers = slots.map((slot) => Number(slot.path.slice(slot.path.lastIndexOf('-') + 1)))
  const path = join(directory, `wal-${Math.max(-1, ...numbers) + 1}`)
  const file = await disk.open(path, { create: true, synced: true })
  return { path, file, sizeBytes: 0, generation: undefined }
}

/** Durable when resolved, with its name: the blocks of the file are there for good. */
async function fillWithZeros(
  disk: Disk,
  directory: string,
  slot: Slot,
  sizeBytes: number,
): Promise<void> {
  const zeros = Buffer.alloc(Math.min(ZEROS_BYTES, sizeBytes))
  const file = await disk.open(slot.path)
  try {
    for (let at = 0; at < sizeBytes; at += zeros.length) {
      await file.write([zeros.subarray(0, sizeBytes - at)], at)
    }
    await file.sync()
  } finally {
    await file.close()
  }
  await disk.syncDirectory(directory)
  slot.sizeBytes = sizeBytes
}
