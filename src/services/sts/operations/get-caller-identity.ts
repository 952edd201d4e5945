import type { StsOperation } from '../contract.ts'

/** Who the request was signed by. Needs no permission, as on AWS (STS API Reference). */
export const getCallerIdentity: StsOperation<'GetCallerIdentity'> = {
  name: 'GetCallerIdentity',
  async run(_deps, _input, { accountId, accessKeyId, callerArn }) {
    return { Account: accountId, Arn: callerArn, UserId: accessKeyId }
  },
}
