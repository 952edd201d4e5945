import type { Scope } from '../../base/scope.ts'
import type { FilterPattern } from './filter-pattern.ts'
import { limits } from './limits.ts'
import { noSuchStream } from './log-errors.ts'
import type { LogEvents, LogPosition, StoredEvent } from './log-events.ts'
import { billedBytes } from './log-events.ts'
import type { LogGroups, LogTarget } from './log-groups.ts'
import { mergeStreams } from './log-merge.ts'
import type { LogStreams, NamedStream } from './log-streams.ts'

import { decodePageToken, encodePageToken, readStreamToken, streamToken } from './log-tokens.ts'

/** The reading side: one stream forth and back, or a whole group through a filter. */
export interface LogReader {
  /** GetLogEvents. Rejects with `ResourceNotFoundException`, `InvalidParameterException`. */
  page(scope: Scope, target: LogTarget, request: PageRequest): Promise<EventPage>
  /** FilterLogEvents: in order of time over all streams. */
  filter(scope: Scope, group: string, request: FilterRequest): Promise<FilteredPage>
}

export interface PageRequest {
  /** Inclusive. */
  readonly startMs?: number | undefined
  /** Exclusive. */
  readonly endMs?: number | undefined
  readonly limit: number
  readonly token?: string | undefined
  readonly fromHead: boolean
}

export interface EventPage {
  readonly events: ReadonlyArray<StoredEvent>
  readonly forwardToken: string
  readonly backwardToken: string
}

export interface FilterRequest {
  readonly startMs?: number | undefined
  /** Inclusive, unlike in GetLogEvents (API reference). */
  readonly endMs?: number | undefined
  readonly limit: number
  readonly token?: string | undefined
  readonly pattern: FilterPattern
  readonly isWanted: (streamName: string) => boolean
}

export interface FilteredEvent extends StoredEvent {
  readonly stream: NamedStream
}

export interface FilteredPage {
  readonly events: ReadonlyArray<FilteredEvent>
  readonly nextToken?: string
}

export function createLogReader(deps: {
  readonly groups: LogGroups
  readonly streams: LogStreams
  readonly events: LogEvents
}): LogReader {
  const { groups, streams, events } = deps

  return {
    async page(scope, target, request) {
      const group = await groups.group(scope, target.group)
      const stream = await streams.find(scope, target)
      if (!stream) throw noSuchStream()
      const startMs = Math.max(request.startMs ?? 0, groups.oldestMs(group))
      const endMs = request.endMs ?? Number.MAX_SAFE_INTEGER
      const from = pageStart(request, startMs, endMs)
      const found = await events.scan(scope, stream.id, {
        after: from.position,
        limit: request.limit,
        reverse: from.backward,
      })
      const inRange = found.filter(
        ({ timestampMs }) => timestampMs >= startMs && timestampMs < endMs,
      )
      const fitting = withinAnswer(inRange)
      if (from.backward) fitting.reverse()
      return pageOf(fitting, from.position)
    },

    async filter(scope, groupName, request) {
      const group = await groups.group(scope, groupName)
      const startMs = Math.max(request.startMs ?? 0, groups.oldestMs(group))
      const endMs = request.endMs ?? Number.MAX_SAFE_INTEGER
      const wanted: NamedStream[] = []
      for await (const stream of streams.all(scope, groupName)) {
        if (request.isWanted(stream.name) && (stream.lastEventMs ?? -1) >= startMs) {
          wanted.push(stream)
        }
      }
      const after = decodePageToken(request.token)
      const merged = mergeStreams(wanted, { startMs, after }, (stream, scan) =>
        events.scan(scope, stream.id, scan),
      )
      return filterPage(merged, { ...request, endMs })
    },
  }
}

function pageStart(request: PageRequest, startMs: number, endMs: number) {
  if (request.token !== undefined) return readStreamToken(request.token)
  const position: LogPosition = { timestampMs: request.fromHead ? startMs : endMs, sequence: 0 }
  return { backward: !request.fromHead, position }
}

function pageOf(events: ReadonlyArray<StoredEvent>, asked: LogPosition): EventPage {
  const first = events[0]
  const last = events.at(-1)
  // AWS: at the end of the stream the token that was passed comes back (GetLogEvents).
  return {
    events,
    forwardToken: streamToken('f', last ?? asked),
    backwardToken: streamToken('b', first ?? asked),
  }
}

/** As many as one answer may hold, from the front. */
function withinAnswer(events: ReadonlyArray<StoredEvent>): StoredEvent[] {
  let sizeBytes = 0
  const end = events.findIndex((event) => {
    sizeBytes += billedBytes(event)
    return sizeBytes > limits.answerBytesMax
  })
  return events.slice(0, end < 0 ? events.length : Math.max(end, 1))
}

async function filterPage(
  merged: AsyncIterable<FilteredEvent>,
  request: FilterRequest & { readonly endMs: number },
): Promise<FilteredPage> {
  const events: FilteredEvent[] = []
  let seen = 0
  let sizeBytes = 0
  let last: FilteredEvent | undefined
  for await (const event of merged) {
    if (event.timestampMs > request.endMs) return { events }
    const isFull = events.length >= request.limit || sizeBytes >= limits.answerBytesMax
    if (last && (isFull || seen >= limits.filteredEventsMax)) {
      return { events, nextToken: encodePageToken(last) }
    }
    seen++
    last = event
    if (!request.pattern(event.message)) continue
    sizeBytes += billedBytes(event)
    events.push(event)
  }
  return { events }
}
