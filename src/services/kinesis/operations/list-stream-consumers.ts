import type { KinesisOperation } from '../contract.ts'
import { LIST_CONSUMERS_DEFAULT } from '../limits.ts'
import { secondOf } from '../sequence-number.ts'
import { invalidArgument, streamNotFound } from '../stream-errors.ts'
import { toWireConsumer } from '../wire-consumer.ts'
import { sharedKeyOf } from '../wire-stream.ts'

export const listStreamConsumers: KinesisOperation<'ListStreamConsumers'> = {
  name: 'ListStreamConsumers',
  refuses: ['StreamId'],
  async run({ access, consumers }, input, context) {
    const key = sharedKeyOf(input, context)
    const stream = await access.stream(key, 'ListStreamConsumers', context)
    const created = input.StreamCreationTimestamp?.getTime()
    if (created !== undefined && secondOf(created) !== secondOf(stream.createdMs)) {
      throw streamNotFound(key)
    }
    const limit = input.MaxResults ?? LIST_CONSUMERS_DEFAULT
    const after = input.NextToken === undefined ? undefined : nameOf(input.NextToken)
    const page = { limit: limit + 1, ...(after !== undefined && { after }) }
    const found = await consumers.list(key, page)
    const shown = found.slice(0, limit)
    const last = found.length > limit ? shown.at(-1) : undefined
    return {
      Consumers: shown.map((consumer) =>
        toWireConsumer({ stream: key, name: consumer.name }, consumer),
      ),
      ...(last && { NextToken: Buffer.from(last.name).toString('base64') }),
    }
  },
}

function nameOf(token: string): string {
  const name = Buffer.from(token, 'base64').toString('utf8')
  if (/^[\w.-]{1,128}$/.test(name)) return name
  throw invalidArgument('Invalid NextToken.')
}
