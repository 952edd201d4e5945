/** Limits of SNS, with their source ("Amazon SNS endpoints and quotas" unless said). */
export const snsLimits = {
  /** Message with its attributes, alone and all of a batch together (API reference, Publish). */
  messageBytesMax: 262_144,
  /** What `MaximumMessageSize` of a topic may be (Developer Guide, "Publishing large messages"). */
  topicMessageBytesMin: 1_024,
  topicMessageBytesMax: 1_048_576,
  /** Of a topic whose messages may be larger than others'. */
  subscriptionsPerLargeTopicMax: 100,
  batchEntriesMax: 10,
  batchIdCharactersMax: 80,
  subjectCharactersMax: 100,
  /** Ours: one commit holds the deliveries of a publish. AWS allows 12.5 million. */
  subscriptionsPerTopicMax: 10_000,
  subscriptionsPerFifoTopicMax: 100,
  filterKeysMax: 5,
  /** Values of all keys multiplied (Developer Guide, filter policy constraints). */
  filterCombinationsMax: 150,
  filterBytesMax: 262_144,
  policyBytesMax: 30_720,
  tagsMax: 50,
  pageSize: 100,
  /** API reference, Subscribe: confirmation tokens are valid for two days. */
  tokenSeconds: 172_800,
  deduplicationSeconds: 300,
  /** Ours: deliveries of the whole server that wait. A publish beyond them is throttled. */
  waitingDeliveriesMax: 1_000_000,
  /** Developer Guide, delivery retries: how long an HTTP endpoint may take. */
  httpTimeoutMs: 15_000,
} as const
