import { createChildAbort } from '../../base/child-abort.ts'
import { ServiceError } from '../../base/errors.ts'
import type { Scope } from '../../base/scope.ts'
import type { Background } from '../../engines/meta/background.ts'
import { streamArn } from '../kinesis/stream.ts'
import type { Streams } from '../kinesis/streams.ts'
import type { Channel } from './channel.ts'
import { bucketOf } from './channel.ts'
import type { ChannelIdentity } from './channels.ts'
import type { DeliveryDeps } from './delivery.ts'
import { deliverBatch, describeFailure, logFailure } from './delivery.ts'
import type { Batch, ProgressStore } from './progress.ts'
import { behind } from './progress.ts'
import type { SourceDeps } from './source.ts'
import { nextBatch, readBatch, startAtEnd } from './source.ts'

export interface ChannelWorkDeps extends DeliveryDeps, SourceDeps {
  readonly progress: ProgressStore
  readonly streams: Streams
  readonly background: Background
}

/** How often the channels are looked at without being woken: another node may have changed them. */
const LOOK_MS = 5_000

/** One loop for each channel; resolves when the signal has aborted and all have stopped. */
export async function runChannels(deps: ChannelWorkDeps, signal: AbortSignal): Promise<void> {
  const running = new Map<string, Promise<void>>()
  while (!signal.aborted) {
    const look = createChildAbort(signal)
    const changed = deps.channels.waitForChange(look.signal)
    for await (const { scope, value } of deps.channels.everywhere()) {
      if (value.status === 'FAILED' || running.has(value.id)) continue
      const loop = deps.background
        .run(channelWork(deps, scope, value), signal)
        .finally(() => running.delete(value.id))
      running.set(value.id, loop)
    }
    await Promise.race([changed, deps.clock.sleep(LOOK_MS, look.signal)])
    look.end()
  }
  await Promise.all(running.values())
}

function channelWork(deps: ChannelWorkDeps, scope: Scope, { name, id }: ChannelIdentity) {
  return {
    name: `kinesis/channel/${scope.accountId}/${scope.region}/${id}`,
    round: (signal: AbortSignal) => round(deps, scope, { name, id }, signal),
    async onFailure(error: unknown) {
      const channel = await deps.channels.find(scope, { name, id })
      if (channel) await logFailure(deps, scope, channel, describeFailure(error))
    },
  }
}

/** One step of a channel to where its document wants it; each can be repeated. */
async function round(
  deps: ChannelWorkDeps,
  scope: Scope,
  identity: ChannelIdentity,
  signal: AbortSignal,
): Promise<number | 'done'> {
  const channel = await deps.channels.find(scope, identity)
  if (!channel || channel.status === 'DELETING') {
    await deps.progress.remove(scope, identity.id)
    await deps.channels.remove(scope, identity)
    return 'done'
  }
  if (channel.status === 'FAILED') return 'done'
  const gone = await sourceFailure(deps, scope, channel)
  if (gone !== undefined) return fail(deps, scope, channel, gone)
  if (channel.status === 'CREATING') return provision(deps, scope, channel)
  if (channel.status === 'UPDATING') {
    await settle(deps, scope, channel, 'UPDATING')
    return 0
  }
  return deliverNext(deps, scope, channel, signal)
}

async function provision(
  deps: ChannelWorkDeps,
  scope: Scope,
  channel: Channel,
): Promise<number | 'done'> {
  for (const { bucketArn } of [channel.storage, channel.deadLetters]) {
    const reason = await bucketFailure(deps, scope, bucketOf(bucketArn))
    if (reason !== undefined) return fail(deps, scope, channel, reason)
  }
  // Written before the status: an ACTIVE channel knows where it begins.
  await deps.progress.start(scope, channel.id, await startAtEnd(deps, scope, channel))
  const settled = await settle(deps, scope, channel, 'CREATING')
  if (!settled) await deps.progress.remove(scope, channel.id)
  return 0
}

/**
 * One batch: the one that a crash left pending, or the next. The order makes it safe at any point:
 * write down what will be delivered, deliver it durably, move the positions.
 */
async function deliverNext(
  deps: ChannelWorkDeps,
  scope: Scope,
  channel: Channel,
  signal: AbortSignal,
): Promise<number> {
  const progress = await deps.progress.get(scope, channel.id)
  // Only while all of an account is being removed.
  if (!progress) return LOOK_MS
  let batch: Batch | undefined = progress.pending
  if (!batch) {
    batch = await nextBatch(deps, scope, channel, progress, signal)
    if (!batch) return 0
    await deps.progress.advance(scope, channel.id, { ...progress, pending: batch })
  }
  const records = await readBatch(deps, scope, channel, batch)
  // What was read of a stream that was made anew under the name is not of this channel.
  if ((await sourceFailure(deps, scope, channel)) !== undefined) return 0
  await deliverBatch(deps, scope, channel, batch, records)
  const shards = await deps.reader.shardsOf(
    streamArn({ ...scope, name: channel.source.streamName }),
  )
  const shardIds = shards.map(({ shardId }) => shardId)
  await deps.progress.advance(scope, channel.id, behind(progress, batch, shardIds))
  return 0
}

async function settle(
  { channels }: ChannelWorkDeps,
  scope: Scope,
  channel: Channel,
  from: 'CREATING' | 'UPDATING',
): Promise<Channel | undefined> {
  return channels.change(scope, channel, (current) =>
    current.status === from ? { ...current, status: 'ACTIVE' } : current,
  )
}

async function fail(
  deps: ChannelWorkDeps,
  scope: Scope,
  channel: Channel,
  statusReason: string,
): Promise<'done' | number> {
  await deps.channels.change(scope, channel, (current) =>
    current.status === 'DELETING' ? current : { ...current, status: 'FAILED', statusReason },
  )
  await logFailure(deps, scope, channel, { code: 'ChannelFailed', message: statusReason })
  return 0
}

/** Why there is no source any more; undefined while there is. */
async function sourceFailure(
  { streams }: ChannelWorkDeps,
  scope: Scope,
  { source }: Channel,
): Promise<string | undefined> {
  const stream = await streams.find({ ...scope, name: source.streamName })
  const isThere = stream?.creationId === source.creationId && stream.status !== 'DELETING'
  return isThere ? undefined : `The source stream ${source.streamName} does not exist any more.`
}

async function bucketFailure(
  { objects }: ChannelWorkDeps,
  scope: Scope,
  bucket: string,
): Promise<string | undefined> {
  try {
    if (await objects.bucketExists(scope, bucket)) return undefined
    return `The bucket ${bucket} does not exist.`
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error
    return `The bucket ${bucket} cannot be used: ${error.message}`
  }
}
