import { ownKeyOfArn } from '../../kinesis/wire-stream.ts'
import type { ChannelOperation } from '../contract.ts'
import { checkTemplate } from '../object-key.ts'
import { toWireDescription } from '../wire-channel.ts'
import { onlyStream, parseChannel } from '../wire-new-channel.ts'

/** Durable when answered, and CREATING until its buckets are looked at and it knows where to begin. */
export const createChannel: ChannelOperation<'CreateChannel'> = {
  name: 'CreateChannel',
  refuses: ['S3TablesDestinationConfiguration', 'EncryptionConfiguration'],
  async run({ channels, streams, random }, input, context) {
    const { StreamARN } = onlyStream(input.StreamConfigurationList)
    const stream = await streams.getReady(ownKeyOfArn(StreamARN, context))
    const { accountId } = context
    const request = parseChannel(input, stream, { accountId, id: random.uuid() })
    checkTemplate(context, request)
    return {
      ChannelDescription: toWireDescription(context, await channels.create(context, request)),
    }
  },
}
