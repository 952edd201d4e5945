// https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html, unless said otherwise.

export const OBJECT_PUT_BYTES_MAX = 5 * 1024 ** 3
export const OBJECT_BYTES_MAX = 50 * 1024 ** 4
export const KEY_BYTES_MAX = 1_024
/** User-defined metadata: https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html */
export const METADATA_BYTES_MAX = 2_048
export const LIST_MAX = 1_000
export const DELETE_KEYS_MAX = 1_000
export const PART_COUNT_MAX = 10_000
/** Every part but the last. */
export const PART_BYTES_MIN = 5 * 1024 ** 2
/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html */
export const OBJECT_TAGS_MAX = 10
/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/CostAllocTagging.html */
export const BUCKET_TAGS_MAX = 50
export const TAG_KEY_MAX = 128
export const TAG_VALUE_MAX = 256
/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/BucketRestrictions.html */
export const BUCKETS_MAX = 10_000
export const NOTIFICATION_RULES_MAX = 100
/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-filtering.html */
export const FILTER_BYTES_MAX = 1_024
/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/example-bucket-policies.html */
export const BUCKET_POLICY_BYTES_MAX = 20 * 1024
/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html */
export const ACL_GRANTS_MAX = 100
/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/how-to-page-redirect.html */
export const ROUTING_RULES_MAX = 50
/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/ManageCorsUsing.html */
export const CORS_RULES_MAX = 100
/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html */
export const LIFECYCLE_RULES_MAX = 1_000
export const LIFECYCLE_ID_MAX = 255
/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-add-config.html */
export const REPLICATION_RULES_MAX = 1_000
export const REPLICATION_ID_MAX = 255
/** Of ours: keys of KMS, and keys of buckets made of them, that are kept in memory. */
export const WRAPPING_KEYS_MAX = 1_000
/** Noncurrent versions that a rule keeps whatever their age. */
export const NEWER_VERSIONS_MAX = 100
/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/configure-inventory.html */
export const INVENTORIES_MAX = 1_000
export const INVENTORIES_LIST_MAX = 100
export const INVENTORY_ID_MAX = 64
/** Of ours: rows of one file of an inventory. */
export const INVENTORY_FILE_ROWS_MAX = 1_000_000
/** https://docs.aws.amazon.com/kms/latest/APIReference/API_GenerateDataKey.html */
export const KMS_KEY_ID_MAX = 2_048
/** Of ours: lines of access logs in memory; what comes beyond is counted and lost. */
export const ACCESS_LINES_MAX = 50_000
