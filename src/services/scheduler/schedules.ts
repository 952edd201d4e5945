import type { Clock } from '../../base/clock.ts'
import type { KeyPart } from '../../base/ordered-key.ts'
import type { Random } from '../../base/random.ts'
import type { Scope } from '../../base/scope.ts'
import type { Documents } from '../../engines/meta/documents.ts'
import { createDocuments } from '../../engines/meta/documents.ts'
import { commitUnlessChanged } from '../../engines/meta/guarded-commit.ts'
import type { MetaBatch, MetaStore } from '../../engines/meta/port.ts'
import type { Invocation, Invocations } from './invocations.ts'
import type { Occurrence, Schedule, ScheduleName, ScheduleSettings } from './schedule.ts'
import { scheduleArn } from './schedule.ts'
import type { ScheduleGroups } from './schedule-groups.ts'
import { conflict, scheduleMissing } from './scheduler-errors.ts'
import { nextOccurrence } from './timing.ts'

/**
 * The schedules of all accounts, and when each is due next. A schedule and its place in the order of
 * what is due are one commit, and so are a firing, its invocation and the time of the next one.
 */
export interface Schedules {
  get(scope: Scope, name: ScheduleName): Promise<Schedule>
  /** The same request again, by its token, changes nothing. */
  create(scope: Scope, name: ScheduleName, request: CreateRequest): Promise<void>
  replace(scope: Scope, name: ScheduleName, settings: ScheduleSettings): Promise<void>
  remove(scope: Scope, name: ScheduleName): Promise<void>
  list(scope: Scope, page: SchedulePage): Promise<ReadonlyArray<Schedule>>
  /** Those whose time has come, the earliest first. */
  due(limit: number): Promise<ReadonlyArray<Due>>
  nextDueMs(): Promise<number | undefined>
  /** Notes an invocation and the time after it; nothing when another firing was faster. */
  fire(due: Due): Promise<void>
  /** Removes what was to go after the last invocation, which this was. */
  complete(invocation: Invocation): Promise<void>
  /** Removes all of a group. */
  removeGroup(scope: Scope, group: string): Promise<void>
}

export interface CreateRequest {
  readonly settings: ScheduleSettings
  readonly clientToken?: string
}

export interface SchedulePage {
  readonly group?: string
  readonly prefix?: string
  readonly enabled?: boolean
  readonly after?: ScheduleName
  readonly limit: number
}

export interface Due extends ScheduleName {
  readonly scope: Scope
  readonly dueMs: number
}

/** One index for all accounts, so that one loop finds what is due. */
const everywhere = { accountId: '', region: '' }
const PAGE = 100
/** AWS invokes with a precision of 60 seconds; what is later than that was missed. */
const LATE_MS = 60_000

export function createSchedules(deps: {
  readonly meta: MetaStore
  readonly clock: Clock
  readonly random: Random
  readonly groups: ScheduleGroups
  readonly invocations: Invocations
}): Schedules {
  const { meta, clock, groups, invocations } = deps
  const documents = createDocuments<Schedule>(meta, 'scheduler/schedule')
  const dues = createDocuments<Due>(meta, 'scheduler/due')
  const plan = createPlan(deps)

  const write = createWrite({ meta, documents, dues })

  const inGroup = (scope: Scope, { group }: ScheduleName) =>
    async function presence() {
      return { checks: await groups.presence(scope, group) }
    }

  async function remove({ accountId, region }: Scope, name: ScheduleName, isGiven = true) {
    await write({ accountId, region }, name, (current) => {
      if (!current && isGiven) throw scheduleMissing(name.name)
      return undefined
    })
  }

  return {
    async get({ accountId, region }, { group, name }) {
      const found = await documents.get({ accountId, region }, group, name)
      if (!found) throw scheduleMissing(name)
      return found
    },
    async create({ accountId, region }, name, request) {
      const scope = { accountId, region }
      const make = (current: Schedule | undefined) => {
        if (!current) return plan.first(name, request)
        if (isSameRequest(current, request)) return current
        throw conflict(`Schedule ${name.name} already exists.`)
      }
      await write(scope, name, make, inGroup(scope, name))
    },
    async replace({ accountId, region }, name, settings) {
      const scope = { accountId, region }
      const change = (current: Schedule | undefined) => {
        if (!current) throw scheduleMissing(name.name)
        return plan.changed(current, settings)
      }
      await write(scope, name, change, inGroup(scope, name))
    },
    remove,
    list: ({ accountId, region }, page) => listPage(documents, { accountId, region }, page),
    async due(limit) {
      const first = await dues.list(everywhere, { limit })
      const nowMs = clock.wallMs()
      return first.map(({ value }) => value).filter(({ dueMs }) => dueMs <= nowMs)
    },
    async nextDueMs() {
      const [first] = await dues.list(everywhere, { limit: 1 })
      return first?.value.dueMs
    },
    async fire({ scope, dueMs, ...name }) {
      const after = (current: Schedule) => plan.afterFiring(current)
      const isOurs = (current: Schedule | undefined) => current?.next?.dueMs === dueMs
      await write(
        scope,
        name,
        (current) => (current && isOurs(current) ? after(current) : current),
        async (current) => {
          if (!current?.next) return {}
          const isLast = after(current).next === undefined
          return { puts: invocations.puts(invocationOf(scope, current, current.next, isLast)) }
        },
      )
    },
    async complete({ scope, name, modifiedMs }) {
      await write(scope, name, (current) =>
        current?.modifiedMs === modifiedMs && !current.next ? undefined : current,
      )
    },
    async removeGroup(scope, group) {
      for (;;) {
        const found = await documents.list(scope, { under: [group], limit: PAGE })
        for (const { value } of found) await remove(scope, value, false)
        if (found.length < PAGE) return
      }
    },
  }
}

