import type { IamOperation } from '../contract.ts'
import { wireVersion } from './wire-policy.ts'

export const setDefaultPolicyVersion: IamOperation<'SetDefaultPolicyVersion'> = {
  name: 'SetDefaultPolicyVersion',
  async run({ policies }, { PolicyArn, VersionId }, context) {
    await policies.update(context, PolicyArn, (policy, nowMs) => {
      wireVersion(policy, VersionId)
      return { ...policy, defaultVersionId: VersionId, updatedMs: nowMs }
    })
    return {}
  },
}
