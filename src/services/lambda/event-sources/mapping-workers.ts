import { createChildAbort } from '../../../base/child-abort.ts'
import type { Clock } from '../../../base/clock.ts'
import { ServiceError } from '../../../base/errors.ts'
import type { Metrics } from '../../../base/metrics.ts'
import type { Scope } from '../../../base/scope.ts'
import { createWaker } from '../../../base/waker.ts'
import type { Background } from '../../../engines/meta/background.ts'
import type { ShardState, StreamReader } from '../../kinesis/stream-reader.ts'
import type { SqsNouns } from '../../sqs/sqs-nouns.ts'
import type { Destinations } from '../destinations.ts'
import type { FunctionResolver } from '../function-resolver.ts'
import { withGrace } from '../grace.ts'
import type { Invocations } from '../invocations.ts'
import { createBatchDelivery } from './batch-delivery.ts'
import type { Checkpoint, Mapping, Mappings } from './mappings.ts'
import { isQueueMapping } from './mappings.ts'
import { pollQueue } from './queue-poller.ts'
import { compileRecordFilter } from './record-filter.ts'
import { runShardLoop } from './shard-loop.ts'

/** Works all mappings: each is owned by a lease and reads its shards side by side. */
export interface MappingWorkers {
  /** There is a new mapping. */
  wake(): void
  /** At rest when resolved. */
  run(signal: AbortSignal): Promise<void>
}

export interface MappingWorkersDeps {
  readonly mappings: Mappings
  readonly reader: StreamReader
  readonly sqs: Pick<SqsNouns, 'queues' | 'messages'>
  readonly invocations: Invocations
  readonly destinations: Destinations
  readonly resolver: FunctionResolver
  readonly background: Background
  readonly clock: Clock
  readonly metrics: Metrics
}

/** How soon a change is seen that another node made, or that nobody announced. */
const WATCH_MS = 500

export function createMappingWorkers(deps: MappingWorkersDeps): MappingWorkers {
  const { mappings, background, clock } = deps
  const waker = createWaker(clock)
  const working = new Map<string, Promise<void>>()

  function work(scope: Scope, id: string, signal: AbortSignal): Promise<void> {
    const { accountId, region } = scope
    return background.run(
      {
        name: `lambda/mapping/${accountId}/${region}/${id}`,
        round: (roundSignal) => runMapping(deps, scope, id, roundSignal),
        async onFailure(error) {
          const mapping = await mappings.find(scope, id)
          if (mapping) await mappings.report(scope, mapping, { lastResult: problemOf(error) })
        },
      },
      signal,
    )
  }

  return {
    wake: waker.wake,
    async run(signal) {
      while (!signal.aborted) {
        for await (const { scope, value } of mappings.everywhere()) {
          if (working.has(value.id)) continue
          const done = () => void working.delete(value.id)
          working.set(value.id, work(scope, value.id, signal).then(done, done))
        }
        await waker.wait(WATCH_MS, signal)
      }
      await Promise.all(working.values())
    },
  }
}

/** One round: brings the mapping to the state that is asked for, and works until that changes. */
async function runMapping(
  deps: MappingWorkersDeps,
  scope: Scope,
  id: string,
  signal: AbortSignal,
): Promise<number | 'done'> {
  const { mappings } = deps
  const mapping = await mappings.find(scope, id)
  if (!mapping) return 'done'
  if (mapping.state === 'Deleting') {
    await mappings.remove(scope, id)
    return 'done'
  }
  if (!mapping.enabled) {
    if (mapping.state !== 'Disabled') await mappings.report(scope, mapping, { state: 'Disabled' })
    await untilChanged(deps, scope, mapping, signal)
    return 0
  }
  if (isQueueMapping(mapping)) await receiveMessages(deps, scope, mapping, signal)
  else await readShards(deps, scope, mapping, signal)
  return 0
}

