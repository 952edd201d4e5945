/** Limits of Amazon Data Firehose (Firehose Developer Guide, "Quotas"; API Reference). */
export const firehoseLimits = {
  /** Data of one record before base64: 1,000 KiB. */
  recordBytesMax: 1_024_000,
  batchRecordsMax: 500,
  batchBytesMax: 4 * 1024 * 1024,
  bufferMegabytes: { least: 1, initial: 5, most: 128 },
  /** With record format conversion, a buffer below 64 MB is refused. */
  conversionBufferMegabytes: { least: 64, initial: 128 },
  bufferSeconds: { initial: 300, most: 900 },
  transformMegabytes: { least: 0.2, initial: 1, most: 3 },
  transformRetries: { initial: 3, most: 300 },
  deliveryStreamsMax: 5000,
  tagsMax: 50,
  listLimit: { initial: 10, most: 10_000 },
  /** How long direct puts are kept while the destination fails. */
  directRetentionMs: 24 * 3_600_000,
} as const
