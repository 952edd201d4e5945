import type { ChannelOperation } from '../contract.ts'
import { channelOf, toWireDescription } from '../wire-channel.ts'

export const describeChannel: ChannelOperation<'DescribeChannel'> = {
  name: 'DescribeChannel',
  async run({ channels }, input, context) {
    const channel = await channelOf(channels, input.ChannelARN, context)
    return { ChannelDescription: toWireDescription(context, channel) }
  },
}
