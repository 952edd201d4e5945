import type { Service } from '../../wire/operation.ts'
import { bindOperations } from '../../wire/operation.ts'
import type { IamDeps } from './contract.ts'
import { attachRolePolicy } from './operations/attach-role-policy.ts'
import { createPolicy } from './operations/create-policy.ts'
import { createPolicyVersion } from './operations/create-policy-version.ts'
import { createRole } from './operations/create-role.ts'
import { deletePolicy } from './operations/delete-policy.ts'
import { deletePolicyVersion } from './operations/delete-policy-version.ts'
import { deleteRole } from './operations/delete-role.ts'
import { deleteRolePolicy } from './operations/delete-role-policy.ts'
import { detachRolePolicy } from './operations/detach-role-policy.ts'
import { getPolicy } from './operations/get-policy.ts'
import { getPolicyVersion } from './operations/get-policy-version.ts'
import { getRole } from './operations/get-role.ts'
import { getRolePolicy } from './operations/get-role-policy.ts'
import { listAttachedRolePolicies } from './operations/list-attached-role-policies.ts'
import { listEntitiesForPolicy } from './operations/list-entities-for-policy.ts'
import { listInstanceProfilesForRole } from './operations/list-instance-profiles-for-role.ts'
import { listPolicies } from './operations/list-policies.ts'
import { listPolicyVersions } from './operations/list-policy-versions.ts'
import { listRolePolicies } from './operations/list-role-policies.ts'
import { listRoleTags } from './operations/list-role-tags.ts'
import { listRoles } from './operations/list-roles.ts'
import { putRolePolicy } from './operations/put-role-policy.ts'
import { setDefaultPolicyVersion } from './operations/set-default-policy-version.ts'
import { tagRole } from './operations/tag-role.ts'
import { untagRole } from './operations/untag-role.ts'
import { updateAssumeRolePolicy } from './operations/update-assume-role-policy.ts'
import { updateRole } from './operations/update-role.ts'

export function createIamService(deps: IamDeps): Service {
  return {
    name: 'iam',
    operations: bindOperations(deps, [
      attachRolePolicy,
      createPolicy,
      createPolicyVersion,
      createRole,
      deletePolicy,
      deletePolicyVersion,
      deleteRole,
      deleteRolePolicy,
      detachRolePolicy,
      getPolicy,
      getPolicyVersion,
      getRole,
      getRolePolicy,
      listAttachedRolePolicies,
      listEntitiesForPolicy,
      listInstanceProfilesForRole,
      listPolicies,
      listPolicyVersions,
      listRolePolicies,
      listRoleTags,
      listRoles,
      putRolePolicy,
      setDefaultPolicyVersion,
      tagRole,
      untagRole,
      updateAssumeRolePolicy,
      updateRole,
    ]),
  }
}
