/** Limits of EventBridge: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html */
export const eventLimits = {
  /** PutEvents: all entries of a request together. */
  requestBytesMax: 1_048_576,
  rulesMax: 300,
  busesMax: 100,
  targetsMax: 5,
  pageSize: 100,
  /** RetryPolicy, and what holds without one. */
  retriesMax: 185,
  eventAgeSecondsMax: 86_400,
} as const
