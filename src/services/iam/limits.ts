/** IAM and STS quotas (IAM User Guide, "IAM and AWS STS quotas"). */
export const iamLimits = {
  trustPolicyCharactersMax: 2048,
  managedPolicyCharactersMax: 6144,
  inlinePolicyCharactersMax: 10_240,
  attachedPoliciesMax: 20,
  policyVersionsMax: 5,
  tagsMax: 50,
  pageItems: 100,
  /** Of ours: policies of resources that are kept in memory as read, by each of those that ask them. */
  parsedPoliciesMax: 200,
} as const
