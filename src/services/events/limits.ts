/** Limits of EventBridge: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html */
export const eventLimits = {
  /** PutEvents: all entries of a request together. */
  requestBytesMax: 1_048_576,
  rulesMax: 300,
  /** With the default one. */
  busesMax: 100,
  targetsMax: 5,
  connectionsMax: 3_000,
  apiDestinationsMax: 3_000,
  /** Of an API destination that says nothing else. */
  invocationsPerSecond: 300,
  pageSize: 100,
  /** RetryPolicy, and what holds without one. */
  retriesMax: 185,
  eventAgeSecondsMax: 86_400,
  /** Of the policy of a bus. */
  policyCharactersMax: 10_240,
  /** Of a rule or a bus. */
  tagsMax: 50,
  /** Of a replay that goes on, and how long a replay that has ended is shown. */
  replaysMax: 10,
  replayShownDays: 90,
} as const
