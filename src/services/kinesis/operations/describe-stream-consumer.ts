import type { KinesisOperation } from '../contract.ts'
import { streamArn } from '../stream.ts'
import { consumerOf, refuseOtherNames, toWireConsumer } from '../wire-consumer.ts'

export const describeStreamConsumer: KinesisOperation<'DescribeStreamConsumer'> = {
  name: 'DescribeStreamConsumer',
  refuses: ['StreamId'],
  async run(deps, input, context) {
    const { ConsumerARN: arn } = input
    const found =
      arn === undefined
        ? await consumerOf(deps, input, context)
        : await deps.access.consumer(arn, 'DescribeStreamConsumer', context)
    const { key, consumer } = found
    refuseOtherNames(key, input)
    const StreamARN = streamArn(key.stream)
    return { ConsumerDescription: { ...toWireConsumer(key, consumer), StreamARN } }
  },
}
