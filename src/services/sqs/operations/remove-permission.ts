import type { SqsOperation } from '../contract.ts'
import { withoutPermission } from '../policy-statements.ts'
import { queueOf } from '../wire-queue.ts'

export const removePermission: SqsOperation<'RemovePermission'> = {
  name: 'RemovePermission',
  async run({ queues }, { QueueUrl, Label = '' }, context) {
    const queue = await queueOf(queues, QueueUrl, context, 'RemovePermission')
    await queues.change(queue, (current) => {
      const { policy: _, ...settings } = current.settings
      const left = withoutPermission({ ...queue, ...current }, Label)
      return {
        ...current,
        settings: { ...settings, ...(left !== undefined && { policy: left }) },
      }
    })
    return {}
  },
}
