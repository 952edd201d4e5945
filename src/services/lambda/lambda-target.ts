import { parseArn } from '../../base/arn.ts'
import { ServiceError } from '../../base/errors.ts'
import type { EventTarget } from '../../base/event-target.ts'
import type { FunctionInvoker } from './function-invoker.ts'
import { parseFunctionName } from './function-names.ts'
import type { FunctionResolver } from './function-resolver.ts'
import type { Policies } from './policies.ts'

/**
 * Functions as destinations of other services' events. As on AWS, the function's policy must allow
 * the sender to invoke it (AddPermission) before a bucket can name it.
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

  return {
    service: 'lambda',
    async validate(arn, { principal }) {
      const { scope, target } = read(arn)
      await resolver.resolve(scope, target)
      if (await policies.allowsService(scope, target, principal)) return
      throw new ServiceError(
        'AccessDeniedException',
        `The policy of ${arn} does not allow ${principal} to invoke it; see AddPermission.`,
        { status: 403 },
      )
    },
    async deliver(arn, { body }) {
      await invoker.invokeLater(read(arn).scope, { functionName: arn, payload: body })
    },
  }
}
