import type { Clock } from '../../base/clock.ts'
import type { Scope } from '../../base/scope.ts'
import type { ServiceEvents } from '../../base/service-events.ts'
import type { Documents } from '../../engines/meta/documents.ts'
import { createDocuments } from '../../engines/meta/documents.ts'
import { createEventCompany } from '../../engines/meta/event-company.ts'
import { commitUnlessChanged } from '../../engines/meta/guarded-commit.ts'
import type { MetaStore } from '../../engines/meta/port.ts'
import type { CatalogPartition, CatalogTable, PartitionDefinition } from './catalog.ts'
import { alreadyExists, entityNotFound, invalidInput } from './catalog-errors.ts'
import { partitionEventOf, tableChange } from './catalog-events.ts'
import { limits } from './limits.ts'
import type { PartitionFilter } from './partitions/filter.ts'

/** The partitions of one table after the other, in order of their values. */
export interface CatalogPartitions {
  find(
    scope: Scope,
    table: CatalogTable,
    values: ReadonlyArray<string>,
  ): Promise<CatalogPartition | undefined>
  page(scope: Scope, table: CatalogTable, request: PartitionRequest): Promise<PartitionPage>
  each(scope: Scope, table: CatalogTable, prefix?: ReadonlyArray<string>): PartitionStream
  /** Answers those that were there already. */
  create(
    scope: Scope,
    table: CatalogTable,
    partitions: ReadonlyArray<PartitionDefinition>,
  ): Promise<ReadonlyArray<PartitionDefinition>>
  update(
    scope: Scope,
    table: CatalogTable,
    values: ReadonlyArray<string>,
    partition: PartitionDefinition,
  ): Promise<void>
  remove(scope: Scope, table: CatalogTable, values: ReadonlyArray<string>): Promise<void>
}

export interface PartitionRequest {
  readonly filter?: PartitionFilter
  /** Only each `total`-th partition, from the `number`-th on: for readers in parallel. */
  readonly segment?: { readonly number: number; readonly total: number }
  readonly after?: ReadonlyArray<string>
  readonly limit: number
}

export interface PartitionPage {
  readonly partitions: ReadonlyArray<CatalogPartition>
  /** Values to go on after; absent at the end. */
  readonly after?: ReadonlyArray<string>
}

type PartitionStream = AsyncIterable<CatalogPartition>

const SCAN_SIZE = 500

interface PartitionDeps {
  readonly meta: MetaStore
  readonly clock: Clock
  readonly events: ServiceEvents
}

const idOf = ({ database, name }: CatalogTable, values: ReadonlyArray<string>) => [
  database,
  name,
  ...values,
]

export function createCatalogPartitions(deps: PartitionDeps): CatalogPartitions {
  const { meta, clock, events } = deps
  const company = createEventCompany(events, partitionEventOf)
  const documents = createDocuments<CatalogPartition>(meta, 'glue/partition', company)

  async function* scan(
    scope: Scope,
    table: CatalogTable,
    { prefix = [], after }: { prefix?: ReadonlyArray<string>; after?: ReadonlyArray<string> },
  ): PartitionStream {
    const under = idOf(table, prefix)
    let last = after?.slice(prefix.length)
    for (;;) {
      const some = await documents.list(scope, {
        under,
        limit: SCAN_SIZE,
        ...(last && { after: last }),
      })
      for (const { value } of some) yield value
      last = some.at(-1)?.value.values.slice(prefix.length)
      if (some.length < SCAN_SIZE) return
    }
  }

  async function add(scope: Scope, table: CatalogTable, partition: PartitionDefinition) {
    checkValues(table, partition.values)
    return documents.create(scope, idOf(table, partition.values), {
      ...partition,
      createdMs: clock.wallMs(),
    })
  }

  const addBatch = createBatchWrite(deps, documents)

  return {
    find: (scope, table, values) => documents.get(scope, ...idOf(table, values)),
    each: (scope, table, prefix = []) => scan(scope, table, { prefix }),
    async page(scope, table, { filter, segment, after, limit }) {
      const found: CatalogPartition[] = []
      const prefix = filter?.prefix ?? []
      for await (const partition of scan(scope, table, { prefix, ...(after && { after }) })) {
        if (filter && !filter.matches(partition.values)) continue
        if (segment && segmentOf(partition.values, segment.total) !== segment.number) continue
        const last = found.at(-1)
        if (found.length === limit && last) return { partitions: found, after: last.values }
        found.push(partition)
      }
      return { partitions: found }
    },
    async create(scope, table, partitions) {
      for (const partition of partitions) checkValues(table, partition.values)
      const present: PartitionDefinition[] = []
      for (let at = 0; at < partitions.length; at += limits.partitionWritesAtOnce) {
        const some = partitions.slice(at, at + limits.partitionWritesAtOnce)
        present.push(...(await addBatch(scope, table, some)))
      }
      return present
    },
    async update(scope, table, values, partition) {
      const current = await documents.get(scope, ...idOf(table, values))
      if (!current) throw partitionNotFound()
      const moved = partition.values.join('\0') !== values.join('\0')
      if (moved) {
        if (!(await add(scope, table, partition))) throw alreadyExists('Partition already exists.')
        await documents.remove(scope, ...idOf(table, values))
        return
      }
      const changed = { ...partition, createdMs: current.createdMs }
      const kept = await documents.update(scope, idOf(table, values), () => changed)
      if (!kept) throw partitionNotFound()
    },
    async remove(scope, table, values) {
      if (!(await documents.remove(scope, ...idOf(table, values)))) throw partitionNotFound()
    },
  }
}

