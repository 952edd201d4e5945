import { dirname } from 'node:path'
import type { Disk, DiskFile } from '../../src/base/disk.ts'
import { EngineError } from '../../src/base/errors.ts'
import type { Random } from '../../src/base/random.ts'

/** The calls that can be made to fail. */
export type DiskCall =
  | 'open'
  | 'read'
  | 'write'
  | 'truncate'
  | 'sync'
  | 'rename'
  | 'remove'
  | 'syncDirectory'

/**
 * A disk in memory with the fault model of `base/disk.ts`. Which bytes and names a crash keeps, and
 * how long each call takes in turns, comes from `random`, so that a run repeats from its seed.
 */
export interface FaultyDisk {
  readonly disk: Disk
  /**
   * The machine loses power: what was not synced is kept, lost or torn. The files that were open
   * fail from here on, as do calls of whoever still has the disk from before.
   */
  crash(): Disk
  /** The process dies, the machine goes on: everything that was written is still there, unsynced. */
  kill(): Disk
  /** Lets the call fail, `countdown` calls of its kind from now (1: the next one). */
  fail(call: DiskCall, countdown: number): void
  /** Forgets the failures that did not come yet. */
  heal(): void
  /**
   * Bytes that files may still grow by; undefined: without end. With `copyOnWrite` bytes that are
   * overwritten count too, as on a file system that never writes in place.
   */
  setSpace(bytes: number | undefined, copyOnWrite?: boolean): void
  /** The paths there are. */
  paths(): ReadonlyArray<string>
}

/**
 * A file. `state` says of each byte whether the medium has it (0), whether the next sync brings it
 * there (1), or whether a sync failed with it, after which no later sync of it means anything (2).
 */
interface Inode {
  content: Buffer
  durable: Buffer
  state: Uint8Array
}

interface NameChange {
  readonly directory: string
  readonly apply: (names: Map<string, Inode>) => void
}

const SECTOR_BYTES = 512
const DIRTY = 1
const DOOMED = 2

