import type { Clock } from '../../base/clock.ts'
import { EngineError } from '../../base/errors.ts'
import type { Logger } from '../../base/logger.ts'
import { encodeKey } from '../../base/ordered-key.ts'
import type { MetaStore } from './port.ts'

/** Exclusive ownership of a piece of work for a time that the owner keeps renewing. */
export interface Leases {
  /** Waits until the lease is ours; undefined when the signal aborted before. */
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

/**
 * `owner` must be new for every process. In a store that only one process can hold, a lease of
 * another owner is left over from a dead one and is taken at once.
 */
export function createLeases(deps: {
  readonly meta: MetaStore
  readonly clock: Clock
  readonly owner: string
  readonly log: Logger
}): Leases {
  const { meta, clock, owner, log } = deps

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

  async function tryAcquire(key: Uint8Array): Promise<number | undefined> {
    const { version, row } = await read(key)
    const mayTake =
      !row || row.expiresMs <= clock.wallMs() || (!meta.capabilities.shared && row.owner !== owner)
    if (!mayTake) return undefined
    const fence = (row?.fence ?? 0) + 1
    const taken = { owner, expiresMs: clock.wallMs() + DURATION_MS, fence }
    return (await write(key, version, taken)) ? fence : undefined
  }

  async function renew(key: Uint8Array, fence: number): Promise<boolean> {
    const { version, row } = await read(key)
    if (row?.owner !== owner || row.fence !== fence) return false
    return write(key, version, { owner, expiresMs: clock.wallMs() + DURATION_MS, fence })
  }

  async function keep(name: string, key: Uint8Array, fence: number, lost: AbortController) {
    let renewedMs = clock.monotonicMs()
    for (;;) {
      await clock.sleep(RENEW_MS, lost.signal)
      if (lost.signal.aborted) return
      try {
        if (!(await renew(key, fence))) return lost.abort()
        renewedMs = clock.monotonicMs()
      } catch (error) {
        log.warn({ lease: name, err: error }, 'lease not renewed')
        if (clock.monotonicMs() - renewedMs > DURATION_MS - RENEW_MS) return lost.abort()
      }
    }
  }

  function hold(name: string, key: Uint8Array, fence: number, signal: AbortSignal): Lease {
    const lost = new AbortController()
    const onAbort = () => lost.abort()
    if (signal.aborted) onAbort()
    signal.addEventListener('abort', onAbort, { once: true })
    const keeping = meta.capabilities.shared ? keep(name, key, fence, lost) : Promise.resolve()
    return {
      signal: lost.signal,
      fence,
      async release() {
        signal.removeEventListener('abort', onAbort)
        lost.abort()
        await keeping
        const { version, row } = await read(key)
        if (row?.owner === owner && row.fence === fence) {
          await write(key, version, { ...row, expiresMs: 0 })
        }
      },
    }
  }

  return {
    async acquire(name, signal) {
      const key = encodeKey(['meta/lease', name])
      while (!signal.aborted) {
        const fence = await tryAcquire(key)
        if (fence !== undefined) return hold(name, key, fence, signal)
        await clock.sleep(RETRY_MS, signal)
      }
      return undefined
    },
  }
}
