import { ServiceError } from '../../../base/errors.ts'
import type { SqsOperation } from '../contract.ts'
import { limits } from '../limits.ts'
import { withPermission } from '../policy-statements.ts'
import { invalidValue } from '../sqs-errors.ts'
import { queueOf } from '../wire-queue.ts'

/** AWS: the others are for the owner of the queue alone. */
const shared = new Set([
  '*',
  'ChangeMessageVisibility',
  'DeleteMessage',
  'GetQueueAttributes',
  'GetQueueUrl',
  'ListDeadLetterSourceQueues',
  'PurgeQueue',
  'ReceiveMessage',
  'SendMessage',
])

export const addPermission: SqsOperation<'AddPermission'> = {
  name: 'AddPermission',
  async run({ queues }, { QueueUrl, Label = '', AWSAccountIds = [], Actions = [] }, context) {
    const queue = await queueOf(queues, QueueUrl, context, 'AddPermission')
    if (!/^[\w-]{1,80}$/.test(Label)) {
      const reason =
        'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length'
      throw invalidValue(Label, 'Label', reason)
    }
    for (const id of AWSAccountIds) {
      if (!/^\d{12}$/.test(id)) throw invalidValue(id, 'PrincipalId', 'Unable to verify.')
    }
    for (const action of Actions) {
      if (shared.has(action)) continue
      const reason = 'Only the queue owner is allowed to invoke this action.'
      throw invalidValue(`SQS:${action}`, 'ActionName', reason)
    }
    if (Actions.length > limits.permissionActionsMax) {
      throw new ServiceError(
        'OverLimit',
        `${Actions.length} Actions were found, maximum allowed is ${limits.permissionActionsMax}.`,
        { status: 403 },
      )
    }
    const permission = { label: Label, accountIds: AWSAccountIds, actions: Actions }
    await queues.change(queue, (current) => ({
      ...current,
      settings: {
        ...current.settings,
        policy: withPermission({ ...queue, ...current }, permission),
      },
    }))
    return {}
  },
}
