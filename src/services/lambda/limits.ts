/** Limits of Lambda, with their source ("Lambda quotas" in the Developer Guide unless said). */
export const limits = {
  /** Deployment package, zipped, in a request; and unzipped, however it came. */
  zippedBytesMax: 52_428_800,
  unzippedBytesMax: 262_144_000,
  timeoutSecondsMax: 900,
  memoryMegabytesMax: 10_240,
  /** All environment variables of a function together, as JSON. */
  environmentBytesMax: 4096,
  /** Payload of a synchronous invocation, request and response. AWS adds 100 bytes to the latter. */
  requestBytesMax: 6_291_456,
  responseBytesMax: 6_291_556,
  /** Payload of an asynchronous invocation: 1 MB since October 2025. */
  eventBytesMax: 1_048_576,
  /** Concurrent executions in an account and region, and what must be left unreserved. */
  concurrencyMax: 1000,
  unreservedConcurrencyMin: 100,
  /** Events that wait in an account and region. AWS names no limit. */
  queuedEventsMax: 100_000,
  tagsMax: 50,
  /** Resource-based policy of a function (Developer Guide: 20 KB). */
  policyBytesMax: 20_480,
  /** Tail of the log that Invoke answers (API reference: the last 4 KB). */
  logTailBytes: 4096,
  pageSize: 50,
  versionsPageSize: 50,
  /** Credentials of an instance; longer than any instance is used. */
  sessionSeconds: 12 * 3600,
  /** Asynchronous invocation: age of an event and retries, when not configured. */
  eventAgeMaxSeconds: 21_600,
  eventRetries: 2,
  /** Base64 makes four bytes of three, and each record has a frame. */
  batchRecordBytesMax: 4_000_000,
  /** "Using Lambda with Amazon SQS": messages of a batch, of standard and of FIFO queues. */
  queueBatchMax: 10_000,
  queueFifoBatchMax: 10,
  /** A larger batch needs a window to be collected in. */
  queueBatchWithoutWindowMax: 10,
  /**
   * Batches of a queue at once, where the mapping does not say. AWS begins with five and goes up to
   * 1,250; here each is a process of this machine.
   */
  queueBatchesAtOnce: 5,
  /** One receive from a queue, and how long it waits for messages. */
  queueReceiveMax: 10,
  queueWaitMs: 20_000,
} as const