export function createFaultyDisk(random: Random): FaultyDisk {
  let names = new Map<string, Inode>()
  let durableNames = new Map<string, Inode>()
  let changes: NameChange[] = []
  let space: number | undefined
  let isCopyOnWrite = false
  let life = 0
  const faults = new Map<DiskCall, number>()

  async function enter(call: DiskCall, born: number): Promise<boolean> {
    for (let turns = Math.floor(random.unit() * 4); turns > 0; turns--) await Promise.resolve()
    if (born !== life) throw new EngineError('unavailable', 'the process is dead')
    const countdown = faults.get(call)
    if (countdown === undefined) return false
    if (countdown > 1) faults.set(call, countdown - 1)
    else faults.delete(call)
    return countdown === 1
  }

  async function attempt(call: DiskCall, born: number): Promise<void> {
    if (await enter(call, born)) throw failure(call)
  }

  function change(path: string, apply: NameChange['apply']): void {
    apply(names)
    changes.push({ directory: dirname(path), apply })
  }

  function at(path: string): Inode {
    const inode = names.get(path)
    if (!inode) throw new EngineError('not-found', `${path} is not there`)
    return inode
  }

  function grow(inode: Inode, size: number): void {
    const missing = size - inode.content.length
    if (missing <= 0) return
    if (space !== undefined) space -= missing
    inode.content = Buffer.concat([inode.content, Buffer.alloc(missing)])
    const state = new Uint8Array(size)
    state.set(inode.state)
    state.fill(DIRTY, size - missing)
    inode.state = state
  }

  function write(inode: Inode, bytes: Buffer, position: number): void {
    const inPlace = isCopyOnWrite ? 0 : Math.max(0, inode.content.length - position)
    const room = space === undefined ? bytes.length : space + inPlace
    // A file system that writes elsewhere may fail although the bytes can be read back.
    const isLate = isCopyOnWrite && room < bytes.length && random.unit() < 0.5
    if (isLate) {
      grow(inode, position + bytes.length)
      bytes.copy(inode.content, position)
      inode.state.fill(DIRTY, position, position + bytes.length)
      throw new EngineError('full', 'no space is left')
    }
    const fitting = bytes.subarray(0, Math.max(0, Math.min(bytes.length, room)))
    if (fitting.length > 0) {
      if (space !== undefined && isCopyOnWrite) {
        space -= Math.min(fitting.length, inode.content.length - position)
      }
      grow(inode, position + fitting.length)
      fitting.copy(inode.content, position)
      inode.state.fill(DIRTY, position, position + fitting.length)
    }
    if (fitting.length < bytes.length) throw new EngineError('full', 'no space is left')
  }

  async function syncFile(inode: Inode, born: number): Promise<void> {
    if (!(await enter('sync', born))) return sync(inode)
    doom(inode)
    throw failure('sync')
  }

  function openFile(inode: Inode, born: number, synced = false): DiskFile {
    return {
      async read(target, position) {
        await attempt('read', born)
        const bytes = inode.content.subarray(position, position + target.length)
        target.set(bytes)
        return bytes.length
      },
      async write(buffers, position) {
        const bytes = Buffer.concat(buffers)
        const fails = await enter('write', born)
        const count = fails ? Math.floor(random.unit() * bytes.length) : bytes.length
        write(inode, bytes.subarray(0, count), position)
        if (fails) throw failure('write')
        if (synced) await syncFile(inode, born)
      },
      async truncate(size) {
        await attempt('truncate', born)
        if (space !== undefined) space += Math.max(0, inode.content.length - size)
        inode.content = Buffer.from(inode.content.subarray(0, size))
        inode.state = inode.state.slice(0, size)
        grow(inode, size)
      },
      sync: () => syncFile(inode, born),
      async size() {
        await attempt('read', born)
        return inode.content.length
      },
      close: async () => undefined,
    }
  }

  function createDisk(): Disk {
    const born = ++life
    return {
      async open(path, options = {}) {
        await attempt('open', born)
        const there = names.get(path)
        if (there && options.exclusive) throw new EngineError('conflict', `${path} is there`)
        if (there) return openFile(there, born, options.synced)
        if (!options.create) return openFile(at(path), born, options.synced)
        const made = {
          content: Buffer.alloc(0),
          durable: Buffer.alloc(0),
          state: new Uint8Array(0),
        }
        change(path, (map) => map.set(path, made))
        return openFile(made, born, options.synced)
      },
      makeDirectory: async () => undefined,
      async list(directory) {
        await attempt('read', born)
        const inside = [...names.keys()].filter((path) => dirname(path) === directory)
        return inside.map((path) => path.slice(directory.length + 1)).sort()
      },
      async rename(from, to) {
        await attempt('rename', born)
        const inode = at(from)
        change(to, (map) => {
          if (map.get(from) === inode) map.delete(from)
          map.set(to, inode)
        })
      },
      async remove(path) {
        await attempt('remove', born)
        const inode = names.get(path)
        if (!inode) return
        if (space !== undefined) space += inode.content.length
        change(path, (map) => {
          if (map.get(path) === inode) map.delete(path)
        })
      },
      size: async (path) => names.get(path)?.content.length,
      async syncDirectory(directory) {
        await attempt('syncDirectory', born)
        for (const one of changes) if (one.directory === directory) one.apply(durableNames)
        changes = changes.filter((one) => one.directory !== directory)
      },
    }
  }

  return {
    disk: createDisk(),
    crash() {
      for (const one of changes) if (random.unit() < 0.5) one.apply(durableNames)
      for (const inode of new Set(durableNames.values())) tear(inode, random)
      names = new Map(durableNames)
      durableNames = new Map(names)
      changes = []
      faults.clear()
      return createDisk()
    },
    kill() {
      faults.clear()
      return createDisk()
    },
    fail: (call, countdown) => void faults.set(call, countdown),
    heal: () => faults.clear(),
    setSpace(bytes, copyOnWrite = false) {
      space = bytes
      isCopyOnWrite = copyOnWrite
    },
    paths: () => [...names.keys()],
  }
}

function failure(call: DiskCall): EngineError {
  return new EngineError('unavailable', `EIO: ${call}`)
}

function doom({ state }: Inode): void {
  for (let index = state.indexOf(DIRTY); index >= 0; index = state.indexOf(DIRTY, index)) {
    state[index] = DOOMED
  }
}

function sync(inode: Inode): void {
  const { state } = inode
  const durable = Buffer.from(inode.content)
  for (let index = state.indexOf(DOOMED); index >= 0; index = state.indexOf(DOOMED, index + 1)) {
    durable[index] = inode.durable[index] ?? 0
  }
  for (let index = state.indexOf(DIRTY); index >= 0; index = state.indexOf(DIRTY, index)) {
    const end = state.indexOf(0, index)
    const next = state.indexOf(DOOMED, index)
    const until = Math.min(end < 0 ? state.length : end, next < 0 ? state.length : next)
    state.fill(0, index, until)
  }
  inode.durable = durable
}

/** What is on the medium after the power went: see the fault model. */
function tear(inode: Inode, random: Random): void {
  const { content, durable } = inode
  const kept = Math.min(content.length, durable.length)
  const appended = Math.floor(random.unit() * (content.length - kept + 1))
  const isCut = content.length < durable.length && random.unit() < 0.5
  const after = Buffer.concat([
    durable.subarray(0, isCut ? kept : durable.length),
    content.subarray(kept, kept + appended),
  ])
  for (let at = 0; at < kept; at += SECTOR_BYTES) {
    if (random.unit() < 0.5) continue
    const end = Math.min(at + SECTOR_BYTES, kept)
    for (let index = at; index < end; index++) {
      if (inode.state[index] !== 0) after[index] = content[index] ?? 0
    }
  }
  inode.content = after
  inode.durable = Buffer.from(after)
  inode.state = new Uint8Array(after.length)
}
