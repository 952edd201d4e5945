import type { KinesisOperation } from '../contract.ts'
import { streamArn } from '../stream.ts'
import { consumerOf, toWireConsumer } from '../wire-consumer.ts'

export const describeStreamConsumer: KinesisOperation<'DescribeStreamConsumer'> = {
  name: 'DescribeStreamConsumer',
  refuses: ['StreamId'],
  async run(deps, input, context) {
    const { key, consumer } = await consumerOf(deps, input, context)
    const StreamARN = streamArn(key.stream)
    return { ConsumerDescription: { ...toWireConsumer(key, consumer), StreamARN } }
  },
}