/** Works the queue until the mapping changes. */
async function receiveMessages(
  deps: MappingWorkersDeps,
  scope: Scope,
  mapping: Mapping,
  signal: AbortSignal,
): Promise<void> {
  await deps.resolver.resolve(scope, mapping.target)
  if (mapping.state !== 'Enabled') await deps.mappings.report(scope, mapping, { state: 'Enabled' })
  const stop = createChildAbort(signal)
  const grace = withGrace(deps.clock, signal)
  const polling = pollQueue(deps, { scope, mapping, late: grace.signal }, stop.signal)
  const changed = untilChanged(deps, scope, mapping, stop.signal)
  try {
    await Promise.race([polling, changed])
  } finally {
    stop.end()
    await Promise.allSettled([polling, changed])
    grace.release()
  }
  await polling
}

/** Reads all shards that may be read now, until a shard ends or the mapping changes. */
async function readShards(
  deps: MappingWorkersDeps,
  scope: Scope,
  mapping: Mapping,
  signal: AbortSignal,
): Promise<void> {
  const { mappings, reader, clock } = deps
  const stop = createChildAbort(signal)
  const grace = withGrace(clock, signal)
  let loops: ReadonlyArray<Promise<'finished' | 'stopped'>> = []
  try {
    const shards = await reader.shardsOf(mapping.sourceArn)
    const checkpoints = await mappings.checkpoints(scope, mapping.id)
    const starts = await startsOf(deps, mapping, shards, checkpoints)
    const run = await shardRunner(deps, scope, mapping, grace.signal)
    if (mapping.state !== 'Enabled') await mappings.report(scope, mapping, { state: 'Enabled' })
    loops = [...starts].map(([shardId, start]) => run(shardId, start, stop.signal))
    const ended = loops.map((loop) => loop.then((how) => how === 'finished' || never()))
    await Promise.race([...ended, untilChanged(deps, scope, mapping, stop.signal)])
  } finally {
    stop.end()
    // The next round reads the same shards: none of this one may still be under way.
    await Promise.allSettled(loops)
    grace.release()
  }
}

/** A child shard is read once its parents are finished, so that each key stays in order. */
async function startsOf(
  { reader }: MappingWorkersDeps,
  mapping: Mapping,
  shards: ReadonlyArray<ShardState>,
  checkpoints: ReadonlyMap<string, Checkpoint>,
): Promise<ReadonlyMap<string, Checkpoint>> {
  const present = new Set(shards.map(({ shardId }) => shardId))
  const starts = new Map<string, Checkpoint>()
  for (const { shardId, parentShardIds } of shards) {
    const known = checkpoints.get(shardId)
    if (known?.finished) continue
    const parents = parentShardIds.filter((id) => present.has(id))
    if (!parents.every((id) => checkpoints.get(id)?.finished)) continue
    // A shard that was not there when the mapping was made is a child: all of it is new.
    const offset =
      known?.offset ??
      (await reader.startOffset(mapping.sourceArn, shardId, { at: 'TRIM_HORIZON' }))
    starts.set(shardId, { offset, finished: false })
  }
  return starts
}

async function shardRunner(
  deps: MappingWorkersDeps,
  scope: Scope,
  mapping: Mapping,
  late: AbortSignal,
) {
  const { mappings, clock } = deps
  const { version } = await deps.resolver.resolve(scope, mapping.target)
  const isWanted = compileRecordFilter(mapping.filters)
  let lastResult = mapping.lastResult

  async function onResult(result: string): Promise<void> {
    if (result === lastResult) return
    lastResult = result
    await mappings.report(scope, mapping, { lastResult: result })
  }

  return (shardId: string, start: Checkpoint, signal: AbortSignal) => {
    const { sourceArn } = mapping
    const origin = { scope, sourceArn, shardId, role: version.settings.role }
    const delivery = createBatchDelivery({ ...deps, onResult, late }, mapping, origin)
    const loopDeps = { reader: deps.reader, mappings, delivery, isWanted, clock }
    return runShardLoop(loopDeps, { scope, mapping, shardId }, start, signal)
  }
}

async function untilChanged(
  { mappings, clock }: MappingWorkersDeps,
  scope: Scope,
  { id, revision }: Mapping,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    await clock.sleep(WATCH_MS, signal)
    if ((await mappings.find(scope, id))?.revision !== revision) return
  }
}

function never(): Promise<never> {
  return new Promise(() => undefined)
}

function problemOf(error: unknown): string {
  if (error instanceof ServiceError) return `PROBLEM: ${error.message}`
  return 'PROBLEM: Internal error. It is tried again.'
}
