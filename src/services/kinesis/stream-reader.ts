/** What a consumer inside the house (Firehose, event source mappings) needs of a stream. */
export interface StreamReader {
  /** Rejects with `ResourceNotFoundException` when the stream is not there. */
  shardsOf(streamArn: string): Promise<ReadonlyArray<ShardState>>
  /** The offset at which a reading that starts so begins. */
  startOffset(streamArn: string, shardId: string, start: StartPosition): Promise<number>
  /** Records from `offset` on; unthrottled, for it is our own delivery that reads. */
  read(streamArn: string, shardId: string, request: ShardReadRequest): Promise<ShardBatch>
  /** Resolves when there is a record at or behind `offset`, the shard is closed, or on abort. */
  waitFor(streamArn: string, shardId: string, offset: number, signal: AbortSignal): Promise<void>
}

export interface ShardState {
  readonly shardId: string
  readonly parentShardIds: ReadonlyArray<string>
  /** Closed by a split or merge: it gets no more records. */
  readonly closed: boolean
}

export type StartPosition =
  | { readonly at: 'TRIM_HORIZON' }
  | { readonly at: 'LATEST' }
  | { readonly at: 'AT_TIMESTAMP'; readonly timestampMs: number }

export interface ShardReadRequest {
  readonly offset: number
  readonly recordsMax: number
  readonly bytesMax: number
  /** Aggregates of the Kinesis Producer Library are taken apart: there may be more than `recordsMax`. */
  readonly deaggregates?: boolean
}

export interface ShardBatch {
  readonly records: ReadonlyArray<StreamRecord>
  readonly nextOffset: number
  readonly endOffset: number
  readonly closed: boolean
}

export interface StreamRecord {
  readonly offset: number
  readonly sequenceNumber: string
  /** The place in its aggregate; absent for a record that stood by itself. */
  readonly subSequenceNumber?: number
  readonly partitionKey: string
  readonly data: Uint8Array
  readonly arrivalMs: number
}
