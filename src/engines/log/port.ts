/**
 * Partitioned, append-only, durable log: what Kinesis shards and Kafka partitions both are.
 *
 * Promise: visible = durable = acknowledged. `append` resolves once every record of the batch is on
 * the medium, and only then can a reader see any of it. A record once seen or acknowledged keeps its
 * offset through any crash. After a failed write or sync the partition stops (fail-stop) with
 * `EngineError('unavailable')` until it is reopened; a full medium answers `EngineError('full')`
 * and recovers when space returns.
 */
export interface LogEngine {
  readonly capabilities: LogCapabilities
  /** Makes the partition, or changes the settings of the one that is there. Durable when resolved. */
  ensurePartition(id: PartitionId, settings: PartitionSettings): Promise<void>
  /** Removes the partition and gives its space back. Nothing happens when it is not there. */
  removePartition(id: PartitionId): Promise<void>
  /**
   * Appends one batch in order, atomically. Batches of different partitions that arrive together
   * share one sync (group commit). Rejects with `not-found` for an unknown partition, with
   * `conflict` for a closed one, and with `invalid` when the batch is larger than the log takes.
   * Either way the bytes of the records are not looked at any more afterwards.
   */
  append(id: PartitionId, records: ReadonlyArray<LogRecord>): Promise<Appended>
  /**
   * Records from `offset` on, at most `recordsMax` and about `bytesMax` (always at least one record
   * when there is one). An offset below the start or behind the end answers `invalid`; at the end
   * answers none.
   */
  read(id: PartitionId, request: ReadRequest): Promise<ReadBatch>
  /**
   * Resolves when a record at or behind `offset` is visible, when the partition is closed, or when
   * the signal aborts; rejects with `not-found` when the partition is removed meanwhile.
   */
  waitFor(id: PartitionId, offset: number, signal: AbortSignal): Promise<void>
  bounds(id: PartitionId): Promise<PartitionBounds>
  /** Offset of the first record with a timestamp >= `timestampMs`; the end offset when none. */
  offsetAt(id: PartitionId, timestampMs: number): Promise<number>
  /**
   * Drops the records before `offset` for good (Kafka's DeleteRecords): no reader sees them again and
   * whole segments of them give their space back. Durable when resolved. An offset at or before the
   * start does nothing; one behind the end answers `invalid`.
   */
  trim(id: PartitionId, offset: number): Promise<void>
  /** Kafka's view of the same partitions; there when `capabilities.batches`. */
  readonly batches?: BatchLog
  close(): Promise<void>
}

export interface LogCapabilities {
  /** Old records go when they are older or more than the partition's settings say. */
  readonly retention: boolean
  /** `batches` is there. */
  readonly batches: boolean
  /** `compaction` of the settings is honoured. */
  readonly compaction: boolean
  /** `keyIds` of the settings are honoured; elsewhere they are refused with `unsupported`. */
  readonly encryption: boolean
}

/**
 * The partitions as Kafka's protocol sees them: record batches (v2, KIP-98) byte for byte as producers
 * made them, compressed or not, with idempotent producers and transactions (KIP-98).
 *
 * Transactions and the rest of the port: `LogEngine.read`, `waitFor`, `bounds().endOffset` and
 * `offsetAt` see committed records only, that is up to the last stable offset, without those of
 * aborted transactions and without control records. Control and aborted records, and those that
 * compaction took away, leave gaps between offsets.
 */
export interface BatchLog {
  /**
   * Appends the whole batches of `batches`, one after the other in it, atomically. It takes the bytes
   * over and stamps offsets into them. A broken batch or checksum answers `corrupt`; an unknown, a
   * closed, a full partition as `LogEngine.append` does. Appends and markers of a partition take
   * effect in the order in which they were called.
   *
   * A record without a key answers `invalid` where the partition is compacted, and so does a batch
   * outside of a transaction from a producer that has one open, and more than one batch with a
   * producer in an append: the answer is about one.
   *
   * Compressed records are not opened here (but in a compacted partition): a batch that cannot be
   * opened is served as it came, and readers of records step over it.
   */
  append(id: PartitionId, batches: Buffer, options?: BatchAppendOptions): Promise<BatchAppended>
  /**
   * Whole batches from the one with `offset` on, about `bytesMax` (always at least one when there is
   * one). An offset outside the bounds answers `invalid`. Never changes the bytes: not to be written to.
   */
  read(id: PartitionId, request: BatchReadRequest): Promise<BatchRead>
  /** As `LogEngine.waitFor`, for the end that readers of that isolation see. */
  waitFor(id: PartitionId, offset: number, isolation: Isolation, signal: AbortSignal): Promise<void>
  bounds(id: PartitionId): Promise<BatchBounds>
  /**
   * Writes the marker that ends the transaction of a producer in this partition; durable when
   * resolved. An epoch, of the producer or the coordinator, older than the known one answers
   * `invalid-producer-epoch`. Where the producer has no transaction open the marker is written all the
   * same, and does nothing; in a closed partition, where none can be open, nothing is written.
   */
  endTransaction(id: PartitionId, end: TransactionEnd): Promise<'ended' | 'invalid-producer-epoch'>
  /** The producers that the partition remembers, for DescribeProducers. */
  producers(id: PartitionId): Promise<ReadonlyArray<ProducerState>>
  /** Where the partition has the first record with a timestamp >= `timestampMs` (any isolation). */
  offsetAt(
    id: PartitionId,
    timestampMs: number,
  ): Promise<{ readonly offset: number; readonly timestampMs: number } | undefined>
  /** Where the partition has the record with the greatest timestamp (KIP-734). */
  maxTimestamp(
    id: PartitionId,
  ): Promise<{ readonly offset: number; readonly timestampMs: number } | undefined>
}

