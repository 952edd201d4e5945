/** Limits of transactions: Apache Kafka's defaults (its broker configuration page), and our own bounds. */

const HOUR_MS = 3_600_000

/** `transaction.max.timeout.ms`. */
export const TIMEOUT_MS_MAX = 900_000
/** `transactional.id.expiration.ms`: how long an id that is not used is remembered. */
export const ID_LIFE_MS = 7 * 24 * HOUR_MS
/** `transaction.remove.expired.transaction.cleanup.interval.ms`. */
export const EXPIRY_ROUND_MS = HOUR_MS

/** Epochs are int16; the last one is kept for fencing and given to no producer. */
export const EPOCH_EXHAUSTED = 0x7fff - 1
/** Producer ids that one durable write sets aside. */
export const PRODUCER_ID_BLOCK = 1000

/** UTF-8 bytes; Kafka has no limit of its own below that of its strings (32,767). */
export const TRANSACTIONAL_ID_BYTES_MAX = 1024
/** Of one transaction: partitions written to, and groups whose offsets it commits. */
export const PARTITIONS_MAX = 10_000
export const GROUPS_MAX = 1_000
/** Transactions under way at the same time, of all accounts. */
export const OPEN_MAX = 10_000
/** Transactions that have ended and are kept in memory, so that fenced producers are told so. */
export const ENDED_KEPT_MAX = 10_000

/** How long EndTxn and InitProducerId wait for markers; then the rest is done behind the answer. */
export const COMPLETION_WAIT_MS = 1_000
/** Markers that are written at the same time for one transaction. */
export const MARKERS_AT_ONCE = 500
/** Of what a crash left decided, so many transactions are completed at the same time. */
export const COMPLETIONS_AT_ONCE = 100
