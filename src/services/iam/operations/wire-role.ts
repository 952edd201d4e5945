import type { Role as WireRole } from '@aws-sdk/client-iam'
import { dateOf } from '../../../base/clock.ts'
import type { Role } from '../roles.ts'
import { wireTags } from './wire-tags.ts'

// AWS: documents come back percent-encoded (RFC 3986), as the API Reference of GetRole says.
export function wireRole(role: Role): WireRole {
  return {
    Path: role.path,
    RoleName: role.name,
    RoleId: role.id,
    Arn: role.arn,
    CreateDate: dateOf(role.createdMs),
    AssumeRolePolicyDocument: encodeURIComponent(role.trustPolicy),
    ...(role.description !== undefined && { Description: role.description }),
    MaxSessionDuration: role.sessionSecondsMax,
    ...(Object.keys(role.tags).length > 0 && { Tags: wireTags(role.tags) }),
  }
}
