import { formatArn, parseArn } from '../../../base/arn.ts'
import type { Clock } from '../../../base/clock.ts'
import type { Random } from '../../../base/random.ts'
import type { Scope } from '../../../base/scope.ts'
import type { Document } from '../../../engines/meta/documents.ts'
import { createDocuments } from '../../../engines/meta/documents.ts'
import type { MetaStore } from '../../../engines/meta/port.ts'
import type { StartPosition } from '../../kinesis/stream-reader.ts'
import type { FunctionTarget } from '../function-names.ts'
import { notFound } from '../lambda-errors.ts'

/** What a client sets of a mapping; `-1` stands for no limit. */
export interface MappingSettings {
  readonly target: FunctionTarget
  readonly batchSize: number
  readonly windowSeconds: number
  readonly parallelization: number
  readonly retriesMax: number
  readonly recordAgeMaxSeconds: number
  readonly bisects: boolean
  /** The function answers which records failed. */
  readonly reportsFailures: boolean
  readonly filters: ReadonlyArray<string>
  /** ARN of the bucket that gets what could not be handled. */
  readonly onFailure?: string
  /** Batches of a queue that may be under way at once. */
  readonly concurrencyMax?: number
  readonly enabled: boolean
}

export type MappingState =
  | 'Creating'
  | 'Enabling'
  | 'Enabled'
  | 'Updating'
  | 'Disabling'
  | 'Disabled'
  | 'Deleting'

export interface Mapping extends MappingSettings {
  readonly id: string
  readonly sourceArn: string
  /** Where the reading of a stream began; queues have no place to begin at. */
  readonly start?: StartPosition
  readonly state: MappingState
  readonly stateReason: string
  readonly modifiedMs: number
  /** How the last batch went, in AWS's words. */
  readonly lastResult: string
  /** Grows with each change of the settings: what works on older ones stops. */
  readonly revision: number
  readonly tags: Readonly<Record<string, string>>
}

/** How far a shard has been handled. */
export interface Checkpoint {
  readonly offset: number
  /** The shard is closed and all of it was handled. */
  readonly finished: boolean
}

export interface Mappings {
  find(scope: Scope, id: string): Promise<Mapping | undefined>
  /** Rejects with `ResourceNotFoundException`. */
  get(scope: Scope, id: string): Promise<Mapping>
  all(scope: Scope): Promise<ReadonlyArray<Mapping>>
  everywhere(): AsyncIterable<Document<Mapping>>
  /** Durable with the offsets at which each shard begins. */
  create(scope: Scope, given: NewMapping, offsets: ReadonlyMap<string, number>): Promise<Mapping>
  /** A change of settings, by a client. */
  change(scope: Scope, id: string, edit: (mapping: Mapping) => Mapping): Promise<Mapping>
  /** Progress, told by the worker; does nothing when the settings are newer than the worker's. */
  report(
    scope: Scope,
    mapping: Mapping,
    news: Partial<Pick<Mapping, 'state' | 'lastResult'>>,
  ): Promise<void>
  remove(scope: Scope, id: string): Promise<void>

  checkpoints(scope: Scope, id: string): Promise<ReadonlyMap<string, Checkpoint>>
  /** Durable when resolved. */
  saveCheckpoint(scope: Scope, id: string, shardId: string, checkpoint: Checkpoint): Promise<void>
}

export type NewMapping = MappingSettings & Pick<Mapping, 'sourceArn' | 'start' | 'tags'>

export function isQueueMapping({ sourceArn }: Pick<Mapping, 'sourceArn'>): boolean {
  return parseArn(sourceArn)?.service === 'sqs'
}

// AWS: recorded.
export function stateReasonOf(mapping: Pick<Mapping, 'sourceArn'>): string {
  return isQueueMapping(mapping) ? 'USER_INITIATED' : 'User action'
}

const MAPPINGS_MAX = 100_000

export function createMappings(deps: {
  readonly meta: MetaStore
  readonly clock: Clock
  readonly random: Random
}): Mappings {
  const { meta, clock, random } = deps
  const documents = createDocuments<Mapping>(meta, 'lambda/event-source-mapping')
  const checkpoints = createDocuments<Checkpoint>(meta, 'lambda/checkpoint')
  const absent = () => notFound('The resource you requested does not exist.')

  return {
    find: (scope, id) => documents.get(scope, id),
    everywhere: documents.everywhere,
    async get(scope, id) {
      const found = await documents.get(scope, id)
      if (!found) throw absent()
      return found
    },
    async all(scope) {
      return (await documents.list(scope, { limit: MAPPINGS_MAX })).map(({ value }) => value)
    },
    async create(scope, given, offsets) {
      const mapping: Mapping = {
        ...given,
        id: random.uuid(),
        state: 'Creating',
        stateReason: stateReasonOf(given),
        modifiedMs: clock.wallMs(),
        lastResult: 'No records processed',
        revision: 1,
      }
      const starts = [...offsets].flatMap(
        ([shardId, offset]) =>
          checkpoints.putBatch(scope, [mapping.id, shardId], { offset, finished: false }).puts,
      )
      const own = documents.putBatch(scope, [mapping.id], mapping).puts
      await meta.commit({ puts: [...starts, ...own] })
      return mapping
    },
    async change(scope, id, edit) {
      const changed = await documents.update(scope, [id], (current) => ({
        ...edit(current),
        revision: current.revision + 1,
        modifiedMs: clock.wallMs(),
      }))
      if (!changed) throw absent()
      return changed
    },
    async report(scope, { id, revision }, news) {
      await documents.update(scope, [id], (current) =>
        current.revision === revision ? { ...current, ...news } : current,
      )
    },
    async remove(scope, id) {
      await checkpoints.removeUnder(scope, id)
      await documents.remove(scope, id)
    },
    async checkpoints(scope, id) {
      const found = await checkpoints.list(scope, { under: [id], limit: MAPPINGS_MAX })
      return new Map(found.map(({ id: [, shardId], value }) => [String(shardId), value]))
    },
    saveCheckpoint: (scope, id, shardId, checkpoint) =>
      checkpoints.put(scope, [id, shardId], checkpoint),
  }
}

export function mappingArn(scope: Scope, id: string): string {
  return formatArn({ service: 'lambda', ...scope, resource: `event-source-mapping:${id}` })
}
