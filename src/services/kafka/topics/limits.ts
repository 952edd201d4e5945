/** Limits of topics, and where they are from. */

/** Kinesis: a stream's name has at most 128 characters; Apache Kafka would take 249. */
export const TOPIC_NAME_MAX = 128
/** Kinesis: `SHARD_COUNT_MAX` of a stream. */
export const PARTITIONS_MAX = 10_000
/** Ours: topic ids whose names are kept in memory; those of others are found by listing the topics. */
export const KNOWN_IDS_MAX = 20_000
/** Apache Kafka: `max.request.partition.size.limit`. */
export const DESCRIBED_PARTITIONS_MAX = 2000
/** Apache Kafka: what `log.retention.hours` is by default. */
export const RETENTION_MS_DEFAULT = 604_800_000
/** Apache Kafka: what `message.max.bytes` is by default. */
export const BATCH_BYTES_DEFAULT = 1_048_588
