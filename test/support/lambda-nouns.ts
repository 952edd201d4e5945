import type { Clock } from '../../src/base/clock.ts'
import { silentLogger } from '../../src/base/logger.ts'
import { silentMetrics } from '../../src/base/metrics.ts'
import { createSeededRandom } from '../../src/base/random.ts'
import type { Scope } from '../../src/base/scope.ts'
import type {
  ComputeEngine,
  FunctionSpec,
  Invocation,
  InvocationOutcome,
} from '../../src/engines/compute/port.ts'
import { createBackground } from '../../src/engines/meta/background.ts'
import { createLeases } from '../../src/engines/meta/leases.ts'
import type { MetaStore } from '../../src/engines/meta/port.ts'
import type { ObjectStore } from '../../src/engines/objects/port.ts'
import type { StreamReader, StreamRecord } from '../../src/services/kinesis/stream-reader.ts'
import type { FunctionSettings } from '../../src/services/lambda/function-record.ts'
import type { LambdaNounsDeps } from '../../src/services/lambda/lambda-nouns.ts'
import type { LogEvent, LogTarget } from '../../src/services/logs/log-groups.ts'
import { createSqsNouns } from '../../src/services/sqs/sqs-nouns.ts'
import { createMemoryMeta } from './memory-meta.ts'
import { createMemoryObjects } from './memory-objects.ts'

export const scope: Scope = { accountId: '000000000000', region: 'us-east-1' }

/** Of a function like any other. */
export const functionSettings: FunctionSettings = {
  role: 'arn:aws:iam::000000000000:role/r',
  runtime: 'nodejs20.x',
  handler: 'index.handler',
  description: '',
  timeoutSeconds: 3,
  memoryMegabytes: 128,
  ephemeralMegabytes: 512,
  architecture: 'x86_64',
}

/** What a test wants to see or steer of the nouns of Lambda, without a process or a disk. */
export interface LambdaStage {
  readonly deps: LambdaNounsDeps
  readonly meta: MetaStore
  readonly installed: Set<string>
  readonly zips: Map<string, Uint8Array>
  readonly buckets: ReturnType<typeof createMemoryObjects>
  readonly lines: Array<LogTarget & LogEvent>
}

type Handler = (spec: FunctionSpec, event: Invocation) => Promise<Partial<InvocationOutcome>>

/** All of it in memory. `handler` stands for user code; it answers `null` by default. */
export function createLambdaStage(options: {
  readonly clock: Clock
  readonly handler?: Handler
  readonly reader?: StreamReader
  readonly meta?: MetaStore
}): LambdaStage {
  const { clock, handler, meta = createMemoryMeta() } = options
  const random = createSeededRandom(1)
  const installed = new Set<string>()
  const zips = new Map<string, Uint8Array>()
  const buckets = createMemoryObjects(clock)
  const lines: Array<LogTarget & LogEvent> = []
  const leases = createLeases({ meta, clock, owner: 'test', log: silentLogger })
  const deps: LambdaNounsDeps = {
    meta,
    clock,
    random,
    log: silentLogger,
    metrics: silentMetrics,
    compute: fakeCompute(installed, handler),
    objectStore: fakeObjectStore(zips),
    objects: buckets,
    targets: () => [],
    background: createBackground({
      leases,
      clock,
      random,
      log: silentLogger,
      metrics: silentMetrics,
    }),
    reader: options.reader ?? createFakeReader({}),
    sqs: createSqsNouns({ meta, clock, random, limits: false }),
    endpoint: () => 'http://127.0.0.1:4566',
    logWriter: {
      async append(_scope, target, events) {
        for (const event of events) lines.push({ ...target, ...event })
      },
    },
    sessions: {
      issue: () => ({
        accessKeyId: 'ASIA',
        secretAccessKey: 'secret',
        sessionToken: 'token',
        expiresMs: 0,
      }),
    },
  }
  return { deps, meta, installed, zips, buckets, lines }
}

function fakeCompute(installed: Set<string>, handler: Handler = async () => ({})): ComputeEngine {
  return {
    capabilities: { runtimes: ['nodejs20.x', 'python3.11'] },
    async invoke(spec, event) {
      event.onInstance?.({ id: 'instance', runtime: 'fake 1', isNew: true })
      const outcome = await handler(spec, event)
      const success = { kind: 'succeeded', payload: Buffer.from('null') }
      return {
        ...(outcome.kind === undefined && success),
        durationMs: 1.234,
        memoryUsedBytes: 50 * 1024 ** 2,
        ...outcome,
      } as InvocationOutcome
    },
    retire: async () => undefined,
    async installCode(codeId, files) {
      if (!installed.has(codeId)) for await (const _ of files()) installed.add(codeId)
      return `/code/${codeId}`
    },
    async removeCode(codeId) {
      installed.delete(codeId)
    },
    start: () => Promise.reject(new Error('no jobs here')),
    close: async () => undefined,
  }
}

function fakeObjectStore(zips: Map<string, Uint8Array>): ObjectStore {
  const stored = (key: string, bytes: Uint8Array) => ({
    key,
    sizeBytes: bytes.byteLength,
    modifiedMs: 0,
    revision: '1',
    attributes: {},
  })
  const store: Pick<ObjectStore, 'put' | 'get' | 'remove'> = {
    async put({ key }, body) {
      const bytes = body as Uint8Array
      zips.set(key, bytes)
      return stored(key, bytes)
    },
    async get({ key }) {
      const bytes = zips.get(key)
      return bytes && { object: stored(key, bytes), body: bytes }
    },
    remove: async ({ key }) => zips.delete(key),
  }
  return store as ObjectStore
}

export interface FakeShard {
  readonly records: ReadonlyArray<StreamRecord>
  readonly parents?: ReadonlyArray<string>
  readonly closed?: boolean
  /** Offset of the first record that is still there. */
  readonly trimmed?: number
}

/** Streams of fixed or growing content: change `shards` and readers that wait see it in a moment. */
export function createFakeReader(shards: Record<string, FakeShard>): StreamReader {
  const shard = (id: string) => shards[id] ?? { records: [] }
  return {
    shardsOf: async () =>
      Object.entries(shards).map(([shardId, { parents = [], closed = false }]) => ({
        shardId,
        parentShardIds: parents,
        closed,
      })),
    async startOffset(_arn, shardId, start) {
      if (start.at === 'TRIM_HORIZON') return shard(shardId).trimmed ?? 0
      return shard(shardId).records.length
    },
    async read(_arn, shardId, { offset, recordsMax, bytesMax }) {
      const { records, closed = false } = shard(shardId)
      const found: StreamRecord[] = []
      let sizeBytes = 0
      for (const record of records.slice(offset, offset + recordsMax)) {
        sizeBytes += record.data.byteLength
        if (found.length > 0 && sizeBytes > bytesMax) break
        found.push(record)
      }
      return {
        records: found,
        nextOffset: offset + found.length,
        endOffset: records.length,
        closed,
      }
    },
    async waitFor(_arn, shardId, offset, signal) {
      while (!signal.aborted && shard(shardId).records.length <= offset && !shard(shardId).closed) {
        await new Promise((resolve) => setImmediate(resolve))
      }
    },
  }
}

export function makeRecord(offset: number, more: Partial<StreamRecord> = {}): StreamRecord {
  return {
    offset,
    sequenceNumber: `seq-${offset}`,
    partitionKey: 'key',
    data: Buffer.from(JSON.stringify({ offset })),
    arrivalMs: 0,
    ...more,
  }
}
