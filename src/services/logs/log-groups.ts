import type { Clock } from '../../base/clock.ts'
import { ServiceError } from '../../base/errors.ts'
import type { Scope } from '../../base/scope.ts'
import { createDocuments } from '../../engines/meta/documents.ts'
import type { MetaStore } from '../../engines/meta/port.ts'
import { limits } from './limits.ts'
import { noSuchGroup } from './log-errors.ts'
import { billedBytes } from './log-events.ts'
import type { LogStreams } from './log-streams.ts'

/** Writing side of CloudWatch Logs, for the services whose user code has a log. */
export interface LogWriter {
  /** Makes group and stream when absent; the events are durable when this resolves. */
  append(scope: Scope, target: LogTarget, events: ReadonlyArray<LogEvent>): Promise<void>
}

export interface LogTarget {
  /** `/aws/lambda/score`, `/aws-glue/jobs/output`, … */
  readonly group: string
  readonly stream: string
}

export interface LogEvent {
  readonly timestampMs: number
  readonly message: string
}

export interface LogGroup {
  readonly createdMs: number
  readonly retentionDays?: number
  readonly tags: Readonly<Record<string, string>>
}

export interface NamedGroup extends LogGroup {
  readonly name: string
}

/** The log groups of every account. */
export interface LogGroups extends LogWriter {
  /** Rejects with `ResourceAlreadyExistsException`. */
  create(scope: Scope, name: string, tags: Readonly<Record<string, string>>): Promise<void>
  /** Rejects with `ResourceNotFoundException`. */
  group(scope: Scope, name: string): Promise<NamedGroup>
  list(
    scope: Scope,
    page: { readonly prefix?: string; readonly after?: string; readonly limit: number },
  ): Promise<ReadonlyArray<NamedGroup>>
  /** With all its streams and events. Rejects with `ResourceNotFoundException`. */
  remove(scope: Scope, name: string): Promise<void>
  /** Changes retention or tags. Rejects with `ResourceNotFoundException`. */
  change(scope: Scope, name: string, change: (group: LogGroup) => LogGroup): Promise<void>
  /** Events before this moment are as good as gone. */
  oldestMs(group: LogGroup): number
  /** Removes the events of every group that are older than its retention. */
  expire(): Promise<void>
}

const DAY_MS = 86_400_000

export function createLogGroups(deps: {
  readonly meta: MetaStore
  readonly streams: LogStreams
  readonly clock: Clock
}): LogGroups {
  const { meta, streams, clock } = deps
  const documents = createDocuments<LogGroup>(meta, 'logs/group')

  function oldestMs({ retentionDays }: LogGroup): number {
    return retentionDays === undefined ? 0 : clock.wallMs() - retentionDays * DAY_MS
  }

  async function group(scope: Scope, name: string): Promise<NamedGroup> {
    const found = await documents.get(scope, name)
    if (!found) throw noSuchGroup()
    return { ...found, name }
  }

  return {
    group,
    oldestMs,
    async create(scope, name, tags) {
      if (!(await documents.create(scope, [name], { createdMs: clock.wallMs(), tags }))) {
        throw new ServiceError(
          'ResourceAlreadyExistsException',
          'The specified log group already exists',
        )
      }
    },
    async list(scope, { prefix, after, limit }) {
      const found = await documents.list(scope, {
        limit,
        ...(prefix !== undefined && { prefix }),
        ...(after !== undefined && { after: [after] }),
      })
      return found.map(({ id, value }) => ({ ...value, name: String(id[0]) }))
    },
    async remove(scope, name) {
      await group(scope, name)
      for await (const stream of streams.all(scope, name)) {
        await streams.remove(scope, { group: name, stream: stream.name })
      }
      await documents.remove(scope, name)
    },
    async change(scope, name, change) {
      if (!(await documents.update(scope, [name], change))) throw noSuchGroup()
    },
    async append(scope, target, events) {
      const inOrder = events.toSorted((a, b) => a.timestampMs - b.timestampMs)
      for (const batch of splitIntoBatches(inOrder)) {
        while (!(await streams.append(scope, target, batch))) {
          await documents.create(scope, [target.group], { createdMs: clock.wallMs(), tags: {} })
          await streams.create(scope, target)
        }
      }
    },
    async expire() {
      for await (const { scope, id, value } of documents.everywhere()) {
        if (value.retentionDays === undefined) continue
        const name = String(id[0])
        for await (const stream of streams.all(scope, name)) {
          await streams.removeOlderThan(
            scope,
            { group: name, stream: stream.name },
            oldestMs(value),
          )
        }
      }
    },
  }
}

/** A commit holds no more than a PutLogEvents call could. */
function splitIntoBatches(events: ReadonlyArray<LogEvent>): ReadonlyArray<LogEvent[]> {
  const batches: LogEvent[][] = []
  let sizeBytes = Number.POSITIVE_INFINITY
  for (const event of events) {
    const bytes = billedBytes(event)
    const isFull = (batches.at(-1)?.length ?? 0) >= limits.batchEventsMax
    if (isFull || sizeBytes + bytes > limits.batchBytesMax) {
      batches.push([])
      sizeBytes = 0
    }
    batches.at(-1)?.push(event)
    sizeBytes += bytes
  }
  return batches
}
