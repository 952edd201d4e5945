import type { KinesisOperation } from '../contract.ts'
import { consumerOf } from '../wire-consumer.ts'

export const deregisterStreamConsumer: KinesisOperation<'DeregisterStreamConsumer'> = {
  name: 'DeregisterStreamConsumer',
  refuses: ['StreamId'],
  async run(deps, input, context) {
    const { key } = await consumerOf(deps, input, context)
    await deps.consumers.deregister(key)
    return {}
  },
}
