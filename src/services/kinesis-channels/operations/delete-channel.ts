import { ServiceError } from '../../../base/errors.ts'
import type { ChannelOperation } from '../contract.ts'
import { changeOrThrow, channelOf } from '../wire-channel.ts'

/** What was delivered stays; what was not yet is not delivered any more. */
export const deleteChannel: ChannelOperation<'DeleteChannel'> = {
  name: 'DeleteChannel',
  async run({ channels }, input, context) {
    const channel = await channelOf(channels, input.ChannelARN, context)
    await changeOrThrow(channels, context, channel, (current) => {
      if (current.status === 'DELETING') {
        throw new ServiceError(
          'ResourceInUseException',
          `Channel ${current.name} under account ${context.accountId} is being deleted.`,
        )
      }
      return { ...current, status: 'DELETING' }
    })
    return {}
  },
}
