import { ServiceError } from '../../base/errors.ts'
import type { Random } from '../../base/random.ts'
import type { MetaStore } from '../../engines/meta/port.ts'
import { bindOperations } from '../../wire/operation.ts'
import type { KinesisExtension } from '../kinesis/extension.ts'
import type { StreamKey } from '../kinesis/stream.ts'
import type { ChannelWorkDeps } from './channel-work.ts'
import { runChannels } from './channel-work.ts'
import type { Channels } from './channels.ts'
import { createChannels } from './channels.ts'
import { createChannel } from './operations/create-channel.ts'
import { deleteChannel } from './operations/delete-channel.ts'
import { describeChannel } from './operations/describe-channel.ts'
import { listChannels } from './operations/list-channels.ts'
import { updateChannel } from './operations/update-channel.ts'
import { createProgressStore } from './progress.ts'
import { channelResource } from './wire-channel.ts'

export interface KinesisChannelsDeps extends Omit<ChannelWorkDeps, 'channels' | 'progress'> {
  readonly meta: MetaStore
  readonly random: Random
}

/** The channels of Kinesis: deliveries from on-demand streams to buckets. */
export function createKinesisChannels(deps: KinesisChannelsDeps): KinesisExtension {
  const channels = createChannels(deps)
  const progress = createProgressStore(deps.meta)
  return {
    operations: bindOperations({ channels, streams: deps.streams, random: deps.random }, [
      createChannel,
      deleteChannel,
      describeChannel,
      listChannels,
      updateChannel,
    ]),
    resourceOf: (arn, context) => channelResource(channels, arn, context),
    refuseRemoval: (stream) => refuseRemoval(channels, stream),
    run: (signal) => runChannels({ ...deps, channels, progress }, signal),
  }
}

/** AWS: a stream cannot be deleted while it has active channels. */
async function refuseRemoval(channels: Channels, stream: StreamKey): Promise<void> {
  const found = (await channels.list(stream)).find(
    ({ source, status }) => source.streamName === stream.name && status !== 'FAILED',
  )
  if (!found) return
  throw new ServiceError(
    'ResourceInUseException',
    `Stream ${stream.name} under account ${stream.accountId} cannot be deleted while it has the ` +
      `channel ${found.name}.`,
  )
}
