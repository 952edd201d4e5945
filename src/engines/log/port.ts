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
  close(): Promise<void>
}

export interface LogCapabilities {
  /** Old records go when they are older or more than the partition's settings say. */
  readonly retention: boolean
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
  /** No more records are taken. Once that is durable, the end offset is final. */
  readonly closed?: boolean
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
  /** Where to read on. */
  readonly nextOffset: number
  /** One behind the last visible record of the partition. */
  readonly endOffset: number
}

export interface PartitionBounds {
  readonly startOffset: number
  readonly endOffset: number
  readonly sizeBytes: number
}
