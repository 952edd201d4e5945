import type { KinesisOperation } from '../contract.ts'
import { CONSUMERS_ADVANTAGE_MAX, CONSUMERS_MAX } from '../limits.ts'
import { withTags } from '../tags.ts'
import { toWireConsumer } from '../wire-consumer.ts'
import { ownKeyOfArn } from '../wire-stream.ts'

export const registerStreamConsumer: KinesisOperation<'RegisterStreamConsumer'> = {
  name: 'RegisterStreamConsumer',
  refuses: ['StreamId'],
  async run({ streams, consumers, accounts }, input, context) {
    const stream = ownKeyOfArn(input.StreamARN, context)
    const { mode } = await streams.getReady(stream)
    const isAdvantage = mode === 'ON_DEMAND' && (await accounts.isAdvantage(stream))
    const key = { stream, name: input.ConsumerName }
    const tags = withTags({}, input.Tags ?? {}, `consumer ${key.name}`)
    const consumer = await consumers.register(
      key,
      tags,
      isAdvantage ? CONSUMERS_ADVANTAGE_MAX : CONSUMERS_MAX,
    )
    return { Consumer: toWireConsumer(key, consumer) }
  },
}
