import { createHash } from 'node:crypto'
import type { EventBatch } from '../triggers/event-batches.ts'
import type { Trigger, TriggerAction, TriggerPredicate } from '../triggers/triggers.ts'

/**
 * One run of a workflow: what its triggers were when it began, and what has become of their actions.
 * The functions below are all that moves it; they know no store and no clock.
 */
export interface WorkflowRun {
  readonly workflow: string
  /** Sorts by the time of its start. */
  readonly id: string
  readonly previousRunId?: string
  readonly state: 'RUNNING' | 'COMPLETED' | 'STOPPING' | 'STOPPED' | 'ERROR'
  readonly error?: string
  readonly properties: Readonly<Record<string, string>>
  readonly startedMs: number
  readonly completedMs?: number
  /** The events that started it. */
  readonly batch?: EventBatch
  readonly triggers: ReadonlyArray<RunTrigger>
  readonly actions: ReadonlyArray<RunAction>
}

/** A trigger as it was at the run's start. */
export type RunTrigger = Pick<
  Trigger,
  'name' | 'type' | 'state' | 'description' | 'schedule' | 'actions' | 'predicate' | 'batching'
> & { readonly workflow: string; readonly hasFired: boolean }

export interface RunAction {
  /** Of the job run or crawl: chosen before it is started, so that it is started once. */
  readonly id: string
  readonly trigger: string
  readonly action: TriggerAction
  readonly state: 'WAITING' | 'RUNNING' | ActionEnd
  readonly startedMs?: number
  readonly endedMs?: number
  readonly error?: string
}

/** `ERROR` is an action that could not be started. */
export type ActionEnd = 'SUCCEEDED' | 'FAILED' | 'TIMEOUT' | 'STOPPED' | 'CANCELLED' | 'ERROR'

export const isOver = ({ state }: WorkflowRun) => state !== 'RUNNING' && state !== 'STOPPING'

const isActive = ({ state }: RunAction) => state === 'WAITING' || state === 'RUNNING'

/** A run whose starting trigger has fired. */
export function begun(
  run: Omit<WorkflowRun, 'state' | 'triggers' | 'actions'>,
  triggers: ReadonlyArray<Trigger>,
  start: string,
): WorkflowRun {
  const copies = triggers.map((trigger) => copyOf(trigger, run.workflow))
  const blank = { ...run, state: 'RUNNING', triggers: copies, actions: [] } as const
  return advanced(fired(blank, start, run.startedMs), run.startedMs)
}

function copyOf(trigger: Trigger, workflow: string): RunTrigger {
  const { name, type, state, description, schedule, actions, predicate, batching } = trigger
  return {
    ...{ name, type, state, actions, workflow, hasFired: false },
    ...(description !== undefined && { description }),
    ...(schedule !== undefined && { schedule }),
    ...(predicate && { predicate }),
    ...(batching && { batching }),
  }
}

export function withStarted(run: WorkflowRun, actionId: string, nowMs: number): WorkflowRun {
  return withAction(run, actionId, (action) =>
    action.state === 'WAITING' ? { ...action, state: 'RUNNING', startedMs: nowMs } : action,
  )
}

/** The end of an action; what waited for it is to be started. Told twice it does nothing. */
export function withEnd(
  run: WorkflowRun,
  actionId: string,
  end: { readonly state: ActionEnd; readonly error?: string },
  nowMs: number,
): WorkflowRun {
  const ended = withAction(run, actionId, (action) =>
    isActive(action) ? { ...action, ...end, endedMs: nowMs } : action,
  )
  return advanced(ended, nowMs)
}

/** Nothing is started any more. */
export function stopping(run: WorkflowRun, nowMs: number): WorkflowRun {
  return advanced({ ...run, state: 'STOPPING' }, nowMs)
}

function withAction(run: WorkflowRun, id: string, edit: (action: RunAction) => RunAction) {
  return { ...run, actions: run.actions.map((one) => (one.id === id ? edit(one) : one)) }
}

/** Fires the triggers whose conditions hold, each once; a run of which nothing is active is over. */
function advanced(run: WorkflowRun, nowMs: number): WorkflowRun {
  if (isOver(run)) return run
  const due = run.state === 'RUNNING' ? run.triggers.filter((one) => isDue(one, run.actions)) : []
  const next = due.reduce((current, { name }) => fired(current, name, nowMs), run)
  if (next.actions.some(isActive)) return next
  return { ...next, state: run.state === 'RUNNING' ? 'COMPLETED' : 'STOPPED', completedMs: nowMs }
}

