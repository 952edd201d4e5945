/** What access to the broker is bounded by, for each account in each region. */
export const accessLimits = {
  /** Access control lists; Kafka itself sets no limit. */
  aclsMax: 10_000,
  /** Client quotas: entities that have one. */
  quotasMax: 10_000,
  /** AWS: MSK takes 1,000 SCRAM users a cluster (Developer Guide, limits of SASL/SCRAM). */
  scramUsersMax: 1_000,
  /** Kafka: the iterations that a SCRAM credential may have (ScramMechanism, ScramControlManager). */
  scramIterationsMin: 4_096,
  scramIterationsMax: 16_384,
  /** Characters of a user's name. */
  userNameLengthMax: 128,
  /** Characters of the name of a resource, a principal or a host in a rule. */
  ruleTextLengthMax: 1_024,
  /** Rules that one request may make, remove or ask for. */
  rulesPerRequestMax: 1_000,
  /** A client may use up this much time of its quota at once. */
  quotaBurstMs: 1_000,
  /** The longest that a client is made to wait for its quota at one time. */
  throttleMsMax: 30_000,
} as const
