/** AWS's limits, from "Amazon MSK quota" of the MSK Developer Guide and the API Reference; ours where it says none. */
export const mskLimits = {
  /** Configurations of an account in a region. */
  configurationsMax: 100,
  /** Of one configuration. */
  revisionsMax: 50,
  /** Ours: AWS names none for the text of `server.properties`. */
  propertiesBytesMax: 16_384,
  descriptionLengthMax: 1024,
  /** Of a policy of a cluster, in bytes (resource-based policies of IAM). */
  policyBytesMax: 20_480,
  tagsMax: 50,
  tagKeyLengthMax: 128,
  tagValueLengthMax: 256,
  /** A page, when the request does not say how long it should be. */
  pageMax: 100,
  /** Ours: changes of a cluster that are remembered; the oldest go. */
  operationsKept: 100,
  serverlessVpcsMax: 5,
  /** Secrets of one BatchAssociateScramSecret. */
  secretsPerRequestMax: 10,
} as const