function isDue(trigger: RunTrigger, actions: ReadonlyArray<RunAction>): boolean {
  const { type, state, predicate, hasFired } = trigger
  if (type !== 'CONDITIONAL' || state !== 'ACTIVATED' || hasFired || !predicate) return false
  return holds(predicate, actions)
}

function holds({ logical, conditions }: TriggerPredicate, actions: ReadonlyArray<RunAction>) {
  const held = conditions.map(({ kind, name, state }) =>
    actions.some(
      (one) => one.action.kind === kind && one.action.name === name && one.state === state,
    ),
  )
  return logical === 'ANY' ? held.includes(true) : !held.includes(false)
}

function fired(run: WorkflowRun, name: string, nowMs: number): WorkflowRun {
  const trigger = run.triggers.find((one) => one.name === name)
  const added = (trigger?.actions ?? []).map((action, at): RunAction => {
    const id = idOf(action.kind, nowMs, `${run.id}\n${name}\n${at}`)
    return { id, trigger: name, action, state: 'WAITING' }
  })
  return {
    ...run,
    triggers: run.triggers.map((one) => (one.name === name ? { ...one, hasFired: true } : one)),
    actions: [...run.actions, ...added],
  }
}

/**
 * A run that takes up where another has ended: the actions of the chosen nodes once more, and then what
 * waits for them. All others stay as they were.
 */
export function resumed(
  old: WorkflowRun,
  begin: { readonly id: string; readonly startedMs: number },
  isChosen: (node: RunNode) => boolean,
): WorkflowRun {
  const { completedMs: _completed, error: _error, batch: _batch, ...rest } = old
  const anew = triggersBehind(old.triggers, isChosen)
  const triggers = old.triggers.map((one) =>
    anew.has(one.name) ? { ...one, hasFired: false } : one,
  )
  const kept = old.actions.filter(({ trigger }) => !anew.has(trigger))
  const actions = kept.map((one, at): RunAction => {
    if (!isChosen(one.action)) return one
    const { action, trigger } = one
    const id = idOf(action.kind, begin.startedMs, `${begin.id}\n${trigger}\nagain ${at}`)
    return { id, trigger, action, state: 'WAITING' }
  })
  const next = {
    ...rest,
    ...begin,
    previousRunId: old.id,
    state: 'RUNNING',
    triggers,
    actions,
  } as const
  return advanced(next, begin.startedMs)
}

type RunNode = Pick<TriggerAction, 'kind' | 'name'>

/** The triggers that wait for the chosen nodes, or for what such triggers start. */
function triggersBehind(
  triggers: ReadonlyArray<RunTrigger>,
  isChosen: (node: RunNode) => boolean,
): ReadonlySet<string> {
  const behind = new Set<string>()
  const started: RunNode[] = []
  const isRedone = (node: RunNode) =>
    isChosen(node) || started.some(({ kind, name }) => kind === node.kind && name === node.name)
  for (let before = -1; before < behind.size; ) {
    before = behind.size
    for (const { name, predicate, actions } of triggers) {
      if (behind.has(name) || !predicate?.conditions.some(isRedone)) continue
      behind.add(name)
      started.push(...actions)
    }
  }
  return behind
}

/** As AWS's look: that of a job run, sorting by its time, or that of a crawl. */
function idOf(kind: TriggerAction['kind'], timeMs: number, seed: string): string {
  const digest = createHash('sha256').update(seed).digest('hex')
  if (kind === 'job') return `jr_${timeMs.toString(16).padStart(12, '0')}${digest.slice(0, 52)}`
  return [
    digest.slice(0, 8),
    digest.slice(8, 12),
    digest.slice(12, 16),
    digest.slice(16, 20),
    digest.slice(20, 32),
  ].join('-')
}

/** The same for the same cause, so that a firing that is repeated starts one run. */
export function runIdOf(seed: string, timeMs: number): string {
  const digest = createHash('sha256').update(seed).digest('hex')
  return `wr_${timeMs.toString(16).padStart(12, '0')}${digest.slice(0, 52)}`
}
