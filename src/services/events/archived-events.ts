import type { Clock } from '../../base/clock.ts'
import type { KeyPart } from '../../base/ordered-key.ts'
import type { Scope } from '../../base/scope.ts'
import type { Document } from '../../engines/meta/documents.ts'
import { createDocuments } from '../../engines/meta/documents.ts'
import { commitUnlessChanged } from '../../engines/meta/guarded-commit.ts'
import type { MetaBatch, MetaStore } from '../../engines/meta/port.ts'
import type { Archive, Archives } from './archives.ts'
import type { BusEvent } from './bus-event.ts'
import type { Arrival, Waiting } from './event-queue.ts'
import { createPatterns } from './rules.ts'

/** How much an archive holds. */
export interface ArchiveTotal {
  readonly events: number
  readonly bytes: number
}

/**
 * What archives hold. An event is kept in the commit that takes it from the queue, so that none is
 * missed and none is kept twice, and the totals are changed with it.
 */
export interface ArchivedEvents {
  /** The writes that keep these events in the archives that want them, for a commit of the caller's. */
  keep(arrivals: ReadonlyArray<Waiting<Arrival>>): Promise<MetaBatch>
  total(scope: Scope, archive: Archive): Promise<ArchiveTotal>
  /** In the order in which they came, from behind `after`. */
  page(
    scope: Scope,
    archiveId: string,
    page: { readonly after?: ReadonlyArray<KeyPart>; readonly limit: number },
  ): Promise<ReadonlyArray<Document<BusEvent>>>
  /** Drops what retention no longer covers, and what removed archives held; answers how long to rest. */
  round(): Promise<number>
}

const BATCH = 200
const REST_MS = 5_000
const DAY_MS = 86_400_000
const none: ArchiveTotal = { events: 0, bytes: 0 }

interface Addition {
  readonly key: Uint8Array
  readonly event: BusEvent
  readonly puts: NonNullable<MetaBatch['puts']>
}

export function createArchivedEvents(deps: {
  readonly meta: MetaStore
  readonly clock: Clock
  readonly archives: Archives
}): ArchivedEvents {
  const { meta, clock, archives } = deps
  /** Ids are the archive's id and the event's place in the queue. */
  const events = createDocuments<BusEvent>(meta, 'events/archived')
  const totals = createDocuments<ArchiveTotal>(meta, 'events/archive-total')
  const compile = createPatterns()

  const wants = ({ busName, pattern }: Archive, { value }: Waiting<Arrival>) =>
    busName === value.busName && (pattern === undefined || compile(pattern)(value.event))

  async function totalChange(scope: Scope, id: string, by: ArchiveTotal): Promise<MetaBatch> {
    const key = totals.keyOf(scope, [id])
    const entry = await meta.get(key)
    const before = entry ? ((await totals.get(scope, id)) ?? none) : none
    const after = { events: before.events + by.events, bytes: before.bytes + by.bytes }
    const { puts } = totals.putBatch(scope, [id], after)
    return { checks: [{ key, version: entry?.version ?? 0 }], puts }
  }

  /** What is not kept yet, whoever may have been at it before. */
  async function additionsTo(scope: Scope, { id }: Archive, arrivals: Waiting<Arrival>[]) {
    const found: Addition[] = []
    for (const { id: place, value } of arrivals) {
      const { event } = value
      const eventId = [id, ...place]
      const key = events.keyOf(scope, eventId)
      if (await meta.get(key)) continue
      found.push({ key, event, puts: events.putBatch(scope, eventId, event).puts })
    }
    return found
  }

  async function keepIn(scope: Scope, archive: Archive, arrivals: Waiting<Arrival>[]) {
    const added = await additionsTo(scope, archive, arrivals)
    if (added.length === 0) return {}
    const bytes = added.reduce((sum, { event }) => sum + sizeOf(event), 0)
    return joined([
      await totalChange(scope, archive.id, { events: added.length, bytes }),
      { checks: added.map(({ key }) => ({ key, version: 0 })) },
      { puts: added.flatMap(({ puts }) => puts) },
    ])
  }

  async function expire(scope: Scope, archive: Archive): Promise<boolean> {
    if (archive.retentionDays === 0) return false
    const oldestMs = clock.wallMs() - archive.retentionDays * DAY_MS
    const page = await events.list(scope, { under: [archive.id], limit: BATCH })
    const old = page.filter(({ id }) => Number(id[1]) < oldestMs)
    if (old.length === 0) return false
    const bytes = old.reduce((sum, { value }) => sum + sizeOf(value), 0)
    const by = { events: -old.length, bytes: -bytes }
    const change = await totalChange(scope, archive.id, by)
    await commitUnlessChanged(meta, {
      ...change,
      removals: old.map(({ id }) => events.keyOf(scope, id)),
    })
    return true
  }

  return {
    async keep(arrivals) {
      const parts: MetaBatch[] = []
      for (const [scope, group] of byScope(arrivals)) {
        for await (const archive of archives.walk(scope, {})) {
          const wanted = group.filter((one) => wants(archive, one))
          if (wanted.length > 0) parts.push(await keepIn(scope, archive, wanted))
        }
      }
      return joined(parts)
    },
    async total(scope, { id }) {
      return (await totals.get(scope, id)) ?? none
    },
    page: (scope, archiveId, { after, limit }) =>
      events.list(scope, { under: [archiveId], limit, ...(after && { after }) }),
    async round() {
      let isMore = false
      for await (const { scope, value } of archives.everywhere()) {
        if (await expire(scope, value)) isMore = true
      }
      for await (const { scope, id } of archives.removed.everywhere()) {
        await events.removeUnder(scope, ...id)
        await totals.remove(scope, ...id)
        await archives.removed.remove(scope, ...id)
      }
      return isMore ? 0 : REST_MS
    },
  }
}

/** AWS: what was replayed is not archived again, and an event of a schedule is for its rule alone. */
function byScope(arrivals: ReadonlyArray<Waiting<Arrival>>) {
  const groups = new Map<string, readonly [Scope, Waiting<Arrival>[]]>()
  for (const one of arrivals) {
    const { scope, event, ruleName } = one.value
    if (event['replay-name'] !== undefined || ruleName !== undefined) continue
    const name = `${scope.accountId}/${scope.region}`
    const group = groups.get(name) ?? [scope, []]
    group[1].push(one)
    groups.set(name, group)
  }
  return groups.values()
}

function sizeOf(event: BusEvent): number {
  return Buffer.byteLength(JSON.stringify(event))
}

function joined(parts: ReadonlyArray<MetaBatch>): MetaBatch {
  return {
    checks: parts.flatMap(({ checks = [] }) => checks),
    puts: parts.flatMap(({ puts = [] }) => puts),
  }
}
