import type { EventScan, LogPosition, StoredEvent } from './log-events.ts'
import type { NamedStream } from './log-streams.ts'
import type { MergePosition } from './log-tokens.ts'

/** Reads one page of one stream. */
type ReadPage = (stream: NamedStream, scan: EventScan) => Promise<ReadonlyArray<StoredEvent>>

export interface MergedEvent extends StoredEvent {
  readonly stream: NamedStream
}

interface Cursor {
  readonly stream: NamedStream
  page: ReadonlyArray<StoredEvent>
  index: number
}

const PAGE = 500

/** The events of several streams in the order of time, stream name and arrival. */
export async function* mergeStreams(
  streams: ReadonlyArray<NamedStream>,
  from: { readonly startMs: number; readonly after: MergePosition | undefined },
  read: ReadPage,
): AsyncIterable<MergedEvent> {
  const cursors: Cursor[] = []
  for (const stream of streams) {
    const after = startOf(stream, from)
    const page = await read(stream, { after, limit: PAGE })
    if (page.length > 0) cursors.push({ stream, page, index: 0 })
  }
  while (cursors.length > 0) {
    const cursor = cursors.reduce((best, one) => (isBefore(one, best) ? one : best))
    const event = cursor.page[cursor.index]
    if (event) yield { ...event, stream: cursor.stream }
    cursor.index++
    if (cursor.index < cursor.page.length) continue
    const last = cursor.page.at(-1)
    cursor.page = last ? await read(cursor.stream, { after: last, limit: PAGE }) : []
    cursor.index = 0
    if (cursor.page.length === 0) cursors.splice(cursors.indexOf(cursor), 1)
  }
}

function startOf(
  stream: NamedStream,
  { startMs, after }: { readonly startMs: number; readonly after: MergePosition | undefined },
): LogPosition {
  if (!after) return { timestampMs: startMs, sequence: 0 }
  if (stream.name === after.stream) return after
  const timestampMs = stream.name < after.stream ? after.timestampMs + 1 : after.timestampMs
  return { timestampMs, sequence: 0 }
}

function isBefore(one: Cursor, other: Cursor): boolean {
  const a = one.page[one.index]
  const b = other.page[other.index]
  if (!a || !b) return a !== undefined
  if (a.timestampMs !== b.timestampMs) return a.timestampMs < b.timestampMs
  return one.stream.name < other.stream.name
}
