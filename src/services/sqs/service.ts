import type { Background } from '../../engines/meta/background.ts'
import type { Service } from '../../wire/operation.ts'
import { bindOperations } from '../../wire/operation.ts'
import { addPermission } from './operations/add-permission.ts'
import { cancelMessageMoveTask } from './operations/cancel-message-move-task.ts'
import { changeMessageVisibility } from './operations/change-message-visibility.ts'
import { changeMessageVisibilityBatch } from './operations/change-message-visibility-batch.ts'
import { createQueue } from './operations/create-queue.ts'
import { deleteMessage } from './operations/delete-message.ts'
import { deleteMessageBatch } from './operations/delete-message-batch.ts'
import { deleteQueue } from './operations/delete-queue.ts'
import { getQueueAttributes } from './operations/get-queue-attributes.ts'
import { getQueueUrl } from './operations/get-queue-url.ts'
import { listDeadLetterSourceQueues } from './operations/list-dead-letter-source-queues.ts'
import { listMessageMoveTasks } from './operations/list-message-move-tasks.ts'
import { listQueueTags } from './operations/list-queue-tags.ts'
import { listQueues } from './operations/list-queues.ts'
import { purgeQueue } from './operations/purge-queue.ts'
import { receiveMessage } from './operations/receive-message.ts'
import { removePermission } from './operations/remove-permission.ts'
import { sendMessage } from './operations/send-message.ts'
import { sendMessageBatch } from './operations/send-message-batch.ts'
import { setQueueAttributes } from './operations/set-queue-attributes.ts'
import { startMessageMoveTask } from './operations/start-message-move-task.ts'
import { tagQueue } from './operations/tag-queue.ts'
import { untagQueue } from './operations/untag-queue.ts'
import type { SqsNouns } from './sqs-nouns.ts'

/** Expired messages are hidden from receives at once; this is when their rows go. */
const UPKEEP_INTERVAL_MS = 60_000

export function createSqsService(deps: SqsNouns & { readonly background: Background }): Service {
  const upkeep = {
    name: 'sqs/upkeep',
    async round() {
      await deps.upkeep.round()
      return UPKEEP_INTERVAL_MS
    },
  }
  return {
    name: 'sqs',
    async start(signal) {
      const { background, moves } = deps
      await Promise.all([background.run(upkeep, signal), moves.mover.run(background, signal)])
    },
    operations: bindOperations(deps, [
      addPermission,
      cancelMessageMoveTask,
      changeMessageVisibility,
      changeMessageVisibilityBatch,
      createQueue,
      deleteMessage,
      deleteMessageBatch,
      deleteQueue,
      getQueueAttributes,
      getQueueUrl,
      listDeadLetterSourceQueues,
      listMessageMoveTasks,
      listQueueTags,
      listQueues,
      purgeQueue,
      receiveMessage,
      removePermission,
      sendMessage,
      sendMessageBatch,
      setQueueAttributes,
      startMessageMoveTask,
      tagQueue,
      untagQueue,
    ]),
  }
}
