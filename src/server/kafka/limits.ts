/** Limits of the broker's listener that are no settings. */
export const kafkaLimits = {
  /** Kafka: the largest request (`socket.request.max.bytes`). */
  frameSizeMax: 104_857_600,
  /** Kafka: the largest request of a client that is not authenticated yet (KIP-684). */
  unknownFrameSizeMax: 524_288,
  /** Memory for the requests that are being received or served at the same time; the rest waits. */
  heldBytesMax: 1 << 30,
  /** Requests of one connection that are served at the same time; its next ones are not read. */
  inFlightMax: 64,
  /**
   * Bytes of requests and answers that one connection may have under way. One request always may,
   * however large it is.
   */
  inFlightBytesMax: 64 << 20,
  /** Answers that lie in a socket before the next one is handed to it. */
  unsentBytesMax: 1 << 20,
  /** Kafka: a connection is closed when nothing was said for so long (`connections.max.idle.ms`). */
  idleMs: 600_000,
  /** AWS: a token of aws-msk-iam-auth and its kin lives 15 minutes at most. */
  tokenSecondsMax: 900,
  /** Bytes of one SASL message that are looked at. */
  saslMessageSizeMax: 65_536,
  /** Kafka: a login that failed is answered so much later (`connection.failed.authentication.delay.ms`). */
  failedLoginDelayMs: 100,
  /** Kafka: the iterations that somebody unknown is asked for, so that he looks like a user. */
  unknownUserIterations: 4_096,
} as const