/** Writes those of a batch that are new, in one commit with the event; answers the others. */
function createBatchWrite(
  { meta, clock, events }: PartitionDeps,
  documents: Documents<CatalogPartition>,
): (
  scope: Scope,
  table: CatalogTable,
  batch: ReadonlyArray<PartitionDefinition>,
) => Promise<ReadonlyArray<PartitionDefinition>> {
  return async ({ accountId, region }, table, batch) => {
    const scope = { accountId, region }
    for (;;) {
      const found = await Promise.all(
        batch.map(({ values }) => documents.get(scope, ...idOf(table, values))),
      )
      const fresh = new Map<string, PartitionDefinition>()
      const present: PartitionDefinition[] = []
      for (const [index, partition] of batch.entries()) {
        const name = partition.values.join('\0')
        if (found[index] || fresh.has(name)) present.push(partition)
        else fresh.set(name, partition)
      }
      if (fresh.size === 0) return present
      const created = [...fresh.values()]
      const puts = created.flatMap((partition) => {
        const value = { ...partition, createdMs: clock.wallMs() }
        return documents.putBatch(scope, idOf(table, partition.values), value).puts
      })
      const change = batch.length === 1 ? 'CreatePartition' : 'BatchCreatePartition'
      const values = created.map((partition) => partition.values)
      const told = events.puts(scope, tableChange(scope, table, change, values))
      const checks = puts.map(({ key }) => ({ key, version: 0 }))
      if (!(await commitUnlessChanged(meta, { checks, puts: [...puts, ...told] }))) continue
      events.committed()
      return present
    }
  }
}

/** moto's suite, verified against AWS. */
const partitionNotFound = () => entityNotFound('Cannot find partition.')

function checkValues(table: CatalogTable, values: ReadonlyArray<string>): void {
  if (values.length !== table.partitionKeys.length || values.length === 0) {
    throw invalidInput('The number of partition keys do not match the number of partition values')
  }
  const bytes = values.reduce((sum, value) => sum + Buffer.byteLength(value), 0)
  const tooLong = values.some((value) => value.length > limits.partitionValueLengthMax)
  if (tooLong || bytes > limits.partitionValuesBytesMax) {
    throw invalidInput(
      `The values of a partition may be at most ${limits.partitionValuesBytesMax} bytes together`,
    )
  }
}

/** A stable spread of partitions over segments (FNV-1a of the values). */
function segmentOf(values: ReadonlyArray<string>, total: number): number {
  let hash = 0x811c9dc5
  for (const byte of Buffer.from(values.join('\0'))) {
    hash = Math.imul(hash ^ byte, 0x01000193) >>> 0
  }
  return hash % total
}
