import { secondOf } from '../../kinesis/sequence-number.ts'
import { streamArn } from '../../kinesis/stream.ts'
import { invalidArgument } from '../../kinesis/stream-errors.ts'
import type { ChannelOperation } from '../contract.ts'
import { LIST_CHANNELS_MAX } from '../limits.ts'
import { toWireSummary } from '../wire-channel.ts'

export const listChannels: ChannelOperation<'ListChannels'> = {
  name: 'ListChannels',
  async run({ channels }, input, context) {
    const { accountId, region } = context
    const filters = input.StreamFilter
    const limit = Math.min(input.MaxResults ?? LIST_CHANNELS_MAX, LIST_CHANNELS_MAX)
    const after = input.NextToken === undefined ? '' : nameOf(input.NextToken)
    const found = (await channels.list(context)).filter(
      ({ name, source }) =>
        name > after &&
        (!filters ||
          filters.some(
            ({ StreamARN, StreamCreationTimestamp: created }) =>
              StreamARN === streamArn({ accountId, region, name: source.streamName }) &&
              (!created || secondOf(created.getTime()) === secondOf(source.streamCreatedMs)),
          )),
    )
    const shown = found.slice(0, limit)
    const last = found.length > limit ? shown.at(-1) : undefined
    return {
      ChannelSummaries: shown.map((channel) => toWireSummary(context, channel)),
      ...(last && { NextToken: Buffer.from(last.name).toString('base64') }),
    }
  },
}

function nameOf(token: string): string {
  const name = Buffer.from(token, 'base64').toString('utf8')
  if (/^[\w.-]{1,128}$/.test(name)) return name
  throw invalidArgument('Invalid NextToken.')
}
