import { dateOf } from '../../../base/clock.ts'
import type { KinesisOperation } from '../contract.ts'
import { LIST_STREAMS_DEFAULT } from '../limits.ts'
import { streamArn } from '../stream.ts'
import { invalidArgument } from '../stream-errors.ts'

export const listStreams: KinesisOperation<'ListStreams'> = {
  name: 'ListStreams',
  async run({ streams }, input, { accountId, region }) {
    if (input.NextToken !== undefined && input.ExclusiveStartStreamName !== undefined) {
      throw invalidArgument('NextToken and ExclusiveStartStreamName cannot be provided together.')
    }
    const limit = input.Limit ?? LIST_STREAMS_DEFAULT
    const after =
      input.NextToken === undefined ? input.ExclusiveStartStreamName : nameOf(input.NextToken)
    const scope = { accountId, region }
    const page = { limit: limit + 1, ...(after !== undefined && { after }) }
    const found = await streams.list(scope, page)
    const shown = found.slice(0, limit)
    const last = shown.at(-1)
    const hasMore = found.length > limit
    return {
      StreamNames: shown.map(({ name }) => name),
      HasMoreStreams: hasMore,
      ...(hasMore && last && { NextToken: Buffer.from(last.name).toString('base64') }),
      StreamSummaries: shown.map(({ name, status, mode, createdMs }) => ({
        StreamName: name,
        StreamARN: streamArn({ ...scope, name }),
        StreamStatus: status,
        StreamModeDetails: { StreamMode: mode },
        StreamCreationTimestamp: dateOf(createdMs),
      })),
    }
  },
}

function nameOf(token: string): string {
  const bytes = Buffer.from(token, 'base64')
  const name = bytes.toString('utf8')
  if (bytes.toString('base64') === token && /^[\w.-]{1,128}$/.test(name)) return name
  throw invalidArgument('Invalid NextToken.')
}
