import { parseArn } from '../../base/arn.ts'
import { ServiceError } from '../../base/errors.ts'
import type { EventSender, EventTarget } from '../../base/event-target.ts'
import { senderVerdict } from './queue-permission.ts'
import { contentDeduplicationId } from './sending.ts'
import { invalidParameter, missingParameter, queueMissing } from './sqs-errors.ts'
import type { SqsNouns } from './sqs-nouns.ts'

/**
 * Queues as destinations of other services' events. As on AWS, the policy of the queue must allow
 * the sender's service to `sqs:SendMessage`.
 */
export function createQueueTarget({
  queues,
  messages,
}: Pick<SqsNouns, 'queues' | 'messages'>): EventTarget {
  async function allowed(arn: string, sender: EventSender) {
    const queue = await queues.findByArn(arn)
    if (!queue) throw queueMissing()
    const verdict = senderVerdict(queue, sender)
    const isOwnRole = sender.roleArn !== undefined && accountOf(sender.roleArn) === accountOf(arn)
    if (verdict === 'allow' || (verdict === 'none' && isOwnRole)) return queue
    throw new ServiceError(
      'AccessDeniedException',
      `The policy of ${arn} does not allow ${sender.principal} to send messages.`,
      { status: 403 },
    )
  }

  return {
    service: 'sqs',
    async validate(arn, sender) {
      await allowed(arn, sender)
    },
    async deliver(arn, { body, attributes = {}, groupId, deduplicationId }, sender) {
      const queue = await allowed(arn, sender)
      const { fifo, contentDeduplication } = queue.settings
      const text = Buffer.from(body).toString('utf8')
      const ofContent = contentDeduplication ? contentDeduplicationId(text) : undefined
      const deduplication = deduplicationId ?? ofContent
      if (fifo && groupId === undefined) throw missingParameter('MessageGroupId')
      if (fifo && deduplication === undefined) {
        throw invalidParameter(
          'The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly',
        )
      }
      const message = {
        ...{ body: text, attributes, senderId: sender.principal },
        ...(groupId !== undefined && { groupId }),
        ...(fifo && deduplication !== undefined && { deduplicationId: deduplication }),
      }
      await messages.send(queue, [message])
    },
  }
}

function accountOf(arn: string): string | undefined {
  return parseArn(arn)?.accountId
}
