/** AWS's limits, from "Delivery quotas and limits" of the Kinesis Data Streams Developer Guide and the API Reference. */

export const FRESHNESS_SECONDS = { least: 300, initial: 300, most: 900 } as const
export const STREAMS_A_CHANNEL = 1
/** Channels of a stream that deliver to buckets; FAILED ones count. */
export const BUCKET_CHANNELS_A_STREAM = 1
export const LIST_CHANNELS_MAX = 100

/** Ours: those of one account in a region, FAILED ones included. */
export const CHANNELS_MAX = 100
/** Ours: data of one object before compression; then it is delivered before its time. */
export const OBJECT_BYTES = 8 * 1024 * 1024
/** S3's. */
export const KEY_BYTES_MAX = 1024
