import { parseArn } from '../../base/arn.ts'
import type { Scope } from '../../base/scope.ts'
import { limits } from './limits.ts'
import type { OwnedQueue, QueueSettings } from './queue.ts'
import { queueArn } from './queue.ts'
import type { Queues } from './queues.ts'
import { invalidValue } from './sqs-errors.ts'

/**
 * Rejects a queue for dead letters that is not there, is of another kind, account or region, or does
 * not take those of this queue (`RedriveAllowPolicy`).
 */
export async function checkRedrive(
  queues: Queues,
  scope: Scope,
  name: string,
  { redrive, fifo }: QueueSettings,
): Promise<void> {
  if (!redrive) return
  const { deadLetterArn, receivesMax } = redrive
  const policy = JSON.stringify({
    deadLetterTargetArn: deadLetterArn,
    maxReceiveCount: receivesMax,
  })
  const reject = (reason: string) => invalidValue(policy, 'RedrivePolicy', reason)
  const { accountId, region } = parseArn(deadLetterArn) ?? {}
  if (accountId !== scope.accountId || region !== scope.region) {
    throw reject('Dead letter target must be in the same account and region as the source.')
  }
  const target = await queues.findByArn(deadLetterArn)
  if (!target) throw reject('Dead letter target does not exist.')
  if (target.settings.fifo !== fifo) {
    throw reject('Dead-letter queue must be same type of queue as the source.')
  }
  const { permission = 'allowAll', sourceArns = [] } = target.settings.redriveAllow ?? {}
  const isListed = permission === 'byQueue' && sourceArns.includes(queueArn(scope, name))
  if (permission === 'allowAll' || isListed) return
  throw reject('Dead letter target does not allow this queue as a source (RedriveAllowPolicy).')
}

/** The queues whose dead letters go to this one, in the order of their names. */
export async function deadLetterSources(
  queues: Queues,
  target: OwnedQueue,
  { limit, after }: { readonly limit: number; readonly after?: string | undefined },
): Promise<ReadonlyArray<OwnedQueue>> {
  const arn = queueArn(target.scope, target.name)
  const sources: OwnedQueue[] = []
  let last = after
  for (;;) {
    const page = await queues.list(target.scope, {
      limit: limits.pageMax,
      ...(last !== undefined && { after: last }),
    })
    sources.push(...page.filter(({ settings }) => settings.redrive?.deadLetterArn === arn))
    if (page.length < limits.pageMax || sources.length >= limit) return sources.slice(0, limit)
    last = page.at(-1)?.name
  }
}
