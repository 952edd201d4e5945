import type { Clock } from '../../../base/clock.ts'
import { ServiceError } from '../../../base/errors.ts'
import { nextTime, parseSchedule } from '../../../base/schedule.ts'
import type { Scope } from '../../../base/scope.ts'
import type { Document, Documents } from '../../../engines/meta/documents.ts'
import { createDocuments } from '../../../engines/meta/documents.ts'
import type { MetaStore } from '../../../engines/meta/port.ts'
import { alreadyExists, entityNotFound, invalidInput } from '../catalog-errors.ts'
import { limits } from '../limits.ts'
import type { EventBatch } from './event-batches.ts'
import { gathered, takeBatch } from './event-batches.ts'

export interface TriggerDefinition {
  readonly name: string
  readonly type: 'ON_DEMAND' | 'SCHEDULED' | 'CONDITIONAL' | 'EVENT'
  /** The workflow that it starts, or goes on with; a trigger of none stands for itself. */
  readonly workflow?: string
  readonly description?: string
  readonly schedule?: string
  readonly actions: ReadonlyArray<TriggerAction>
  readonly predicate?: TriggerPredicate
  /** How many events an EVENT trigger waits for, and how long after the first. */
  readonly batching?: { readonly size: number; readonly windowSeconds: number }
}

export type TriggerAction =
  | {
      readonly kind: 'job'
      readonly name: string
      readonly arguments?: Readonly<Record<string, string>>
      readonly timeoutMinutes?: number
    }
  | { readonly kind: 'crawler'; readonly name: string }

export interface TriggerPredicate {
  readonly logical: 'AND' | 'ANY'
  readonly conditions: ReadonlyArray<TriggerCondition>
}

export interface TriggerCondition {
  readonly kind: 'job' | 'crawler'
  readonly name: string
  readonly state: string
}

export interface Trigger extends TriggerDefinition {
  readonly state: 'CREATED' | 'ACTIVATED' | 'DEACTIVATED'
  readonly nextMs?: number
  /** Conditions of an AND that hold, by their place. */
  readonly met: ReadonlyArray<number>
  /** Firings whose actions are still to be started. */
  readonly firings: ReadonlyArray<Firing>
  /** The last events that were looked at, so that a repeated one does nothing. */
  readonly seen: ReadonlyArray<string>
  /** Events that wait for their batch to be full. */
  readonly waiting?: { readonly sinceMs: number; readonly eventIds: ReadonlyArray<string> }
}

export interface Firing {
  /** Names the event; the runs that it starts get their ids from it. */
  readonly cause: string
  readonly timeMs: number
  /** Of an EVENT trigger. */
  readonly batch?: EventBatch
}

/** The end of a job run or crawl. */
export interface TriggerEvent {
  readonly kind: 'job' | 'crawler'
  readonly name: string
  readonly state: string
  readonly id: string
}

/** The triggers of all accounts. What is to fire is durable before anything is started. */
export interface Triggers {
  find(scope: Scope, name: string): Promise<Trigger | undefined>
  get(scope: Scope, name: string): Promise<Trigger>
  page(
    scope: Scope,
    page: { readonly after?: string; readonly limit: number },
  ): Promise<ReadonlyArray<Trigger>>
  create(scope: Scope, definition: TriggerDefinition, activated: boolean): Promise<void>
  update(scope: Scope, name: string, change: Partial<TriggerDefinition>): Promise<Trigger>
  remove(scope: Scope, name: string): Promise<boolean>
  /** Activates; one on demand fires. */
  start(scope: Scope, name: string): Promise<Trigger>
  stop(scope: Scope, name: string): Promise<void>
  /** Notes the event with the triggers that wait for it; answers those that now have firings. */
  note(scope: Scope, event: TriggerEvent): Promise<ReadonlyArray<string>>
  /**
   * Gives an event to an EVENT trigger, once; durable when resolved. Rejects with
   * `ThrottlingException` when too many batches are still to be started.
   */
  gather(scope: Scope, name: string, eventId: string): Promise<void>
  /** Notes that the window of the batch which waits since then has passed. */
  endWindow(scope: Scope, name: string, sinceMs: number): Promise<void>
  /** Those of a workflow. */
  ofWorkflow(scope: Scope, workflow: string): Promise<ReadonlyArray<Trigger>>
  /** Notes that the time of a schedule has come. */
  due(scope: Scope, name: string, dueMs: number): Promise<void>
  fired(scope: Scope, name: string, cause: string): Promise<void>
  everywhere(): AsyncIterable<Document<Trigger>>
}

const SEEN_MAX = 50

