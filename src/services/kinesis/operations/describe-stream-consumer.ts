import type { RequestContext } from '../../../wire/operation.ts'
import { consumerArn } from '../consumers.ts'
import type { KinesisDeps, KinesisOperation } from '../contract.ts'
import { streamArn } from '../stream.ts'
import { consumerOf, refuseOtherNames, toWireConsumer } from '../wire-consumer.ts'

export const describeStreamConsumer: KinesisOperation<'DescribeStreamConsumer'> = {
  name: 'DescribeStreamConsumer',
  refuses: ['StreamId'],
  async run(deps, input, context) {
    const arn = input.ConsumerARN ?? (await namedArn(deps, input, context))
    const { key, consumer } = await deps.access.consumer(arn, 'DescribeStreamConsumer', context)
    refuseOtherNames(key, input)
    const StreamARN = streamArn(key.stream)
    return { ConsumerDescription: { ...toWireConsumer(key, consumer), StreamARN } }
  },
}

/** However a consumer is named, its policy is asked. */
async function namedArn(
  deps: KinesisDeps,
  input: Parameters<typeof consumerOf>[1],
  context: RequestContext,
): Promise<string> {
  const { key, consumer } = await consumerOf(deps, input, context)
  return consumerArn(key, consumer)
}
