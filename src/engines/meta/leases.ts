import { createAbort } from '../../base/child-abort.ts'
import type { Clock } from '../../base/clock.ts'
import { EngineError } from '../../base/errors.ts'
import type { Logger } from '../../base/logger.ts'
import { encodeKey } from '../../base/ordered-key.ts'
import type { MetaStore } from './port.ts'

/** Exclusive ownership of a piece of work for a time that the owner keeps renewing. */
export interface Leases {
  /** Waits until the lease is ours, also while the store fails; undefined once the signal aborts. */
  acquire(name: string, signal: AbortSignal): Promise<Lease | undefined>
}

export interface Lease {
  /** Aborts when the caller's signal does, and when the lease could not be renewed in time. */
  readonly signal: AbortSignal
  /** Grows with every change of owner: a fencing token for writes to the outside. */
  readonly fence: number
  release(): Promise<void>
}

interface LeaseRow {
  readonly owner: string
  readonly expiresMs: number
  readonly fence: number
}

const DURATION_MS = 15_000
const RENEW_MS = 5_000
const RETRY_MS = 1_000
/** A lease counts as lost this long before another node may take it. */
const MARGIN_MS = 5_000

/** The rows of all leases, each changed by compare-and-set. */
function createRows(meta: MetaStore, clock: Clock, owner: string) {
  async function read(key: Uint8Array) {
    const entry = await meta.get(key)
    if (!entry) return { version: 0, row: undefined }
    const row = JSON.parse(Buffer.from(entry.value).toString('utf8')) as LeaseRow
    return { version: entry.version, row }
  }

  async function write(key: Uint8Array, version: number, row: LeaseRow): Promise<boolean> {
    try {
      const value = Buffer.from(JSON.stringify(row))
      await meta.commit({ checks: [{ key, version }], puts: [{ key, value }] })
      return true
    } catch (error) {
      if (error instanceof EngineError && error.kind === 'conflict') return false
      throw error
    }
  }

  return {
    /** Answers the fence, or undefined when another owner holds the lease. */
    async take(key: Uint8Array, isFree: (row: LeaseRow) => boolean): Promise<number | undefined> {
      const { version, row } = await read(key)
      if (row && !isFree(row)) return undefined
      const fence = (row?.fence ?? 0) + 1
      const taken = { owner, expiresMs: clock.wallMs() + DURATION_MS, fence }
      return (await write(key, version, taken)) ? fence : undefined
    },
    /** False when the lease has another owner by now. */
    async extend(key: Uint8Array, fence: number, expiresMs: number): Promise<boolean> {
      const { version, row } = await read(key)
      if (row?.owner !== owner || row.fence !== fence) return false
      return write(key, version, { owner, expiresMs, fence })
    },
  }
}

/**
 * `owner` must be new for every process. In a store that only one process can hold, a lease that this
 * process does not hold is left over from a dead one and is taken at once; there, all work must go
 * through one `Leases`.
 */
export function createLeases(deps: {
  readonly meta: MetaStore
  readonly clock: Clock
  readonly owner: string
  readonly log: Logger
}): Leases {
  const { meta, clock, owner, log } = deps
  const { shared } = meta.capabilities
  const rows = createRows(meta, clock, owner)
  /** In a store of one process, what this process does not hold is free. */
  const heldHere = new Set<string>()

  async function tryAcquire(name: string, key: Uint8Array): Promise<number | undefined> {
    if (shared) return rows.take(key, (row) => row.expiresMs <= clock.wallMs())
    if (heldHere.has(name)) return undefined
    heldHere.add(name)
    try {
      return await rows.take(key, () => true)
    } catch (error) {
      heldHere.delete(name)
      throw error
    }
  }

  async function keep(name: string, key: Uint8Array, fence: number, lost: AbortController) {
    let heldUntilMs = clock.monotonicMs() + DURATION_MS - MARGIN_MS
    let restMs = RENEW_MS
    while (clock.monotonicMs() < heldUntilMs) {
      await clock.sleep(restMs, lost.signal)
      if (lost.signal.aborted) return
      const askedMs = clock.monotonicMs()
      const renewal = rows.extend(key, fence, clock.wallMs() + DURATION_MS)
      const outcome = await withinMs(heldUntilMs - askedMs, renewal)
      if (outcome === 'kept') heldUntilMs = askedMs + DURATION_MS - MARGIN_MS
      else log.warn({ lease: name, outcome }, 'lease not renewed')
      if (outcome === 'taken') break
      restMs = outcome === 'kept' ? RENEW_MS : RETRY_MS
    }
    lost.abort()
  }

  /** What became of the renewal, or `late` when the store does not answer in time. */
  async function withinMs(ms: number, renewal: Promise<boolean>) {
    const settled = new AbortController()
    const late = clock.sleep(ms, settled.signal).then(() => 'late' as const)
    const kept = renewal.then(
      (done) => (done ? ('kept' as const) : ('taken' as const)),
      (error: unknown) => {
        log.warn({ err: error }, 'the store of leases failed')
        return 'failed' as const
      },
    )
    const outcome = await Promise.race([kept, late])
    settled.abort()
    return outcome
  }

  function hold(name: string, key: Uint8Array, fence: number, signal: AbortSignal): Lease {
    const lost = createAbort()
    const onAbort = () => lost.abort()
    if (signal.aborted) onAbort()
    signal.addEventListener('abort', onAbort, { once: true })
    const keeping = shared ? keep(name, key, fence, lost) : Promise.resolve()
    return {
      signal: lost.signal,
      fence,
      async release() {
        signal.removeEventListener('abort', onAbort)
        lost.abort()
        await keeping
        if (shared) await giveBack(name, key, fence)
        else heldHere.delete(name)
      },
    }
  }

  async function giveBack(name: string, key: Uint8Array, fence: number): Promise<void> {
    try {
      await rows.extend(key, fence, 0)
    } catch (error) {
      log.warn({ lease: name, err: error }, 'lease not given back; it will expire')
    }
  }

  return {
    async acquire(name, signal) {
      const key = encodeKey(['meta/lease', name])
      while (!signal.aborted) {
        try {
          const fence = await tryAcquire(name, key)
          if (fence !== undefined) return hold(name, key, fence, signal)
        } catch (error) {
          log.warn({ lease: name, err: error }, 'the store of leases failed; trying again')
        }
        await clock.sleep(RETRY_MS, signal)
      }
      return undefined
    },
  }
}
