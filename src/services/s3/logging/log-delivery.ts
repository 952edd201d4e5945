import { createHash } from 'node:crypto'
import type { Clock } from '../../../base/clock.ts'
import { dateOf } from '../../../base/clock.ts'
import { ServiceError } from '../../../base/errors.ts'
import type { EventSender } from '../../../base/event-target.ts'
import type { Logger } from '../../../base/logger.ts'
import type { Random } from '../../../base/random.ts'
import type { Background } from '../../../engines/meta/background.ts'
import { requireServiceMayPut } from '../access/service-writes.ts'
import type { Buckets } from '../buckets/buckets.ts'
import { defaultPlan } from '../objects/digests.ts'
import type { Objects } from '../objects/objects.ts'
import { serviceOrigin } from '../objects/objects.ts'
import type { AccessLinesEntry, AccessLog } from './access-log.ts'
import type { LoggedBucket } from './logging-settings.ts'

const PAGE = 20
const PRINCIPAL = 'logging.s3.amazonaws.com'
/** Lines that nobody takes are given up after this. */
const GIVE_UP_AFTER_MS = 86_400_000

/**
 * Brings the lines to the buckets that they are meant for, as objects. The key of an object follows
 * from the lines, so that one that is brought twice over a crash is there once.
 */
export function createLogDelivery(deps: {
  readonly accessLog: AccessLog
  readonly buckets: Buckets
  readonly objects: Objects
  readonly background: Background
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  readonly intervalMs: number
}) {
  const { accessLog, buckets, objects, background, clock, random, log, intervalMs } = deps

  async function deliver(source: LoggedBucket, entries: ReadonlyArray<AccessLinesEntry>) {
    const { targetBucket, targetPrefix } = source.logging
    const target = await buckets.find(source.accountId, targetBucket)
    for (const [key, lines] of objectsFor(source, entries)) {
      requireServiceMayPut(target, senderOf(source), key)
      await objects.put(target, {
        key,
        body: Buffer.from(`${lines.join('\n')}\n`),
        headers: { contentType: 'text/plain' },
        digests: defaultPlan,
        event: 'ObjectCreated:Put',
        origin: serviceOrigin(source, random.uuid()),
      })
    }
    log.debug({ bucket: source.name, targetBucket, targetPrefix }, 'access logs were delivered')
  }

  /** False when they have to wait. */
  async function attempt(source: LoggedBucket, entries: ReadonlyArray<AccessLinesEntry>) {
    try {
      await deliver(source, entries)
      return true
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error
      const isOld = Number(entries[0]?.id[1]) + GIVE_UP_AFTER_MS < clock.wallMs()
      log.warn(
        { bucket: source.name, target: source.logging.targetBucket, err: error, isGivenUp: isOld },
        'access logs of S3 are not taken',
      )
      return isOld
    }
  }

  async function round(signal: AbortSignal): Promise<number> {
    let after: AccessLinesEntry['id'] | undefined
    while (!signal.aborted) {
      const page = await accessLog.waiting(after, PAGE)
      const [first] = page
      if (!first) return intervalMs
      const { bucket } = first.kept
      const same = page.filter(({ kept }) => isSame(kept.bucket, bucket))
      const own = same.slice(0, firstOther(page, bucket))
      after = own.at(-1)?.id
      if (await attempt(bucket, own)) await accessLog.done(own)
    }
    return 0
  }

  return {
    start: (signal: AbortSignal): Promise<void> =>
      background.run({ name: 's3/access-logs', round }, signal),
  }
}

function firstOther(page: ReadonlyArray<AccessLinesEntry>, bucket: LoggedBucket): number {
  const index = page.findIndex(({ kept }) => !isSame(kept.bucket, bucket))
  return index < 0 ? page.length : index
}

/** Of one bucket, and of one configuration of it. */
function isSame(one: LoggedBucket, other: LoggedBucket): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}

// AWS: the policy of the target lets the log delivery in. An ACL that does so is of the past.
function senderOf({ name, accountId, region }: LoggedBucket): EventSender {
  return {
    principal: PRINCIPAL,
    sourceArn: `arn:aws:s3:::${name}`,
    scope: { accountId, region },
  }
}

/** The lines by the key of the object that they go to. */
function objectsFor(
  source: LoggedBucket,
  entries: ReadonlyArray<AccessLinesEntry>,
): ReadonlyMap<string, ReadonlyArray<string>> {
  const [first] = entries
  const unique = createHash('sha256').update(JSON.stringify(first?.id)).digest('hex').slice(0, 16)
  const keptMs = Number(first?.id[1])
  const found = new Map<string, string[]>()
  for (const { kept } of entries) {
    for (const [atMs, line] of kept.lines) {
      const key = `${keyStart(source, keptMs, atMs)}-${unique.toUpperCase()}`
      const lines = found.get(key) ?? []
      lines.push(line)
      found.set(key, lines)
    }
  }
  return found
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/ServerLogs.html#server-log-keyname-format */
function keyStart(source: LoggedBucket, keptMs: number, atMs: number): string {
  const { targetPrefix, partitionedBy } = source.logging
  const time = (ms: number) => dateOf(ms).toISOString().slice(0, 19).replace(/[T:]/g, '-')
  if (!partitionedBy) return `${targetPrefix}${time(keptMs)}`
  // AWS: by the time of the event, objects are of a day, and their names say no hour.
  const named = partitionedBy === 'EventTime' ? `${time(atMs).slice(0, 10)}-00-00-00` : time(keptMs)
  const [year, month, day] = named.split('-')
  const { accountId, region, name } = source
  return `${targetPrefix}${accountId}/${region}/${name}/${year}/${month}/${day}/${named}`
}
