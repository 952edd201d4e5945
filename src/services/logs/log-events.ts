import type { KeyPart } from '../../base/ordered-key.ts'
import { decodeKey, encodeKey } from '../../base/ordered-key.ts'
import type { Scope } from '../../base/scope.ts'
import type { MetaEntry, MetaStore } from '../../engines/meta/port.ts'
import { limits } from './limits.ts'
import type { LogEvent } from './log-groups.ts'

/** Where an event stands in its stream: by time, then by arrival. */
export interface LogPosition {
  readonly timestampMs: number
  readonly sequence: number
}

export interface StoredEvent extends LogPosition {
  readonly ingestionMs: number
  readonly message: string
}

export interface EventScan {
  /** Exclusive; the scan goes on from here in its direction. */
  readonly after: LogPosition
  readonly limit: number
  readonly reverse?: boolean
}

/** The events of all streams: one entry each, ordered by stream, time and arrival. */
export interface LogEvents {
  /** The entries of new events, to be committed together with their stream. */
  entriesOf(
    scope: Scope,
    streamId: string,
    batch: ReadonlyArray<StoredEvent>,
  ): ReadonlyArray<{ readonly key: Uint8Array; readonly value: Uint8Array }>
  scan(scope: Scope, streamId: string, scan: EventScan): Promise<ReadonlyArray<StoredEvent>>
  /** Removes what is older; answers how many bytes that were, by AWS's count. */
  removeBefore(scope: Scope, streamId: string, timestampMs: number): Promise<number>
}

/** Behind all events. */
export const LAST: LogPosition = { timestampMs: Number.MAX_SAFE_INTEGER, sequence: 0 }

const REMOVALS_AT_ONCE = 1000

export function createLogEvents(meta: MetaStore): LogEvents {
  const keyOf = (scope: Scope, streamId: string, rest: ReadonlyArray<KeyPart>) =>
    encodeKey(['logs/event', scope.accountId, scope.region, streamId, ...rest])

  return {
    entriesOf: (scope, streamId, batch) =>
      batch.map((event) => ({
        key: keyOf(scope, streamId, [event.timestampMs, event.sequence]),
        value: Buffer.from(JSON.stringify([event.ingestionMs, event.message])),
      })),
    async scan(scope, streamId, { after, limit, reverse = false }) {
      const entries = await meta.scan({
        prefix: keyOf(scope, streamId, []),
        after: keyOf(scope, streamId, [after.timestampMs, after.sequence]),
        limit,
        reverse,
      })
      return entries.map(decodeEvent)
    },
    async removeBefore(scope, streamId, timestampMs) {
      const prefix = keyOf(scope, streamId, [])
      let removedBytes = 0
      for (;;) {
        const entries = await meta.scan({ prefix, limit: REMOVALS_AT_ONCE })
        const old = entries.filter((entry) => decodeEvent(entry).timestampMs < timestampMs)
        if (old.length > 0) await meta.commit({ removals: old.map(({ key }) => key) })
        removedBytes += old.reduce((sum, entry) => sum + billedBytes(decodeEvent(entry)), 0)
        if (old.length < REMOVALS_AT_ONCE) return removedBytes
      }
    },
  }
}

/** What an event counts for in batches and in `storedBytes`. */
export function billedBytes(event: Pick<LogEvent, 'message'>): number {
  return Buffer.byteLength(event.message) + limits.eventOverheadBytes
}

function decodeEvent(entry: MetaEntry): StoredEvent {
  const [, , , , timestampMs, sequence] = decodeKey(entry.key)
  const [ingestionMs, message] = JSON.parse(Buffer.from(entry.value).toString('utf8')) as [
    number,
    string,
  ]
  return { timestampMs: Number(timestampMs), sequence: Number(sequence), ingestionMs, message }
}
