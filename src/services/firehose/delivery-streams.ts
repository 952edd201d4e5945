import { formatArn } from '../../base/arn.ts'
import { createChangeSignal } from '../../base/change-signal.ts'
import type { Clock } from '../../base/clock.ts'
import { ServiceError } from '../../base/errors.ts'
import type { Random } from '../../base/random.ts'
import type { Scope } from '../../base/scope.ts'
import type { LogEngine, PartitionId } from '../../engines/log/port.ts'
import type { Document, Documents } from '../../engines/meta/documents.ts'
import { createDocuments } from '../../engines/meta/documents.ts'
import type { MetaStore } from '../../engines/meta/port.ts'
import type { StreamReader } from '../kinesis/stream-reader.ts'
import type { Checkpoint } from './checkpoints.ts'
import { createCheckpoints } from './checkpoints.ts'
import type { S3Destination } from './destination.ts'
import { firehoseLimits } from './limits.ts'

export interface DeliveryStream {
  readonly name: string
  readonly arn: string
  /** New for each creation, so that a stream made again under its name starts anew. */
  readonly id: string
  readonly source: DeliverySource
  readonly destination: S3Destination
  readonly versionId: number
  readonly createdMs: number
  readonly updatedMs?: number
  readonly tags: Readonly<Record<string, string>>
}

export type DeliverySource =
  | { readonly kind: 'direct' }
  | { readonly kind: 'kinesis'; readonly streamArn: string; readonly roleArn: string }

/** The delivery streams of all accounts: their definitions and what was put into them directly. */
export interface DeliveryStreams {
  /** Reading begins at the records that arrive from now on. */
  create(
    scope: Scope,
    request: Pick<DeliveryStream, 'name' | 'source' | 'destination' | 'tags'>,
  ): Promise<DeliveryStream>
  /** Rejects with `ResourceNotFoundException`. */
  get(scope: Scope, name: string): Promise<DeliveryStream>
  find(scope: Scope, name: string): Promise<DeliveryStream | undefined>
  list(scope: Scope, after: string | undefined, limit: number): Promise<DeliveryStreamPage>
  /** Rejects with `ConcurrentModificationException` when the version is another one. */
  setDestination(
    scope: Scope,
    name: string,
    versionId: string,
    change: (current: S3Destination) => S3Destination,
  ): Promise<void>
  setTags(
    scope: Scope,
    name: string,
    change: (tags: Readonly<Record<string, string>>) => Readonly<Record<string, string>>,
  ): Promise<void>
  remove(scope: Scope, name: string): Promise<void>
  /** Durable when resolved: the records lie in the stream's own log until they are delivered. */
  put(stream: DeliveryStream, records: ReadonlyArray<Uint8Array>): Promise<void>
  everywhere(): AsyncIterable<Document<DeliveryStream>>
  /** Resolves at the next change that this process makes, or when the signal aborts. */
  waitForChange(signal: AbortSignal): Promise<void>
}

export interface DeliveryStreamPage {
  readonly names: ReadonlyArray<string>
  readonly hasMore: boolean
}

export interface DeliveryStreamsDeps {
  readonly meta: MetaStore
  readonly log: LogEngine
  readonly streams: StreamReader
  readonly clock: Clock
  readonly random: Random
}

export function createDeliveryStreams(deps: DeliveryStreamsDeps): DeliveryStreams {
  const { meta, log, clock, random } = deps
  const documents = createDocuments<DeliveryStream>(meta, 'firehose/stream')
  const checkpoints = createCheckpoints(meta)
  const changes = createChangeSignal()

  async function get(scope: Scope, name: string): Promise<DeliveryStream> {
    const stream = await documents.get(scope, name)
    if (!stream) throw notFound(scope, name)
    return stream
  }

  async function create(
    scope: Scope,
    request: Parameters<DeliveryStreams['create']>[1],
  ): Promise<DeliveryStream> {
    const stream: DeliveryStream = {
      ...request,
      arn: formatArn({ service: 'firehose', ...scope, resource: `deliverystream/${request.name}` }),
      id: random.uuid(),
      versionId: 1,
      createdMs: clock.wallMs(),
    }
    // The checkpoint goes first: once the stream is listed, a delivery may begin at any moment.
    await checkpoints.put(scope, stream.id, await firstCheckpoint(deps, stream))
    if (!(await documents.create(scope, [stream.name], stream))) {
      await checkpoints.remove(scope, stream.id)
      throw new ServiceError(
        'ResourceInUseException',
        `Firehose ${stream.name} under accountId ${scope.accountId} already exists`,
      )
    }
    changes.notify()
    return stream
  }

  async function update(
    scope: Scope,
    name: string,
    change: (current: DeliveryStream) => DeliveryStream,
  ): Promise<void> {
    if (!(await documents.update(scope, [name], change))) throw notFound(scope, name)
    changes.notify()
  }

  return {
    get,
    create,
    list: (scope, after, limit) => listNames(documents, scope, after, limit),
    setDestination: (scope, name, versionId, change) =>
      update(scope, name, (current) => {
        if (String(current.versionId) !== versionId) {
          throw new ServiceError(
            'ConcurrentModificationException',
            `Cannot update firehose: ${name} since the current version id: ${current.versionId} and specified version id: ${versionId} do not match`,
          )
        }
        return {
          ...current,
          destination: change(current.destination),
          versionId: current.versionId + 1,
          updatedMs: clock.wallMs(),
        }
      }),
    setTags: (scope, name, change) =>
      update(scope, name, (current) => ({ ...current, tags: change(current.tags) })),
    async remove(scope, name) {
      const stream = await get(scope, name)
      await documents.remove(scope, name)
      changes.notify()
      await checkpoints.remove(scope, stream.id)
      if (stream.source.kind === 'direct') await log.removePartition(directPartition(stream))
    },
    async put(stream, records) {
      const timestampMs = clock.wallMs()
      await log.append(
        directPartition(stream),
        records.map((value) => ({ key: null, value, timestampMs })),
      )
    },
    find: (scope, name) => documents.get(scope, name),
    everywhere: () => documents.everywhere(),
    waitForChange: (signal) => changes.wait(signal),
  }
}

/** What is put directly lies in a log of its own, so that every delivery reads from a log. */
export function directPartition(stream: DeliveryStream): PartitionId {
  return { topic: `firehose/${stream.id}`, partition: 0 }
}

async function listNames(
  documents: Documents<DeliveryStream>,
  scope: Scope,
  after: string | undefined,
  limit: number,
): Promise<DeliveryStreamPage> {
  const page = await documents.list(scope, { limit: limit + 1, ...(after && { after: [after] }) })
  const names = page.slice(0, limit).map(({ value }) => value.name)
  return { names, hasMore: page.length > limit }
}

async function firstCheckpoint(
  { log, streams }: DeliveryStreamsDeps,
  stream: DeliveryStream,
): Promise<Checkpoint> {
  if (stream.source.kind === 'direct') {
    await log.ensurePartition(directPartition(stream), {
      retentionMs: firehoseLimits.directRetentionMs,
    })
    return { positions: {} }
  }
  const { streamArn } = stream.source
  const shards = await streams.shardsOf(streamArn)
  const positions = await Promise.all(
    shards.map(async ({ shardId }) => [
      shardId,
      await streams.startOffset(streamArn, shardId, { at: 'LATEST' }),
    ]),
  )
  return { positions: Object.fromEntries(positions) }
}

function notFound(scope: Scope, name: string): ServiceError {
  return new ServiceError(
    'ResourceNotFoundException',
    `Firehose ${name} under account ${scope.accountId} not found.`,
  )
}
