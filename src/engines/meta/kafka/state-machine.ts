import { afterPrefix } from '../../../base/ordered-key.ts'
import type { MetaBatch, MetaEntry, MetaRange } from '../port.ts'
import type { Command } from './command.ts'
import type { OrderedKeys } from './ordered-keys.ts'
import { createOrderedKeys } from './ordered-keys.ts'

/** What became of a command; the same at every node. */
export type Outcome = 'done' | 'conflict' | 'full'

/**
 * The metadata as all nodes have them: what follows from the commands, in their order, and from
 * nothing else.
 */
export interface StateMachine {
  /** Offset of the next command. */
  nextOffset(): number
  /** `sizeBytes` is that of the command. */
  apply(offset: number, command: Command, sizeBytes: number): Outcome
  /** Whether so much was commanded since the last snapshot was begun that another is worth while. */
  wantsSnapshot(): boolean
  get(key: Uint8Array): MetaEntry | undefined
  scan(range: MetaRange): ReadonlyArray<MetaEntry>
  /** All of it, as it is now. */
  image(): StateImage
}

export interface StateImage {
  readonly nextOffset: number
  readonly bytesSinceClaim: number
  readonly entries: ReadonlyArray<MetaEntry>
}

export interface StateSizes {
  /** A snapshot is worth while when as much was commanded, or as much as the state takes. */
  readonly snapshotBytes: number
  /** With more than this kept, batches that put something are refused as `full`. All nodes agree on it. */
  readonly stateBytesMax: number
}

/** What an entry takes beyond its bytes. */
const ENTRY_BYTES = 100

interface State {
  readonly entries: Map<string, MetaEntry>
  readonly keys: OrderedKeys
  sizeBytes: number
}

export function createStateMachine(sizes: StateSizes, image?: StateImage): StateMachine {
  const state: State = { entries: new Map(), keys: createOrderedKeys(), sizeBytes: 0 }
  let nextOffset = image?.nextOffset ?? 0
  let bytesSinceClaim = image?.bytesSinceClaim ?? 0
  for (const entry of image?.entries ?? []) put(state, entry)

  const wantsSnapshot = () => bytesSinceClaim >= Math.max(sizes.snapshotBytes, state.sizeBytes)

  return {
    nextOffset: () => nextOffset,
    wantsSnapshot,
    apply(offset, { batch }, sizeBytes) {
      // The version of what it writes: greater than that of all commands before, and never 0.
      nextOffset = offset + 1
      bytesSinceClaim += sizeBytes
      if (batch) return applyBatch(state, batch, nextOffset, sizes.stateBytesMax)
      if (!wantsSnapshot()) return 'conflict'
      bytesSinceClaim = 0
      return 'done'
    },
    get: (key) => state.entries.get(textOf(key)),
    scan: (range) => scan(state, range),
    image: () => ({ nextOffset, bytesSinceClaim, entries: [...state.entries.values()] }),
  }
}

function applyBatch(
  state: State,
  { checks = [], puts = [], removals = [] }: MetaBatch,
  version: number,
  stateBytesMax: number,
): Outcome {
  for (const check of checks) {
    const found = state.entries.get(textOf(check.key))?.version ?? 0
    if (found !== check.version) return 'conflict'
  }
  const added = puts.reduce((sum, { key, value }) => sum + sizeOf({ key, value }), 0)
  if (puts.length > 0 && state.sizeBytes + added > stateBytesMax) return 'full'
  for (const { key, value } of puts) {
    // Copies: what was fetched would stay in memory as a whole.
    put(state, { key: Buffer.from(key), value: Buffer.from(value), version })
  }
  for (const key of removals) remove(state, textOf(key))
  return 'done'
}

function put(state: State, entry: MetaEntry): void {
  const name = textOf(entry.key)
  const before = state.entries.get(name)
  if (before) state.sizeBytes -= sizeOf(before)
  else state.keys.add(name)
  state.entries.set(name, entry)
  state.sizeBytes += sizeOf(entry)
}

function remove(state: State, name: string): void {
  const entry = state.entries.get(name)
  if (!entry) return
  state.entries.delete(name)
  state.keys.remove(name)
  state.sizeBytes -= sizeOf(entry)
}

function scan(state: State, { prefix, after, limit, reverse = false }: MetaRange): MetaEntry[] {
  const start = textOf(prefix)
  const behind = after && textOf(after)
  const found: MetaEntry[] = []
  for (const name of reverse ? backwards(state, prefix, behind) : forwards(state, start, behind)) {
    if (found.length >= limit || !name.startsWith(start)) break
    const entry = state.entries.get(name)
    if (entry && name !== behind) found.push(entry)
  }
  return found
}

function forwards({ keys }: State, start: string, behind: string | undefined): Iterable<string> {
  return keys.ascending(behind !== undefined && behind > start ? behind : start)
}

function backwards({ keys }: State, prefix: Uint8Array, behind: string | undefined) {
  const edge = afterPrefix(prefix)
  const end = edge && textOf(edge)
  if (behind === undefined) return keys.descending(end)
  return keys.descending(end !== undefined && end < behind ? end : behind)
}

function sizeOf({ key, value }: { readonly key: Uint8Array; readonly value: Uint8Array }): number {
  return key.length + value.length + ENTRY_BYTES
}

/** One code unit a byte, so that texts are in the order of bytes. */
function textOf(key: Uint8Array): string {
  return Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString('latin1')
}
