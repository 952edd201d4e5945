/** Of the shard-level metrics that EnableEnhancedMonitoring asks for. */
const shardLabels = ['account', 'region', 'stream', 'shard'] as const

/**
 * Every metric of Headrace as data: the `/metrics` page and the reference are made from this table.
 * Names follow Prometheus (unit last; counters end in `_total`).
 */
export const metricTable = {
  headrace_requests_total: {
    kind: 'counter',
    help: 'Answered requests.',
    labels: ['service', 'operation', 'status'],
  },
  headrace_request_duration_seconds: {
    kind: 'histogram',
    help: 'Time from the request head to the end of the answer.',
    labels: ['service', 'operation'],
  },
  headrace_unsupported_total: {
    kind: 'counter',
    help: 'Requests refused by name because the operation or parameter is not built.',
    labels: ['service', 'operation'],
  },
  headrace_received_bytes_total: {
    kind: 'counter',
    help: 'Bytes of request bodies.',
    labels: ['service'],
  },
  headrace_sent_bytes_total: {
    kind: 'counter',
    help: 'Bytes of response bodies.',
    labels: ['service'],
  },
  headrace_connections: { kind: 'gauge', help: 'Open connections.', labels: [] },
  headrace_throttled_total: {
    kind: 'counter',
    help: 'Records or reads refused by a throughput limit.',
    labels: ['service', 'resource'],
  },
  headrace_shard_incoming_bytes_total: {
    kind: 'counter',
    help: 'Bytes put into the shard (IncomingBytes).',
    labels: shardLabels,
  },
  headrace_shard_incoming_records_total: {
    kind: 'counter',
    help: 'Records put into the shard (IncomingRecords).',
    labels: shardLabels,
  },
  headrace_shard_outgoing_bytes_total: {
    kind: 'counter',
    help: 'Bytes that GetRecords took from the shard (OutgoingBytes).',
    labels: shardLabels,
  },
  headrace_shard_outgoing_records_total: {
    kind: 'counter',
    help: 'Records that GetRecords took from the shard (OutgoingRecords).',
    labels: shardLabels,
  },
  headrace_shard_refused_records_total: {
    kind: 'counter',
    help: 'Records refused by the throughput of the shard (WriteProvisionedThroughputExceeded).',
    labels: shardLabels,
  },
  headrace_shard_refused_reads_total: {
    kind: 'counter',
    help: 'GetRecords calls refused by the throughput of the shard (ReadProvisionedThroughputExceeded).',
    labels: shardLabels,
  },
  headrace_shard_iterator_age_milliseconds: {
    kind: 'gauge',
    help: 'Age of the last record of the last GetRecords call, 0 when it had all (IteratorAgeMilliseconds).',
    labels: shardLabels,
  },
  headrace_queue_depth: {
    kind: 'gauge',
    help: 'Work that waits, by queue.',
    labels: ['queue'],
  },
  headrace_delivered_records_total: {
    kind: 'counter',
    help: 'Records that reached their destination.',
    labels: ['service', 'resource'],
  },
  headrace_failed_records_total: {
    kind: 'counter',
    help: 'Records that went to an error destination.',
    labels: ['service', 'resource'],
  },
  headrace_connector_lag_records: {
    kind: 'gauge',
    help: 'Offsets from what a connector of MSK Connect has delivered to the end of the partition.',
    labels: ['account', 'region', 'connector', 'topic', 'partition'],
  },
  headrace_background_failures_total: {
    kind: 'counter',
    help: 'Failed rounds of background work; each is retried after a back-off.',
    labels: ['work'],
  },
  headrace_damaged_reads_total: {
    kind: 'counter',
    help: 'Reads of objects that found bytes other than those that were written.',
    labels: [],
  },
  headrace_kafka_connections: {
    kind: 'gauge',
    help: 'Open connections of Kafka clients.',
    labels: [],
  },
  headrace_kafka_requests_total: {
    kind: 'counter',
    help: 'Requests of Kafka clients.',
    labels: ['api'],
  },
  headrace_kafka_errors_total: {
    kind: 'counter',
    help: 'Requests of Kafka clients that failed or were refused as a whole, and failed logins.',
    labels: ['api', 'error'],
  },
  headrace_kafka_throttled_total: {
    kind: 'counter',
    help: 'Requests after which a Kafka client was silenced by its quota.',
    labels: ['api'],
  },
  headrace_kafka_refused_connections_total: {
    kind: 'counter',
    help: "Connections that were cut because they did not speak Kafka's protocol, or had no right to.",
    labels: ['reason'],
  },
  headrace_kafka_received_bytes_total: {
    kind: 'counter',
    help: 'Bytes of requests of Kafka clients.',
    labels: [],
  },
  headrace_kafka_sent_bytes_total: {
    kind: 'counter',
    help: 'Bytes of responses to Kafka clients.',
    labels: [],
  },
} as const satisfies Record<string, MetricRow>

interface MetricRow {
  readonly kind: 'counter' | 'gauge' | 'histogram'
  readonly help: string
  readonly labels: ReadonlyArray<string>
}

export type MetricName = keyof typeof metricTable
type Labels<Name extends MetricName> = Readonly<
  Record<(typeof metricTable)[Name]['labels'][number], string>
>

/** Adds to a counter, sets a gauge, observes a histogram: the kind is the table's. */
export interface Metrics {
  record<Name extends MetricName>(name: Name, labels: Labels<Name>, value: number): void
  /** Takes one series from the page, for what is no longer there. */
  forget<Name extends MetricName>(name: Name, labels: Labels<Name>): void
}

export const silentMetrics: Metrics = {
  record: () => undefined,
  forget: () => undefined,
}
