import { parseArn } from '../../base/arn.ts'
import { ServiceError } from '../../base/errors.ts'
import type { EventSender, EventTarget } from '../../base/event-target.ts'
import type { FunctionInvoker } from './function-invoker.ts'
import { parseFunctionName } from './function-names.ts'
import type { FunctionResolver } from './function-resolver.ts'
import type { Policies } from './policies.ts'

/**
 * Functions as destinations of other services' events. As on AWS, the function's policy must allow
 * the sender to invoke it (AddPermission), when it is named and whenever an event comes.
 */
export function createLambdaTarget(deps: {
  readonly invoker: FunctionInvoker
  readonly resolver: FunctionResolver
  readonly policies: Policies
}): EventTarget {
  const { invoker, resolver, policies } = deps

  function read(arn: string) {
    const { accountId = '', region = '' } = parseArn(arn) ?? {}
    const scope = { accountId, region }
    return { scope, target: parseFunctionName(scope, arn) }
  }

  async function requireAllowed(arn: string, sender: EventSender): Promise<void> {
    const { scope, target } = read(arn)
    await resolver.resolve(scope, target)
    const verdict = await policies.verdictOn(scope, target, sender)
    const { roleArn } = sender
    const isOwnRole = roleArn !== undefined && parseArn(roleArn)?.accountId === scope.accountId
    if (verdict === 'allow' || (verdict === 'none' && isOwnRole)) return
    throw new ServiceError(
      'AccessDeniedException',
      `The policy of ${arn} does not allow ${sender.principal} to invoke it; see AddPermission.`,
      { status: 403 },
    )
  }

  return {
    service: 'lambda',
    validate: requireAllowed,
    async deliver(arn, { body }, sender) {
      await requireAllowed(arn, sender)
      await invoker.invokeLater(read(arn).scope, { functionName: arn, payload: body })
    },
  }
}
