/** Limits of produce and fetch, and where they are from. */

/** Apache Kafka: the broker's `fetch.max.bytes`. */
export const FETCH_BYTES_MAX = 57_671_680
/** Apache Kafka: `max.incremental.fetch.session.cache.slots`. */
export const SESSIONS_MAX = 1000
/** Ours: partitions of all fetch sessions together. */
export const SESSION_PARTITIONS_MAX = 200_000
/** Apache Kafka: `min.incremental.fetch.session.eviction.ms`. */
export const SESSION_IDLE_MS = 120_000
