/** Limits of SQS, with their source. */
export const limits = {
  /** Amazon SQS message quotas: 1 MiB since August 2025, also for a whole batch. */
  messageBytesMax: 1_048_576,
  messageBytesMin: 1_024,
  batchEntriesMax: 10,
  receivedMax: 10,
  attributesMax: 10,
  waitSecondsMax: 20,
  delaySecondsMax: 900,
  visibilitySecondsMax: 43_200,
  retentionSecondsMin: 60,
  retentionSecondsMax: 1_209_600,
  /** Amazon SQS standard and FIFO quotas: messages in flight in a queue. */
  inFlightMax: 120_000,
  /** Troubleshooting FIFO throttling (developer guide): calls of each kind. */
  fifoCallsPerSecond: 300,
  /** ReceiveRequestAttemptId (API reference): as long as the interval of deduplication. */
  attemptMs: 300_000,
  /** KmsDataKeyReusePeriodSeconds (API reference). */
  dataKeySecondsMin: 60,
  dataKeySecondsMax: 86_400,
  /** SetQueueAttributes (API reference): `maxReceiveCount`. */
  receiveCountMax: 1_000,
  /** RedriveAllowPolicy (API reference). */
  allowedSourcesMax: 10,
  /** Exactly-once processing (developer guide): the interval of deduplication. */
  deduplicationMs: 300_000,
  /** PurgeQueue (API reference). */
  purgeIntervalMs: 60_000,
  /** DeleteQueue (API reference): the name is free again after this. */
  nameHeldMs: 60_000,
  tagsMax: 50,
  /** AddPermission (API reference): actions of a statement; policy quotas: statements of a policy. */
  permissionActionsMax: 7,
  policyStatementsMax: 20,
  /** StartMessageMoveTask and ListMessageMoveTasks (API reference). */
  movesPerSecondMax: 500,
  movesListedMax: 10,
  /** "Message redrive" (developer guide): tasks of an account that are under way. */
  movesMax: 100,
  /** ListQueues and ListDeadLetterSourceQueues (API reference). */
  pageMax: 1_000,
} as const
