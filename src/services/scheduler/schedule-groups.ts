import type { Clock } from '../../base/clock.ts'
import type { Scope } from '../../base/scope.ts'
import type { Documents } from '../../engines/meta/documents.ts'
import { createDocuments } from '../../engines/meta/documents.ts'
import { commitUnlessChanged } from '../../engines/meta/guarded-commit.ts'
import type { MetaBatch, MetaStore } from '../../engines/meta/port.ts'
import { schedulerLimits } from './limits.ts'
import { DEFAULT_GROUP } from './schedule.ts'
import { conflict, groupMissing, quotaExceeded, validation } from './scheduler-errors.ts'

export interface ScheduleGroup {
  readonly name: string
  /** While true, its schedules are being removed; then it goes itself. */
  readonly deleting: boolean
  readonly createdMs: number
  readonly modifiedMs: number
  readonly tags: Readonly<Record<string, string>>
  readonly clientToken?: string
}

/** The groups of all accounts. `default` is always there, without having been made. */
export interface ScheduleGroups {
  get(scope: Scope, name: string): Promise<ScheduleGroup>
  create(
    scope: Scope,
    name: string,
    tags: ScheduleGroup['tags'],
    clientToken: string | undefined,
  ): Promise<void>
  change(scope: Scope, name: string, change: (group: ScheduleGroup) => ScheduleGroup): Promise<void>
  /** Marks it; the background loop does the rest. */
  startRemoval(scope: Scope, name: string): Promise<void>
  list(scope: Scope, page: GroupPage): Promise<ReadonlyArray<ScheduleGroup>>
  /** What makes a commit fail when the group is not there, or on its way out. */
  presence(scope: Scope, name: string): Promise<NonNullable<MetaBatch['checks']>>
  /** All that are to be removed. */
  removals(): Promise<ReadonlyArray<GroupRemoval>>
  /** After its last schedule is gone. */
  finishRemoval(removal: GroupRemoval): Promise<void>
}

export interface GroupPage {
  readonly prefix?: string
  readonly after?: string
  readonly limit: number
}

export interface GroupRemoval {
  readonly scope: Scope
  readonly name: string
}

/** Removals are kept in one place for all accounts, so that one loop finds them. */
const everywhere = { accountId: '', region: '' }
const REMOVALS = 100

export function createScheduleGroups(deps: {
  readonly meta: MetaStore
  readonly clock: Clock
}): ScheduleGroups {
  const { meta, clock } = deps
  const documents = createDocuments<ScheduleGroup>(meta, 'scheduler/group')

  /** Until it gets tags, the default group is nowhere written down. */
  const defaultGroup: ScheduleGroup = {
    ...{ name: DEFAULT_GROUP, deleting: false, createdMs: 0, modifiedMs: 0, tags: {} },
  }

  async function find(scope: Scope, name: string): Promise<ScheduleGroup | undefined> {
    const found = await documents.get(scope, name)
    return found ?? (name === DEFAULT_GROUP ? defaultGroup : undefined)
  }

  async function get(scope: Scope, name: string): Promise<ScheduleGroup> {
    const group = await find(scope, name)
    if (!group) throw groupMissing(name)
    return group
  }

  async function change(
    scope: Scope,
    name: string,
    apply: (group: ScheduleGroup) => ScheduleGroup,
  ): Promise<void> {
    if (name === DEFAULT_GROUP) await documents.create(scope, [name], defaultGroup)
    const changed = await documents.update(scope, [name], (group) => ({
      ...apply(group),
      modifiedMs: clock.wallMs(),
    }))
    if (!changed) throw groupMissing(name)
  }

  async function presence({ accountId, region }: Scope, name: string) {
    if (name === DEFAULT_GROUP) return []
    const scope = { accountId, region }
    // Read in this order, the check fails when what is read second is newer.
    const key = documents.keyOf(scope, [name])
    const entry = await meta.get(key)
    const group = await documents.get(scope, name)
    if (!entry || !group) throw groupMissing(name)
    if (group.deleting) throw conflict(`Schedule group ${name} is being deleted.`)
    return [{ key, version: entry.version }]
  }

  return {
    get,
    change,
    presence,
    async create({ accountId, region }, name, tags, clientToken) {
      const scope = { accountId, region }
      const all = await documents.list(scope, { limit: schedulerLimits.groupsMax })
      const there = await find(scope, name)
      if (there && clientToken !== undefined && there.clientToken === clientToken) return
      if (there) throw conflict(`Schedule group ${name} already exists.`)
      // The default group counts too, written down or not.
      const own = all.filter(({ value }) => value.name !== DEFAULT_GROUP)
      if (own.length >= schedulerLimits.groupsMax - 1) {
        throw quotaExceeded('The quota of schedule groups is exhausted.')
      }
      const nowMs = clock.wallMs()
      const times = { createdMs: nowMs, modifiedMs: nowMs }
      const token = clientToken !== undefined && { clientToken }
      const made = { name, deleting: false, ...times, tags, ...token }
      if (await documents.create(scope, [name], made)) return
      throw conflict(`Schedule group ${name} already exists.`)
    },
    async list({ accountId, region }, { prefix, after, limit }) {
      const scope = { accountId, region }
      const found = await documents.list(scope, {
        limit,
        ...(prefix !== undefined && { prefix }),
        ...(after !== undefined && { after: [after] }),
      })
      const groups = found.map(({ value }) => value)
      const isWanted = DEFAULT_GROUP.startsWith(prefix ?? '') && DEFAULT_GROUP > (after ?? '')
      if (!isWanted || groups.some(({ name }) => name === DEFAULT_GROUP)) return groups
      const all = [...groups, defaultGroup]
      return all.sort((a, b) => (a.name < b.name ? -1 : 1)).slice(0, limit)
    },
    ...createRemovals({ meta, clock, documents, get, presence }),
  }
}

function createRemovals(deps: {
  readonly meta: MetaStore
  readonly clock: Clock
  readonly documents: Documents<ScheduleGroup>
  readonly get: ScheduleGroups['get']
  readonly presence: ScheduleGroups['presence']
}): Pick<ScheduleGroups, 'startRemoval' | 'removals' | 'finishRemoval'> {
  const { meta, clock, documents, get, presence } = deps
  const removals = createDocuments<GroupRemoval>(meta, 'scheduler/group-removal')
  const removalId = ({ scope, name }: GroupRemoval) => [scope.accountId, scope.region, name]

  return {
    async startRemoval({ accountId, region }, name) {
      const scope = { accountId, region }
      if (name === DEFAULT_GROUP) throw validation('You cannot delete the default schedule group.')
      for (;;) {
        const [check] = await presence(scope, name)
        const deleting = { ...(await get(scope, name)), deleting: true, modifiedMs: clock.wallMs() }
        const puts = [
          ...documents.putBatch(scope, [name], deleting).puts,
          ...removals.putBatch(everywhere, removalId({ scope, name }), { scope, name }).puts,
        ]
        if (check && (await commitUnlessChanged(meta, { checks: [check], puts }))) return
      }
    },
    async removals() {
      const found = await removals.list(everywhere, { limit: REMOVALS })
      return found.map(({ value }) => value)
    },
    async finishRemoval(removal) {
      const group = await documents.get(removal.scope, removal.name)
      if (group?.deleting) await documents.remove(removal.scope, removal.name)
      await removals.remove(everywhere, ...removalId(removal))
    },
  }
}
