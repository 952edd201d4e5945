/** AWS's limits, from "Quotas and limits" of the Kinesis Data Streams Developer Guide and the API Reference. */

const MIB = 1 << 20
const HOUR_MS = 3_600_000

/** Data and partition key of one record, until `UpdateMaxRecordSize` raises it. */
export const RECORD_KIB_DEFAULT = 1024
/** Data and partition keys of one PutRecords request. */
export const PUT_RECORDS_BYTES_MAX = 10 * MIB
export const HASH_KEY_MAX = 2n ** 128n - 1n

export const GET_RECORDS_COUNT_MAX = 10_000
export const GET_RECORDS_BYTES_MAX = 10 * MIB
export const ITERATOR_LIFE_MS = 300_000
export const NEXT_TOKEN_LIFE_MS = 300_000

export const RETENTION_HOURS_MIN = 24
export const RETENTION_HOURS_MAX = 8760
export const HOURS_TO_MS = HOUR_MS

/** Of a shard; an on-demand stream has the same per shard, and starts with four of them. */
export const WRITE_BYTES_PER_SECOND = MIB
export const WRITE_RECORDS_PER_SECOND = 1000
export const READ_BYTES_PER_SECOND = 2 * MIB
export const READ_CALLS_PER_SECOND = 5
export const ON_DEMAND_SHARDS = 4
/** By itself it grows to 200 MB or 200,000 records a second. */
export const ON_DEMAND_SHARDS_MAX = 200
/** It has room for twice the peak of so many days. */
export const PEAK_DAYS = 30
/** Traffic that more than doubles within this time is refused. */
export const GROWTH_PAUSE_MS = 15 * 60_000

/** Open shards of an account in a region. */
export const SHARDS_MAX = 20_000
export const ON_DEMAND_STREAMS_MAX = 50
/** Of one UpdateShardCount, and of the shards of a stream that it scales. */
export const SHARD_COUNT_MAX = 10_000
export const SCALINGS_PER_DAY = 10
export const MODE_CHANGES_PER_DAY = 2
export const DAY_MS = 24 * HOUR_MS

/** StartStreamEncryption, and as many StopStreamEncryption. */
export const ENCRYPTION_CHANGES_PER_DAY = 25
/** Ours: the log keeps the name of every key that a stream ever had. */
export const ENCRYPTION_CHANGES_MAX = 1000
/** Bytes of a resource policy. */
export const POLICY_BYTES_MAX = 20 * 1024

export const CONSUMERS_MAX = 20
/** Of an on-demand stream in an account with a minimum throughput commitment (On-demand Advantage). */
export const CONSUMERS_ADVANTAGE_MAX = 50
/** From its start until the commitment can end. */
export const COMMITMENT_MS = 24 * HOUR_MS
/** 10 GiB a second. */
export const WARM_MIBPS_MAX = 10_240
/** How long one SubscribeToShard call delivers. */
export const SUBSCRIPTION_LIFE_MS = 300_000
/** From then on a second call takes the subscription over; before, it is refused. */
export const SUBSCRIPTION_TAKEOVER_MS = 5_000

/** Ours: an aggregate of more records is delivered as it is. */
export const AGGREGATED_RECORDS_MAX = 200_000

export const TAGS_MAX = 50
export const DESCRIBE_SHARDS_DEFAULT = 100
export const LIST_SHARDS_DEFAULT = 1000
export const LIST_STREAMS_DEFAULT = 100
export const LIST_CONSUMERS_DEFAULT = 100
