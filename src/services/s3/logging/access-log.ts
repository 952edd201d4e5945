import type { Clock } from '../../../base/clock.ts'
import type { Logger } from '../../../base/logger.ts'
import type { Metrics } from '../../../base/metrics.ts'
import type { KeyPart } from '../../../base/ordered-key.ts'
import type { Random } from '../../../base/random.ts'
import { createDocuments } from '../../../engines/meta/documents.ts'
import type { MetaStore } from '../../../engines/meta/port.ts'
import type { AnsweredRequest } from '../../../wire/operation.ts'
import { ACCESS_LINES_MAX } from '../limits.ts'
import { accessLine } from './access-line.ts'
import type { LoggedBucket, LoggingSettings } from './logging-settings.ts'

/** Lines of one bucket that wait for their delivery. */
export interface AccessLines {
  readonly bucket: LoggedBucket
  readonly lines: ReadonlyArray<readonly [atMs: number, text: string]>
}

export interface AccessLinesEntry {
  /** The id of the bucket in the store, when they were kept, and a random text. */
  readonly id: ReadonlyArray<KeyPart>
  readonly kept: AccessLines
}

/**
 * The requests to buckets that are logged. A request costs a line in memory; the lines are kept
 * together, once a second. Best effort, as on AWS: a crash loses the lines of the last second.
 */
export interface AccessLog {
  observe(request: AnsweredRequest): void
  /** Keeps the lines as they come, until the signal aborts, and the last ones then. */
  start(signal: AbortSignal): Promise<void>
  /** The next lines behind an entry. */
  waiting(
    after: ReadonlyArray<KeyPart> | undefined,
    limit: number,
  ): Promise<ReadonlyArray<AccessLinesEntry>>
  done(entries: ReadonlyArray<AccessLinesEntry>): Promise<void>
}

const everywhere = { accountId: '', region: '' }
const KEEP_EVERY_MS = 1_000
/** Together at most so many lines in one row of the store of metadata. */
const LINES_A_ROW = 500

export function createAccessLog(deps: {
  readonly meta: MetaStore
  readonly settings: LoggingSettings
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  readonly metrics: Metrics
}): AccessLog {
  const { meta, settings, clock, random, log, metrics } = deps
  const rows = createDocuments<AccessLines>(meta, 's3/access-lines')
  let waiting = new Map<string, { bucket: LoggedBucket; lines: Array<[number, string]> }>()
  let count = 0

  async function keep(): Promise<void> {
    if (count === 0) return
    const taken = waiting
    waiting = new Map()
    const keptMs = clock.wallMs()
    const puts = [...taken.values()].flatMap(({ bucket, lines }) => {
      const chunks = Array.from({ length: Math.ceil(lines.length / LINES_A_ROW) }, (_, index) =>
        lines.slice(index * LINES_A_ROW, (index + 1) * LINES_A_ROW),
      )
      return chunks.flatMap((chunk) => {
        const id = [bucket.storeId, keptMs, random.bytes(8).toString('hex')]
        return rows.putBatch(everywhere, id, { bucket, lines: chunk }).puts
      })
    })
    count = 0
    await meta.commit({ puts })
  }

  return {
    observe(request) {
      const { Bucket: name } = request.input as { readonly Bucket?: string }
      const bucket = name === undefined ? undefined : settings.known(name)
      if (!bucket) return
      if (count >= ACCESS_LINES_MAX) {
        metrics.record('headrace_failed_records_total', { service: 's3', resource: bucket.name }, 1)
        return
      }
      count++
      const own = waiting.get(bucket.storeId) ?? { bucket, lines: [] }
      own.lines.push([request.atMs, accessLine(bucket, request)])
      waiting.set(bucket.storeId, own)
    },

    async start(signal) {
      do {
        try {
          await settings.refresh()
          await keep()
        } catch (error) {
          log.error({ err: error }, 'lines of the access log of S3 were lost')
        }
        await clock.sleep(KEEP_EVERY_MS, signal)
      } while (!signal.aborted)
      await keep()
    },

    async waiting(after, limit) {
      const page = await rows.list(everywhere, { limit, ...(after && { after }) })
      return page.map(({ id, value }) => ({ id, kept: value }))
    },

    async done(entries) {
      await meta.commit({ removals: entries.map(({ id }) => rows.keyOf(everywhere, id)) })
    },
  }
}
