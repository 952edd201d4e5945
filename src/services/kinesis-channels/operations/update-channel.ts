import { ServiceError } from '../../../base/errors.ts'
import { invalidArgument } from '../../kinesis/stream-errors.ts'
import type { ChannelOperation } from '../contract.ts'
import { changeOrThrow, channelOf, checkedFreshness, toWireDescription } from '../wire-channel.ts'
import { parseLogging } from '../wire-new-channel.ts'

/** Durable when answered, and UPDATING until the delivery has taken it up. */
export const updateChannel: ChannelOperation<'UpdateChannel'> = {
  name: 'UpdateChannel',
  refuses: ['S3TablesDestinationConfiguration'],
  async run({ channels }, input, context) {
    const freshness = input.S3DestinationConfiguration?.DataFreshnessInSeconds
    const logging = input.LoggingConfiguration?.CloudWatchLogs
    if (freshness === undefined && !logging) {
      throw invalidArgument(
        'At least one of S3DestinationConfiguration and LoggingConfiguration must be specified.',
      )
    }
    const freshnessSeconds = freshness === undefined ? undefined : checkedFreshness(freshness)
    const channel = await channelOf(channels, input.ChannelARN, context)
    const changed = await changeOrThrow(channels, context, channel, (current) => {
      if (current.status !== 'ACTIVE') {
        throw new ServiceError(
          'ResourceInUseException',
          `Channel ${current.name} under account ${context.accountId} not ACTIVE, instead in ` +
            `state ${current.status}`,
        )
      }
      return {
        ...current,
        status: 'UPDATING',
        ...(freshnessSeconds !== undefined && { freshnessSeconds }),
        ...(logging && { logging: parseLogging(logging, current.logging) }),
      }
    })
    return { ChannelDescription: toWireDescription(context, changed) }
  },
}
