/**
 * Limits and defaults of the group coordinator: Apache Kafka's broker settings (their names beside
 * them) where it has one, else a bound of ours.
 */

const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS

/** `group.min.session.timeout.ms`, `group.max.session.timeout.ms`. */
export const SESSION_TIMEOUT_MS_MIN = 6_000
export const SESSION_TIMEOUT_MS_MAX = 30 * MINUTE_MS
/**
 * The least that a join phase lasts which waits for static members: clients may ask for less than
 * nothing, and the phase begins anew until their sessions have ended.
 */
export const JOIN_PHASE_AGAIN_MS_MIN = 1_000
/** How long a new member's JoinGroup may wait before its client has to ask again. */
export const NEW_MEMBER_JOIN_TIMEOUT_MS = 5 * MINUTE_MS
/**
 * `group.initial.rebalance.delay.ms`. Apache waits 3 s for the members of a new group, made for fleets
 * that start over many machines; here, members start together, and who starts one waits for it.
 */
export const INITIAL_REBALANCE_DELAY_MS = 300

/** `group.consumer.session.timeout.ms`, `group.consumer.heartbeat.interval.ms`. */
export const CONSUMER_SESSION_TIMEOUT_MS = 45_000
export const CONSUMER_HEARTBEAT_MS = 5_000
/** How old the partitions may be that a consumer group is assigned by. */
export const TOPIC_IMAGE_MS = 5_000

/** `group.max.size` and `group.consumer.max.size` (unlimited in Apache). Members that still have to join count. */
export const GROUP_MEMBERS_MAX = 1_000
/** Groups of an account in a region; Apache has no limit. */
export const GROUPS_MAX = 10_000
export const GROUP_ID_BYTES_MAX = 512
/** Of the name of the client, which its member ids begin with. */
export const MEMBER_ID_PREFIX_CHARS_MAX = 255
/**
 * What all members of a group brought: names and metadata; or their assignments. What Apache keeps of a
 * group is one message of this size.
 */
export const GROUP_BYTES_MAX = 1 << 20
/** Names that one member of a consumer group subscribes to. */
export const SUBSCRIBED_TOPICS_MAX = 10_000
export const SUBSCRIPTION_REGEX_CHARS_MAX = 1_000
/** Distinct expressions of all members of a consumer group: all topics are held against each of them. */
export const GROUP_REGEXES_MAX = 50

/** `offset.metadata.max.bytes`; Apache counts characters too. */
export const OFFSET_METADATA_CHARS_MAX = 4_096
/** `offsets.retention.minutes`, counted from when the group became empty. */
export const OFFSET_RETENTION_MS = 7 * DAY_MS
/** `offsets.retention.check.interval.ms`. */
export const OFFSET_EXPIRY_INTERVAL_MS = 10 * MINUTE_MS
