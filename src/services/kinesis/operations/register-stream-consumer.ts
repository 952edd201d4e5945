import type { KinesisOperation } from '../contract.ts'
import { withTags } from '../tags.ts'
import { toWireConsumer } from '../wire-consumer.ts'
import { ownKeyOfArn } from '../wire-stream.ts'

export const registerStreamConsumer: KinesisOperation<'RegisterStreamConsumer'> = {
  name: 'RegisterStreamConsumer',
  refuses: ['StreamId'],
  async run({ streams, consumers }, input, context) {
    const stream = ownKeyOfArn(input.StreamARN, context)
    await streams.getReady(stream)
    const key = { stream, name: input.ConsumerName }
    const tags = withTags({}, input.Tags ?? {}, `consumer ${key.name}`)
    const consumer = await consumers.register(key, tags)
    return { Consumer: toWireConsumer(key, consumer) }
  },
}
