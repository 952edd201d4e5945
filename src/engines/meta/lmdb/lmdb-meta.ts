import { mkdir, statfs } from 'node:fs/promises'
import type { Database, RootDatabase } from 'lmdb'
import { open } from 'lmdb'
import { EngineError } from '../../../base/errors.ts'
import { afterPrefix } from '../../../base/ordered-key.ts'
import type { MetaBatch, MetaEntry, MetaRange, MetaStore } from '../port.ts'
import type { Reserve } from './reserve.ts'
import { openReserve } from './reserve.ts'

/** Longest key of the port. LMDB itself takes 1,978 bytes at its page size of 4,096. */
const KEY_BYTES_MAX = 1_900
/** A group is committed as one transaction; what goes beyond waits for the next one. */
const GROUP_BYTES_MAX = 8_000_000
const GROUP_BATCHES_MAX = 2_000
/** A process writes fewer than 2^32 groups; 2^21 processes may follow one another. */
const VERSIONS_PER_EPOCH = 2 ** 32
const EPOCH_KEY = Buffer.from('epoch')
/** With less than this left, a failed write was a lack of space (LMDB reports a short write as EIO). */
const FULL_BELOW_BYTES = 1_000_000

const EIO = 5
const ENOSPC = 28
const EDQUOT = 122
const MDB_MAP_FULL = -30792

type Entries = Database<Buffer, Buffer>

interface Waiting {
  readonly batch: MetaBatch
  readonly sizeBytes: number
  resolve(): void
  reject(error: unknown): void
}

/**
 * The port on LMDB, for one process (hold `lockDataDirectory` first). Commits are grouped: all that
 * wait go to the medium in one transaction, with one sync, off the main thread. A commit is visible
 * only after its sync (`overlappingSync: false`), so no reader sees what a crash could take back.
 *
 * The file grows and is reused, but never shrinks. Not for network file systems.
 */
export async function openLmdbMeta(options: { readonly directory: string }): Promise<MetaStore> {
  const { directory } = options
  await mkdir(directory, { recursive: true })
  const root = open<Buffer, Buffer>({
    path: directory,
    noSubdir: false,
    encoding: 'binary',
    keyEncoding: 'binary',
    overlappingSync: false,
    // Without it, a failed commit rejects a promise of LMDB's own that nobody holds.
    eventTurnBatching: false,
  })
  const entries = root.openDB({
    name: 'entries',
    encoding: 'binary',
    keyEncoding: 'binary',
    useVersions: true,
  })
  const state = root.openDB({ name: 'state', encoding: 'binary', keyEncoding: 'binary' })
  const reserve = await openReserve(directory)
  const firstVersion = await nextEpoch(state, directory, reserve)
  const commits = createGroupCommit({ root, entries, directory, reserve, firstVersion })

  return {
    capabilities: { shared: false },
    async get(key) {
      const entry = entries.getEntry(bytesOf(key))
      return entry && { key, value: entry.value, version: entry.version ?? 0 }
    },
    scan: async (range) => scan(entries, range),
    commit: (batch) => commits.add(batch),
    // There are no other nodes.
    watch: () => undefined,
    async close() {
      await commits.close()
      await root.close()
    },
  }
}

/** A new epoch for every opening, so that a version is never given twice, not even after a crash. */
async function nextEpoch(state: Entries, directory: string, reserve: Reserve): Promise<number> {
  const epoch = (state.get(EPOCH_KEY)?.readUInt32BE() ?? 0) + 1
  const value = Buffer.alloc(4)
  value.writeUInt32BE(epoch)
  for (;;) {
    try {
      await state.put(EPOCH_KEY, value)
      break
    } catch (error) {
      const folded = await foldError(error, directory)
      // A server that starts on a full medium can be asked to remove something.
      if (folded.kind !== 'full' || !(await reserve.release())) throw folded
    }
  }
  return epoch * VERSIONS_PER_EPOCH
}

function scan(entries: Entries, request: MetaRange): MetaEntry[] {
  const { limit, reverse = false } = request
  const prefix = bytesOf(request.prefix)
  const found: MetaEntry[] = []
  const range = entries.getRange({
    ...startOf(prefix, request),
    ...(reverse && { end: Buffer.alloc(0) }),
    reverse,
    limit,
    versions: true,
  })
  for (const { key, value, version } of range) {
    if (!prefix.equals(key.subarray(0, prefix.length))) break
    found.push({ key, value, version: version ?? 0 })
  }
  return found
}

/** Backwards from an absent key, LMDB begins at the next smaller one, as wanted. */
function startOf(prefix: Buffer, { after, reverse = false }: MetaRange) {
  const edge = reverse ? afterPrefix(prefix) : prefix
  const inside = after && (!edge || Buffer.compare(after, edge) * (reverse ? -1 : 1) >= 0)
  const start = inside ? bytesOf(after) : edge
  return {
    ...(start && start.length > 0 && { start }),
    exclusiveStart: inside === true || reverse,
  }
}