export type Isolation = 'committed' | 'uncommitted'

export interface BatchAppendOptions {
  /** Stamp the time of arrival as timestamp of all records (`message.timestamp.type=LogAppendTime`). */
  readonly appendTimeMs?: number
}

/**
 * How an append ended. `duplicate`: these batches were appended before (an idempotent producer
 * repeats itself), at this offset. The last three are the errors of Kafka of these names.
 */
export type BatchAppended =
  | { readonly outcome: 'appended'; readonly baseOffset: number }
  | { readonly outcome: 'duplicate'; readonly baseOffset: number }
  | { readonly outcome: 'out-of-order-sequence-number' }
  | { readonly outcome: 'duplicate-sequence-number' }
  | { readonly outcome: 'invalid-producer-epoch' }

export interface BatchReadRequest {
  readonly offset: number
  readonly bytesMax: number
  readonly isolation: Isolation
}

export interface BatchRead extends BatchBounds {
  readonly batches: ReadonlyArray<Buffer>
  /** Of the range that was read; none for `uncommitted`. */
  readonly aborted: ReadonlyArray<{ readonly producerId: number; readonly firstOffset: number }>
}

export interface BatchBounds {
  readonly startOffset: number
  /** One behind the last record that is durable: the high watermark. */
  readonly endOffset: number
  /** Offset of the first record of a transaction that is still open, else `endOffset`. */
  readonly stableOffset: number
}

export interface TransactionEnd {
  readonly producerId: number
  readonly producerEpoch: number
  readonly coordinatorEpoch: number
  readonly commit: boolean
}

export interface ProducerState {
  readonly producerId: number
  readonly producerEpoch: number
  readonly lastSequence: number
  readonly lastTimestampMs: number
  readonly coordinatorEpoch: number
  /** First offset of its open transaction. */
  readonly transactionStartOffset?: number
}

/** `topic` is unique over accounts and regions: the caller composes it. */
export interface PartitionId {
  readonly topic: string
  readonly partition: number
}

export interface PartitionSettings {
  readonly retentionMs: number
  /** Absent: no limit by size. */
  readonly retentionBytes?: number
  /**
   * No more records are taken. Once that is durable, the end offset is final. A partition with an open
   * transaction cannot be closed yet: `conflict`.
   */
  readonly closed?: boolean
  /** Of each key only the last record needs to be kept. */
  readonly compaction?: Compaction
  /** A new segment is begun when the last one has this size or age. */
  readonly segmentBytes?: number
  readonly segmentMs?: number
  /**
   * Local keys by which batches are encrypted at rest (AES-256), oldest first: the last one is for
   * what is written from now on, an empty text there for "no encryption". Never shortened.
   */
  readonly keyIds?: ReadonlyArray<string>
}

export interface Compaction {
  /** Younger records are not compacted (`min.compaction.lag.ms`). */
  readonly lagMsMin: number
  /**
   * How long a tombstone stays at least after the compaction that saw it first
   * (`delete.retention.ms`); the next compaction behind that time takes it away.
   */
  readonly tombstoneMs: number
  /** Share of uncompacted bytes from which on it is worth while (`min.cleanable.dirty.ratio`). */
  readonly dirtyRatioMin: number
  /** Also removes by age and size (`cleanup.policy=compact,delete`); else only compaction removes. */
  readonly deletes: boolean
}

export interface LogRecord {
  /** A text is kept as UTF-8. */
  readonly key: Uint8Array | string | null
  readonly value: Uint8Array | null
  readonly timestampMs: number
  readonly headers?: ReadonlyArray<{ readonly name: string; readonly value: Uint8Array | null }>
}

export interface StoredRecord extends LogRecord {
  readonly offset: number
  readonly key: Uint8Array | null
}

export interface Appended {
  /** Offset of the first record; the others follow without a gap. */
  readonly baseOffset: number
}

export interface ReadRequest {
  readonly offset: number
  readonly recordsMax: number
  readonly bytesMax: number
}

export interface ReadBatch {
  readonly records: ReadonlyArray<StoredRecord>
  /**
   * Where to read on: behind the last record, and behind what nobody sees there. As long as it is
   * less than `endOffset` there is more to come; a reader that is there has seen all.
   */
  readonly nextOffset: number
  /** The end of the partition, as `bounds` has it. */
  readonly endOffset: number
}

export interface PartitionBounds {
  readonly startOffset: number
  readonly endOffset: number
  readonly sizeBytes: number
}