export function createTriggers({
  meta,
  clock,
}: {
  readonly meta: MetaStore
  readonly clock: Clock
}): Triggers {
  const documents = createDocuments<Trigger>(meta, 'glue/trigger')

  async function change(scope: Scope, name: string, edit: (current: Trigger) => Trigger) {
    const changed = await documents.update(scope, [name], edit)
    if (!changed) throw triggerNotFound(name)
    return changed
  }

  async function page(
    scope: Scope,
    { after, limit }: { readonly after?: string; readonly limit: number },
  ) {
    const found = await documents.list(scope, { limit, ...(after && { after: [after] }) })
    return found.map(({ value }) => value)
  }

  return {
    page,
    find: (scope, name) => documents.get(scope, name),
    everywhere: () => documents.everywhere(),
    remove: (scope, name) => documents.remove(scope, name),
    async get(scope, name) {
      const found = await documents.get(scope, name)
      if (!found) throw triggerNotFound(name)
      return found
    },
    async create(scope, definition, activated) {
      if ((await page(scope, { limit: limits.triggersMax })).length >= limits.triggersMax) {
        throw tooManyTriggers()
      }
      const state = activated ? 'ACTIVATED' : 'CREATED'
      const blank = { ...definition, state, met: [], firings: [], seen: [] } as const
      if (!(await documents.create(scope, [definition.name], scheduled(blank, clock.wallMs())))) {
        throw alreadyExists(
          `Trigger with name ${definition.name} already submitted with different configuration`,
        )
      }
    },
    update: (scope, name, edits) =>
      change(scope, name, (current) =>
        scheduled({ ...current, ...edits, met: [] }, clock.wallMs()),
      ),
    start: (scope, name) => change(scope, name, (current) => started(current, clock.wallMs())),
    async stop(scope, name) {
      await change(scope, name, (current) => {
        if (current.type === 'ON_DEMAND')
          throw invalidInput('An ON_DEMAND trigger cannot be stopped')
        const { waiting: _waiting, ...rest } = current
        return scheduled({ ...rest, state: 'DEACTIVATED', met: [] }, clock.wallMs())
      })
    },
    async note(scope, event) {
      const waiting = (await page(scope, { limit: limits.triggersMax })).filter((trigger) =>
        concerns(trigger, event),
      )
      const firing: string[] = []
      for (const { name } of waiting) {
        const noted = await documents.update(scope, [name], (current) =>
          withEvent(current, event, clock.wallMs()),
        )
        if (noted && noted.firings.length > 0) firing.push(name)
      }
      return firing
    },
    ...eventsOf(documents, clock),
    async ofWorkflow(scope, workflow) {
      const all = await page(scope, { limit: limits.triggersMax })
      return all.filter((trigger) => trigger.workflow === workflow)
    },
    async due(scope, name, dueMs) {
      await documents.update(scope, [name], (current) => {
        if (current.nextMs !== dueMs) return current
        const firing = { cause: `schedule/${dueMs}`, timeMs: dueMs }
        const firings = [...current.firings, firing]
        return scheduled({ ...current, firings }, clock.wallMs())
      })
    },
    async fired(scope, name, cause) {
      await documents.update(scope, [name], (current) => ({
        ...current,
        firings: current.firings.filter((firing) => firing.cause !== cause),
      }))
    },
  }
}

function eventsOf(
  documents: Documents<Trigger>,
  clock: Clock,
): Pick<Triggers, 'gather' | 'endWindow'> {
  return {
    async gather(scope, name, eventId) {
      const found = await documents.update(scope, [name], (current) =>
        gathered(current, eventId, clock.wallMs()),
      )
      if (!found) throw triggerNotFound(name)
    },
    async endWindow(scope, name, sinceMs) {
      await documents.update(scope, [name], (current) =>
        current.waiting?.sinceMs === sinceMs
          ? takeBatch(current, 'window', clock.wallMs())
          : current,
      )
    },
  }
}

/** With the time of its next firing, or without one. */
function scheduled(trigger: Trigger, nowMs: number): Trigger {
  const { nextMs: _next, ...rest } = trigger
  if (trigger.type !== 'SCHEDULED' || trigger.state !== 'ACTIVATED') return rest
  const schedule = parseSchedule(trigger.schedule ?? '')
  const nextMs = schedule && nextTime(schedule, nowMs)
  return nextMs === undefined ? rest : { ...rest, nextMs }
}

function started(trigger: Trigger, nowMs: number): Trigger {
  if (trigger.type === 'ON_DEMAND') {
    const count = trigger.seen.length
    const cause = `demand/${nowMs}/${count}`
    return {
      ...trigger,
      firings: [...trigger.firings, { cause, timeMs: nowMs }],
      seen: [...trigger.seen, cause].slice(-SEEN_MAX),
    }
  }
  return scheduled({ ...trigger, state: 'ACTIVATED' }, nowMs)
}

function concerns(trigger: Trigger, event: TriggerEvent): boolean {
  if (trigger.type !== 'CONDITIONAL' || trigger.state !== 'ACTIVATED') return false
  // A workflow's own look at what its run did.
  if (trigger.workflow !== undefined) return false
  return trigger.predicate?.conditions.some((condition) => holds(condition, event)) ?? false
}

const holds = (condition: TriggerCondition, event: TriggerEvent) =>
  condition.kind === event.kind && condition.name === event.name && condition.state === event.state

function withEvent(trigger: Trigger, event: TriggerEvent, nowMs: number): Trigger {
  const { predicate } = trigger
  if (!predicate || !concerns(trigger, event) || trigger.seen.includes(event.id)) return trigger
  const seen = [...trigger.seen, event.id].slice(-SEEN_MAX)
  const held = predicate.conditions.flatMap((one, at) => (holds(one, event) ? [at] : []))
  const met = [...new Set([...trigger.met, ...held])]
  const fires = predicate.logical === 'ANY' || met.length === predicate.conditions.length
  if (!fires) return { ...trigger, seen, met }
  const firings = [...trigger.firings, { cause: event.id, timeMs: nowMs }]
  return { ...trigger, seen, met: [], firings }
}

const triggerNotFound = (name: string) => entityNotFound(`Trigger ${name} not found.`)

const tooManyTriggers = () =>
  new ServiceError(
    'ResourceNumberLimitExceededException',
    'More triggers cannot be created. The maximum limit has been reached.',
  )
