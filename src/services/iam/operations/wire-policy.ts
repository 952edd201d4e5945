import type { PolicyVersion, Policy as WirePolicy } from '@aws-sdk/client-iam'
import { dateOf } from '../../../base/clock.ts'
import type { Scope } from '../../../base/scope.ts'
import { noSuchEntity } from '../identity.ts'
import type { Policy } from '../policies.ts'
import type { Role, Roles } from '../roles.ts'
import { wireTags } from './wire-tags.ts'

export function isAwsManaged(arn: string): boolean {
  return arn.startsWith('arn:aws:iam::aws:policy/')
}

export function wirePolicy(policy: Policy, attachmentCount: number): WirePolicy {
  return {
    PolicyName: policy.name,
    PolicyId: policy.id,
    Arn: policy.arn,
    Path: policy.path,
    DefaultVersionId: policy.defaultVersionId,
    AttachmentCount: attachmentCount,
    PermissionsBoundaryUsageCount: 0,
    IsAttachable: true,
    ...(policy.description !== undefined && { Description: policy.description }),
    CreateDate: dateOf(policy.createdMs),
    UpdateDate: dateOf(policy.updatedMs),
    Tags: wireTags(policy.tags),
  }
}

/** Throws `NoSuchEntity` when the policy has no such version. */
export function wireVersion(policy: Policy, versionId: string): PolicyVersion {
  const version = policy.versions.find(({ id }) => id === versionId)
  if (!version) {
    throw noSuchEntity(
      `Policy ${policy.arn} version ${versionId} does not exist or is not attachable.`,
    )
  }
  return {
    VersionId: version.id,
    Document: encodeURIComponent(version.document),
    IsDefaultVersion: version.id === policy.defaultVersionId,
    CreateDate: dateOf(version.createdMs),
  }
}

const ROLES_A_PAGE = 1000

export async function attachedRoles(
  roles: Roles,
  scope: Scope,
  policyArn: string,
): Promise<ReadonlyArray<Role>> {
  const found: Role[] = []
  let after: string | undefined
  for (;;) {
    const page = await roles.list(scope, after, ROLES_A_PAGE)
    found.push(...page.filter((role) => role.attachedPolicies.includes(policyArn)))
    after = page.at(-1)?.name
    if (page.length < ROLES_A_PAGE) return found
  }
}
