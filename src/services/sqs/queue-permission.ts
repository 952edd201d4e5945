import { ServiceError } from '../../base/errors.ts'
import type { EventSender } from '../../base/event-target.ts'
import type { PolicyQuestion, Verdict } from '../iam/policy-document.ts'
import { evaluatePolicy, evaluateSender } from '../iam/policy-evaluation.ts'
import { parsePolicy } from '../iam/policy-parsing.ts'
import type { OwnedQueue } from './queue.ts'
import { arnOf } from './queues.ts'

/** What the queue's policy says to a service that sends a message. */
export function senderVerdict(queue: OwnedQueue, sender: EventSender): Verdict {
  const { policy } = queue.settings
  if (policy === undefined) return 'none'
  const wanted = { action: 'sqs:SendMessage', resource: arnOf(queue) }
  return evaluateSender(parsePolicy(policy), sender, wanted)
}

/** Rejects callers that the policy denies, and those of other accounts that it does not allow. */
export function checkAllowed(
  queue: OwnedQueue,
  question: Pick<PolicyQuestion, 'principal' | 'context'> & { readonly action: string },
): void {
  const { policy } = queue.settings
  const resource = arnOf(queue)
  const verdict =
    policy === undefined ? 'none' : evaluatePolicy(parsePolicy(policy), { ...question, resource })
  const isOwn = question.principal.accountId === queue.scope.accountId
  if (verdict === 'allow' || (verdict === 'none' && isOwn)) return
  throw new ServiceError(
    'AccessDeniedException',
    `User: ${question.principal.arn} is not authorized to perform: ${question.action} on resource: ${resource}`,
    { status: 403 },
  )
}
