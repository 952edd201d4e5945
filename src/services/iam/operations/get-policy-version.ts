import type { IamOperation } from '../contract.ts'
import { wireVersion } from './wire-policy.ts'

export const getPolicyVersion: IamOperation<'GetPolicyVersion'> = {
  name: 'GetPolicyVersion',
  async run({ policies }, { PolicyArn, VersionId }, context) {
    return { PolicyVersion: wireVersion(await policies.get(context, PolicyArn), VersionId) }
  },
}
