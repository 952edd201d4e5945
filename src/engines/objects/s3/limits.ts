/** Every number of the adapter. Those of S3 are from its User Guide, "Multipart upload limits". */
export const remoteLimits = {
  /** Bytes of a part of an upload to the store; S3 takes 5 MiB and more. Two of them are in memory. */
  partBytes: 8 * 1024 * 1024,
  partsMax: 10_000,
  partsUnderWayMax: 2,
  /** Objects up to this size lie in `meta`. */
  inlineMaxBytes: 32 * 1024,
  /** Connections for reading objects, and for all else. */
  readConnectionsMax: 256,
  connectionsMax: 128,
  /** How long the store may be silent while it is waited for. */
  silenceMsMax: 10_000,
  attemptsMax: 6,
  /** No new attempt begins later than this after the first. */
  patienceMs: 15_000,
  backOffFirstMs: 100,
  backOffMsMax: 3_000,
  /** Of an answer that is held in memory. */
  answerBytesMax: 4 * 1024 * 1024,
  /** S3's own limits of DeleteObjects and of one page of a listing. */
  removalsMax: 1_000,
  pageMax: 1_000,
  /** New blobs go into a directory for so long, and may be under way in it for as long again. */
  directoryMs: 12 * 3_600_000,
  sweepMs: 10 * 60_000,
  /** Bytes of removed objects stay for readers on other nodes that have begun. */
  graceMs: 3_600_000,
  garbagePage: 1_000,
} as const