/** Changes a schedule and its place among the due ones; `extra` is what else the commit holds. */
function createWrite(deps: {
  readonly meta: MetaStore
  readonly documents: Documents<Schedule>
  readonly dues: Documents<Due>
}) {
  const { meta, documents, dues } = deps
  return async function write(
    scope: Scope,
    { group, name }: ScheduleName,
    change: (current: Schedule | undefined) => Schedule | undefined,
    extra: (current: Schedule | undefined) => Promise<MetaBatch> = async () => ({}),
  ): Promise<void> {
    const key = documents.keyOf(scope, [group, name])
    for (;;) {
      const entry = await meta.get(key)
      const current = entry && (JSON.parse(Buffer.from(entry.value).toString()) as Schedule)
      const changed = change(current)
      if (changed === current) return
      const more = await extra(current)
      // One that stays where it is must not be among what is removed.
      const isMoved = current?.next?.dueMs !== changed?.next?.dueMs
      const old =
        isMoved && current?.next && idOf({ scope, group, name, dueMs: current.next.dueMs })
      const due = changed?.next && { scope, group, name, dueMs: changed.next.dueMs }
      const isDone = await commitUnlessChanged(meta, {
        checks: [{ key, version: entry?.version ?? 0 }, ...(more.checks ?? [])],
        removals: [...(old ? [dues.keyOf(everywhere, old)] : []), ...(changed ? [] : [key])],
        puts: [
          ...(changed ? documents.putBatch(scope, [group, name], changed).puts : []),
          ...(due ? dues.putBatch(everywhere, idOf(due), due).puts : []),
          ...(more.puts ?? []),
        ],
      })
      if (isDone) return
    }
  }
}

/** What a schedule is after each thing that can happen to it. */
function createPlan({ clock, random }: { readonly clock: Clock; readonly random: Random }) {
  function next(schedule: Schedule, afterMs: number): Schedule {
    const { next: _, ...rest } = schedule
    const { enabled, timing, windowMinutes } = schedule.settings
    const full = { ...timing, anchorMs: schedule.anchorMs }
    const atMs = enabled ? nextOccurrence(full, afterMs) : undefined
    if (atMs === undefined) return rest
    const dueMs = atMs + Math.floor(random.unit() * windowMinutes * 60_000)
    return { ...rest, next: { atMs, dueMs } }
  }

  return {
    first({ group, name }: ScheduleName, { settings, clientToken }: CreateRequest): Schedule {
      const nowMs = clock.wallMs()
      const token = clientToken !== undefined && { clientToken }
      const times = { anchorMs: nowMs, createdMs: nowMs, modifiedMs: nowMs }
      // AWS: a rate without a start begins at once.
      return next({ group, name, settings, ...times, ...token }, nowMs - 1)
    },
    changed(current: Schedule, settings: ScheduleSettings): Schedule {
      const nowMs = clock.wallMs()
      const changed = { ...current, settings, modifiedMs: nowMs }
      if (!isEqual(settings.timing, current.settings.timing)) {
        return next({ ...changed, anchorMs: nowMs }, nowMs - 1)
      }
      const isKept =
        settings.enabled === current.settings.enabled &&
        settings.windowMinutes === current.settings.windowMinutes
      return isKept ? changed : next(changed, nowMs)
    },
    /** Of the times that passed while no server ran, one is made up for. */
    afterFiring(current: Schedule): Schedule {
      const nowMs = clock.wallMs()
      const atMs = current.next?.atMs ?? nowMs
      const wasMissed = nowMs - atMs > current.settings.windowMinutes * 60_000 + LATE_MS
      return next(current, wasMissed ? nowMs : atMs)
    },
  }
}

function invocationOf(
  scope: Scope,
  { group, name, settings, modifiedMs }: Schedule,
  { atMs, dueMs }: Occurrence,
  isLast: boolean,
): Omit<Invocation, 'attempts'> {
  return {
    ...{ scope, name: { group, name }, modifiedMs, atMs, createdMs: dueMs },
    scheduleArn: scheduleArn(scope, { group, name }),
    target: settings.target,
    completes: isLast && settings.deleteWhenDone,
  }
}

async function listPage(
  documents: Documents<Schedule>,
  scope: Scope,
  { group, prefix = '', enabled, after, limit }: SchedulePage,
): Promise<ReadonlyArray<Schedule>> {
  const found: Schedule[] = []
  const under = group === undefined ? {} : { under: [group] }
  let last = after
  for (;;) {
    const from = last && (group === undefined ? [last.group, last.name] : [last.name])
    const page = await documents.list(scope, {
      ...under,
      limit: PAGE,
      ...(from && { after: from }),
    })
    for (const { value } of page) {
      const isWanted = enabled === undefined || value.settings.enabled === enabled
      if (isWanted && value.name.startsWith(prefix)) found.push(value)
      if (found.length === limit) return found
    }
    last = page.at(-1)?.value
    if (page.length < PAGE) return found
  }
}

function idOf({ dueMs, scope, group, name }: Due): ReadonlyArray<KeyPart> {
  return [dueMs, scope.accountId, scope.region, group, name]
}

function isSameRequest(current: Schedule, { settings, clientToken }: CreateRequest): boolean {
  return current.clientToken === clientToken && isEqual(current.settings, settings)
}

/** Of what is kept as JSON, and was made by the same code. */
function isEqual(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
