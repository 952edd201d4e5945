import type { IamOperation } from '../contract.ts'
import { checkDocument, limitExceeded } from '../identity.ts'
import { iamLimits } from '../limits.ts'
import { wireVersion } from './wire-policy.ts'

export const createPolicyVersion: IamOperation<'CreatePolicyVersion'> = {
  name: 'CreatePolicyVersion',
  async run({ policies }, { PolicyArn, PolicyDocument, SetAsDefault }, context) {
    const document = checkDocument(PolicyDocument, iamLimits.managedPolicyCharactersMax)
    const policy = await policies.update(context, PolicyArn, (current, nowMs) => {
      if (current.versions.length >= iamLimits.policyVersionsMax) {
        throw limitExceeded(
          `A managed policy can have up to ${iamLimits.policyVersionsMax} versions. Before you create a new version, you must delete an existing version.`,
        )
      }
      const lastVersion = current.lastVersion + 1
      const id = `v${lastVersion}`
      return {
        ...current,
        lastVersion,
        updatedMs: nowMs,
        versions: [...current.versions, { id, document, createdMs: nowMs }],
        defaultVersionId: SetAsDefault ? id : current.defaultVersionId,
      }
    })
    return { PolicyVersion: wireVersion(policy, `v${policy.lastVersion}`) }
  },
}