/** One transaction is under way at a time; batches that arrive meanwhile make the next group. */
function createGroupCommit(deps: {
  readonly root: RootDatabase<Buffer, Buffer>
  readonly entries: Entries
  readonly directory: string
  readonly reserve: Reserve
  readonly firstVersion: number
}) {
  const { root, entries, directory, reserve } = deps
  let waiting: Waiting[] = []
  let version = deps.firstVersion
  let running: Promise<void> | undefined
  let closed = false

  function takeGroup(): Waiting[] {
    let sizeBytes = 0
    let count = 0
    for (const one of waiting) {
      sizeBytes += one.sizeBytes
      if (count > 0 && (sizeBytes > GROUP_BYTES_MAX || count >= GROUP_BATCHES_MAX)) break
      count++
    }
    const group = waiting.slice(0, count)
    waiting = waiting.slice(count)
    return group
  }

  /** The batches whose checks hold, each seen behind those before it; the others are rejected. */
  function passing(group: ReadonlyArray<Waiting>): Waiting[] {
    const written = new Map<string, number>()
    const versionOf = (key: Uint8Array) =>
      written.get(textOf(key)) ?? entries.getEntry(bytesOf(key))?.version ?? 0
    return group.filter(({ batch, reject }) => {
      const { checks = [], puts = [], removals = [] } = batch
      if (!checks.every((check) => versionOf(check.key) === check.version)) {
        reject(new EngineError('conflict', 'a checked key has another version'))
        return false
      }
      if (group.length === 1) return true
      for (const { key } of puts) written.set(textOf(key), version)
      for (const key of removals) written.set(textOf(key), 0)
      return true
    })
  }

  async function write(group: ReadonlyArray<Waiting>): Promise<void> {
    version++
    try {
      const batches = passing(group)
      if (batches.length === 0) return
      await root.batch(() => {
        for (const { batch } of batches) put(batch)
      })
      for (const { resolve } of batches) resolve()
    } catch (error) {
      await fail(group, await foldError(error, directory))
    }
  }

  /** On a full medium, what gives room back is tried again by itself, in the room that is kept for it. */
  async function fail(group: ReadonlyArray<Waiting>, error: EngineError): Promise<void> {
    const mayUse = ({ batch }: Waiting) => error.kind === 'full' && givesRoom(batch)
    for (const one of group) if (!mayUse(one)) one.reject(error)
    const freeing = group.filter(mayUse)
    if (freeing.length === 0) return
    if (group.length > 1 || (await reserve.release())) {
      for (const one of freeing) await write([one])
    } else {
      for (const one of freeing) one.reject(error)
    }
  }

  /** LMDB's promises of single writes stand for the whole batch, which `write` awaits. */
  function put({ puts = [], removals = [] }: MetaBatch): void {
    for (const { key, value } of puts) void entries.put(bytesOf(key), bytesOf(value), version)
    for (const key of removals) void entries.remove(bytesOf(key))
  }

  async function run(): Promise<void> {
    while (waiting.length > 0) {
      await write(takeGroup())
      await reserve.refill()
    }
    running = undefined
  }

  function add(batch: MetaBatch): Promise<void> {
    if (closed) return Promise.reject(new EngineError('unavailable', 'the meta store is closed'))
    const sizeBytes = sizeOf(batch)
    return new Promise((resolve, reject) => {
      waiting.push({ batch, sizeBytes, resolve, reject })
      // A microtask later, so that all commits of one turn share the first group as well.
      running ??= Promise.resolve().then(run)
    })
  }

  return {
    add: async (batch: MetaBatch) => add(batch),
    async close() {
      closed = true
      await running
    },
  }
}

function givesRoom({ puts = [], removals = [], givesRoom = false }: MetaBatch): boolean {
  return givesRoom || (puts.length === 0 && removals.length > 0)
}

function sizeOf({ checks = [], puts = [], removals = [] }: MetaBatch): number {
  let sizeBytes = 0
  const count = (key: Uint8Array) => {
    if (key.length === 0 || key.length > KEY_BYTES_MAX) {
      throw new EngineError('invalid', `a key has 1 to ${KEY_BYTES_MAX} bytes, not ${key.length}`)
    }
    sizeBytes += key.length
  }
  for (const { key } of checks) count(key)
  for (const key of removals) count(key)
  for (const { key, value } of puts) {
    count(key)
    sizeBytes += value.length
  }
  return sizeBytes
}

async function foldError(error: unknown, directory: string): Promise<EngineError> {
  const cause = await causeOf(error)
  const code = Number((cause as { code?: unknown }).code)
  const full =
    code === ENOSPC || code === EDQUOT || code === MDB_MAP_FULL || (await isFull(code, directory))
  if (full) return new EngineError('full', 'no space is left for metadata', cause)
  return new EngineError('unavailable', 'metadata could not be written', cause)
}

/** LMDB rejects with a wrapper whose `commitError` is a promise that rejects with the cause. */
async function causeOf(error: unknown): Promise<unknown> {
  try {
    await (error as { commitError?: Promise<never> }).commitError
    return error
  } catch (cause) {
    return cause
  }
}

async function isFull(code: number, directory: string): Promise<boolean> {
  if (code !== EIO) return false
  const { bavail, bsize } = await statfs(directory)
  return bavail * bsize < FULL_BELOW_BYTES
}

function bytesOf(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes)
    ? bytes
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function textOf(key: Uint8Array): string {
  return bytesOf(key).toString('latin1')
}
