import type { ResourcePolicy } from './resource-policies.ts'

export function wireResourcePolicy({ name, document, updatedMs }: ResourcePolicy) {
  return { policyName: name, policyDocument: document, lastUpdatedTime: updatedMs }
}
