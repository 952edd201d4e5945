import { EngineError } from '../../../base/errors.ts'
import type { SinkDeps, SinkRun, SinkSource } from './sink-run.ts'
import { groupOf } from './sink-run.ts'

/** How far a partition has been delivered, which is what the connector's group has committed. */
export interface GroupOffsets {
  /** Undefined for nothing, and for what was committed in a topic of that name before this one. */
  fetch(): Promise<number | undefined>
  /** Durable when resolved. */
  commit(offset: number): Promise<void>
  /** What was committed here last. */
  committed(): number
  /** Shows how far that is behind the end of the partition. */
  observe(endOffset: number): void
  /** Offsets of a group without members lapse one day: this one should be committed anew. */
  isOld(): boolean
  close(): void
}

/** The version of OffsetCommit whose rules hold: it has every error by its own name. */
const COMMIT_VERSION = 9
const OLD_MS = 3_600_000

export function createGroupOffsets(
  { kafka, clock, metrics }: SinkDeps,
  { scope, connector }: SinkRun,
  { topic, number }: SinkSource,
): GroupOffsets {
  const { groups } = kafka
  const groupId = groupOf(connector)
  const place = { topic: topic.name, partition: number }
  const { accountId: account, region } = scope
  const labels = { account, region, connector: connector.name, ...place, partition: String(number) }
  let last = { offset: 0, ms: Number.NEGATIVE_INFINITY }

  async function commitInGroup(offset: number): Promise<void> {
    const claim = { groupId, memberId: '', groupInstanceId: null, generationOrEpoch: -1 }
    const offsets = [{ ...place, offset, leaderEpoch: -1, metadata: '' }]
    const options = { version: COMMIT_VERSION, retentionMs: undefined }
    const [error = 'NONE'] = await groups.commits.commit(scope, claim, offsets, options)
    if (error === 'NONE') return
    if (error === 'UNKNOWN_TOPIC_OR_PARTITION') {
      throw new EngineError('not-found', `partition ${number} of ${topic.name} is gone`)
    }
    throw new EngineError('conflict', `the group ${groupId} does not take the offset: ${error}`)
  }

  return {
    async fetch() {
      const { error, offsets } = await groups.offsets.fetch(scope, {
        ...{ groupId, memberId: null, memberEpoch: -1, requireStable: false },
        places: [place],
      })
      if (error !== 'NONE') throw new EngineError('unavailable', `offsets of ${groupId}: ${error}`)
      const offset = offsets[0]?.offset ?? -1
      return offset < 0 ? undefined : offset
    },
    async commit(offset) {
      await commitInGroup(offset)
      last = { offset, ms: clock.monotonicMs() }
    },
    committed: () => last.offset,
    observe(endOffset) {
      metrics.record('headrace_connector_lag_records', labels, Math.max(0, endOffset - last.offset))
    },
    isOld: () => clock.monotonicMs() - last.ms > OLD_MS,
    close: () => metrics.forget('headrace_connector_lag_records', labels),
  }
}
