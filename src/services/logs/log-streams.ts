import type { Clock } from '../../base/clock.ts'
import { EngineError } from '../../base/errors.ts'
import type { Random } from '../../base/random.ts'
import type { Scope } from '../../base/scope.ts'
import type { Document, DocumentPage } from '../../engines/meta/documents.ts'
import { createDocuments } from '../../engines/meta/documents.ts'
import type { MetaStore } from '../../engines/meta/port.ts'
import { noSuchStream } from './log-errors.ts'
import type { LogEvents } from './log-events.ts'
import { billedBytes, LAST } from './log-events.ts'
import type { LogEvent, LogTarget } from './log-groups.ts'

export interface LogStream {
  /** New for each stream, also for one of an old name. */
  readonly id: string
  readonly createdMs: number
  readonly nextSequence: number
  readonly storedBytes: number
  readonly firstEventMs?: number
  readonly lastEventMs?: number
  readonly lastIngestionMs?: number
}

/** The streams of all groups. Their ids are group and stream name. */
export interface LogStreams {
  find(scope: Scope, target: LogTarget): Promise<LogStream | undefined>
  /** False when it is there already. */
  create(scope: Scope, target: LogTarget): Promise<boolean>
  list(scope: Scope, page: DocumentPage): Promise<ReadonlyArray<Document<LogStream>>>
  /** Every stream of the group. */
  all(scope: Scope, group: string): AsyncIterable<NamedStream>
  /** Durable when resolved; false when the stream is not there. Events are in order of time. */
  append(scope: Scope, target: LogTarget, events: ReadonlyArray<LogEvent>): Promise<boolean>
  /** Rejects with `ResourceNotFoundException`. */
  remove(scope: Scope, target: LogTarget): Promise<void>
  removeOlderThan(scope: Scope, target: LogTarget, timestampMs: number): Promise<void>
}

export interface NamedStream extends LogStream {
  readonly name: string
}

const APPEND_ATTEMPTS_MAX = 100
const PAGE = 1000

export function createLogStreams(deps: {
  readonly meta: MetaStore
  readonly events: LogEvents
  readonly clock: Clock
  readonly random: Random
}): LogStreams {
  const { meta, events, clock, random } = deps
  const documents = createDocuments<LogStream>(meta, 'logs/stream')

  /** One commit for the stream and its events, so that neither is ever without the other. */
  async function tryAppend(scope: Scope, target: LogTarget, batch: ReadonlyArray<LogEvent>) {
    const id = [target.group, target.stream]
    const [own] = documents.putBatch(scope, id, {} as LogStream).puts
    const entry = own && (await meta.get(own.key))
    if (!entry) return 'absent'
    const stream = JSON.parse(Buffer.from(entry.value).toString('utf8')) as LogStream
    const ingestionMs = clock.wallMs()
    const stored = batch.map(({ timestampMs, message }, index) => {
      return { timestampMs, message, ingestionMs, sequence: stream.nextSequence + index }
    })
    const grown = withEvents(stream, batch, ingestionMs)
    try {
      await meta.commit({
        checks: [{ key: entry.key, version: entry.version }],
        puts: [
          ...documents.putBatch(scope, id, grown).puts,
          ...events.entriesOf(scope, stream.id, stored),
        ],
      })
      return 'appended'
    } catch (error) {
      if (error instanceof EngineError && error.kind === 'conflict') return 'conflict'
      throw error
    }
  }

  async function* all(scope: Scope, group: string) {
    let after: ReadonlyArray<string> | undefined
    for (;;) {
      const page = { under: [group], limit: PAGE, ...(after && { after }) }
      const found = await documents.list(scope, page)
      for (const { id, value } of found) yield { ...value, name: String(id[1]) }
      if (found.length < PAGE) return
      after = [String(found.at(-1)?.id[1])]
    }
  }

  return {
    find: (scope, { group, stream }) => documents.get(scope, group, stream),
    create: (scope, { group, stream }) =>
      documents.create(scope, [group, stream], {
        id: random.bytes(8).toString('hex'),
        createdMs: clock.wallMs(),
        nextSequence: 1,
        storedBytes: 0,
      }),
    list: documents.list,
    all,
    async append(scope, target, batch) {
      if (batch.length === 0) {
        return (await documents.get(scope, target.group, target.stream)) !== undefined
      }
      for (let attempt = 0; attempt < APPEND_ATTEMPTS_MAX; attempt++) {
        const outcome = await tryAppend(scope, target, batch)
        if (outcome !== 'conflict') return outcome === 'appended'
      }
      throw new EngineError('conflict', `${target.group} ${target.stream} changes too often`)
    },
    async remove(scope, { group, stream }) {
      const found = await documents.get(scope, group, stream)
      if (!found) throw noSuchStream()
      await events.removeBefore(scope, found.id, LAST.timestampMs)
      await documents.remove(scope, group, stream)
      // Once more for what was appended in between.
      await events.removeBefore(scope, found.id, LAST.timestampMs)
    },
    async removeOlderThan(scope, { group, stream }, timestampMs) {
      const found = await documents.get(scope, group, stream)
      if (!found || (found.firstEventMs ?? timestampMs) >= timestampMs) return
      const bytes = await events.removeBefore(scope, found.id, timestampMs)
      await documents.update(scope, [group, stream], (current) => ({
        ...current,
        storedBytes: current.storedBytes - bytes,
        firstEventMs: Math.max(current.firstEventMs ?? timestampMs, timestampMs),
      }))
    },
  }
}

function withEvents(
  stream: LogStream,
  batch: ReadonlyArray<LogEvent>,
  ingestionMs: number,
): LogStream {
  const first = batch[0]?.timestampMs ?? 0
  const last = batch.at(-1)?.timestampMs ?? 0
  return {
    ...stream,
    nextSequence: stream.nextSequence + batch.length,
    storedBytes: batch.reduce((sum, event) => sum + billedBytes(event), stream.storedBytes),
    firstEventMs: Math.min(stream.firstEventMs ?? first, first),
    lastEventMs: Math.max(stream.lastEventMs ?? last, last),
    lastIngestionMs: ingestionMs,
  }
}
