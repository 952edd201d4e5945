import type { StsOperation } from '../contract.ts'
import { principalIdOf } from '../principal-id.ts'

/** Who the request was signed by. Needs no permission, as on AWS (STS API Reference). */
export const getCallerIdentity: StsOperation<'GetCallerIdentity'> = {
  name: 'GetCallerIdentity',
  async run(_deps, _input, { accountId, callerArn }) {
    return { Account: accountId, Arn: callerArn, UserId: principalIdOf(callerArn, accountId) }
  },
}
