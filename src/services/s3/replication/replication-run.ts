import { dateOf } from '../../../base/clock.ts'
import { EngineError, ServiceError } from '../../../base/errors.ts'
import type { Logger } from '../../../base/logger.ts'
import type { Random } from '../../../base/random.ts'
import type { Background } from '../../../engines/meta/background.ts'
import type { Bucket } from '../buckets/bucket.ts'
import type { Buckets } from '../buckets/buckets.ts'
import { recordOf } from '../objects/object-record.ts'
import type { Objects } from '../objects/objects.ts'
import { serviceOrigin } from '../objects/objects.ts'
import { preconditionFailed } from '../s3-errors.ts'
import type { Version, VersionHistory } from '../versions/version-history.ts'
import type { CopyRequest, FailureReason, MakeReplica } from './replica-making.ts'
import type { ReplicationEntry, ReplicationQueue, ReplicationTask } from './replication-queue.ts'
import type { DestinationState } from './replication-rules.ts'

const BATCH = 200
const CONCURRENCY_MAX = 8
const REST_MAX_MS = 1_000

/**
 * Makes the copies that wait in the queue. Those of one key go to one bucket in the order of the
 * writes. A copy that cannot be made is said to have failed and holds up no other one; where the disk
 * or the store of metadata fails, all wait.
 */
export function createReplicationRun(deps: {
  readonly replication: ReplicationQueue
  readonly buckets: Buckets
  readonly objects: Objects
  readonly history: VersionHistory
  readonly makeReplica: MakeReplica
  readonly background: Background
  readonly random: Random
  readonly log: Logger
}) {
  const { replication: queue, buckets, history, makeReplica, background, log } = deps
  const settle = createSettlement(deps)

  /** Undefined: made, or there is nothing to make any more. */
  async function attempt(request: CopyRequest): Promise<FailureReason | undefined> {
    try {
      return await makeReplica(request)
    } catch (error) {
      const isDamaged = error instanceof EngineError && error.kind === 'corrupt'
      if (!isDamaged && !(error instanceof ServiceError)) throw error
      const { key, destination } = request.task
      log.warn({ key, destination, err: error }, 'an S3 version could not be copied')
      return isDamaged ? 'SrcObjectNotEligible' : 'DstPutObjectNotPermitted'
    }
  }

  async function perform({ task }: ReplicationEntry): Promise<void> {
    const source = await buckets.look(task.source.name)
    if (source?.storeId !== task.source.storeId) return
    const version = await history.find(source, task.key, task.versionId)
    if (!version) return
    const rule = source.replication?.rules.find(
      ({ id, destination }) => id === task.ruleId && destination.bucketName === task.destination,
    )
    const roleArn = source.replication?.roleArn ?? ''
    const failure = rule
      ? await attempt({ source, version, task, rule, roleArn })
      : 'SrcBucketReplicationConfigMissing'
    await settle(source, version, task, failure)
  }

  async function round(signal: AbortSignal): Promise<boolean> {
    const entries = await queue.first(BATCH)
    const lines = new Map<string, ReplicationEntry[]>()
    for (const entry of entries) {
      const { source, key, destination } = entry.task
      const name = JSON.stringify([source.storeId, destination, key])
      lines.set(name, [...(lines.get(name) ?? []), entry])
    }
    const waiting = [...lines.values()]
    const done: ReplicationEntry[] = []
    const work = async () => {
      for (let line = waiting.shift(); line; line = waiting.shift()) {
        for (const entry of line) {
          if (signal.aborted) return
          await perform(entry)
          done.push(entry)
        }
      }
    }
    try {
      const workers = Array.from({ length: CONCURRENCY_MAX }, work)
      const failed = (await Promise.allSettled(workers)).find(({ status }) => status === 'rejected')
      if (failed?.status === 'rejected') throw failed.reason
    } finally {
      if (done.length > 0) await queue.done(done)
    }
    return entries.length === BATCH
  }

  return {
    start: (signal: AbortSignal): Promise<void> =>
      background.run(
        {
          name: 's3/replication',
          async round(running) {
            while (!running.aborted) {
              if (await round(running)) continue
              await queue.wait(REST_MAX_MS, running)
            }
            return 0
          },
        },
        signal,
      ),
  }
}

/** Writes down with the version what became of its copy. */
function createSettlement({
  objects,
  random,
}: {
  readonly objects: Objects
  readonly random: Random
}) {
  return async (
    source: Bucket,
    { object }: Version,
    task: ReplicationTask,
    reason: FailureReason | undefined,
  ): Promise<void> => {
    if (recordOf(object).isDeleteMarker) return
    const { key, versionId, destination } = task
    const state: DestinationState = reason ? 'FAILED' : 'COMPLETED'
    const failure = reason && {
      replicationRuleId: task.ruleId,
      destinationBucket: `arn:aws:s3:::${destination}`,
      s3Operation: task.what === 'version' ? 'OBJECT_PUT' : 'OBJECT_PUT_TAGGING',
      requestTime: dateOf(task.createdMs).toISOString(),
      failureReason: reason,
    }
    try {
      await objects.change(source, key, {
        versionId,
        origin: serviceOrigin(source, random.uuid()),
        ...(failure && { event: 'Replication:OperationFailedReplication', failure }),
        change(record) {
          const { replication } = record
          if (!replication || 'isReplica' in replication) throw preconditionFailed('If-Match')
          const destinations = { ...replication.destinations, [destination]: state }
          return { ...record, replication: { destinations } }
        },
      })
    } catch (error) {
      // Removed meanwhile: then nobody asks.
      if (!(error instanceof ServiceError)) throw error
    }
  }
}
