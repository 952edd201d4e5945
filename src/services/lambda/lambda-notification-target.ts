import { parseArn } from '../../base/arn.ts'
import { ServiceError } from '../../base/errors.ts'
import type { NotificationTarget } from '../s3/notification-target.ts'
import type { FunctionInvoker } from './function-invoker.ts'
import { parseFunctionName } from './function-names.ts'
import type { FunctionResolver } from './function-resolver.ts'
import type { Policies } from './policies.ts'

/**
 * Functions as destinations of bucket notifications. As on AWS, the function's policy must allow
 * `s3.amazonaws.com` to invoke it (AddPermission) before a bucket can name it.
 */
export function createLambdaNotificationTarget(deps: {
  readonly invoker: FunctionInvoker
  readonly resolver: FunctionResolver
  readonly policies: Policies
}): NotificationTarget {
  const { invoker, resolver, policies } = deps

  function read(arn: string) {
    const { accountId = '', region = '' } = parseArn(arn) ?? {}
    const scope = { accountId, region }
    return { scope, target: parseFunctionName(scope, arn) }
  }

  return {
    service: 'lambda',
    async validate(arn) {
      const { scope, target } = read(arn)
      await resolver.resolve(scope, target)
      if (await policies.allowsService(scope, target, 's3.amazonaws.com')) return
      throw new ServiceError(
        'AccessDeniedException',
        `The policy of ${arn} does not allow s3.amazonaws.com to invoke it; see AddPermission.`,
        { status: 403 },
      )
    },
    async deliver(arn, event) {
      await invoker.invokeLater(read(arn).scope, { functionName: arn, payload: event })
    },
  }
}
