import { decodeKey } from '../../../base/ordered-key.ts'
import type { Scope } from '../../../base/scope.ts'
import { createWaker } from '../../../base/waker.ts'
import type { Background } from '../../../engines/meta/background.ts'
import type { Draft } from '../draft.ts'
import { commitDraft } from '../draft.ts'
import type { MessageState } from '../message-rows.ts'
import { rowKeys } from '../message-rows.ts'
import type { MessagesDeps } from '../messages.ts'
import type { OwnedQueue } from '../queue.ts'
import type { MoveTask } from './move-task.ts'
import type { MoveTasks } from './move-tasks.ts'
import { activeTask, putTask } from './move-tasks.ts'

/** Works all move tasks, each owned by a lease. */
export interface Mover {
  /** There is a new task. */
  wake(): void
  /** At rest when resolved. */
  run(background: Background, signal: AbortSignal): Promise<void>
}

export interface MoverDeps extends MessagesDeps {
  readonly tasks: MoveTasks
}

/** Messages of one commit. */
const BATCH = 50
/** How soon a task is seen that another node made. */
const WATCH_MS = 1_000

interface Step {
  readonly task: MoveTask
  readonly moved: number
  /** Ids of the queues that got messages. */
  readonly targets: ReadonlySet<string>
}

/**
 * Each step moves some messages and counts them in one commit, so that a crash neither loses nor
 * doubles one. Only visible messages are moved; the task is done when there is none left.
 */
export function createMover(deps: MoverDeps): Mover {
  const { meta, clock, tasks, queues, inTurn, signals } = deps
  const waker = createWaker(clock)
  const working = new Map<string, Promise<void>>()
  const moveSome = createMove(deps)

  async function step(source: OwnedQueue): Promise<Step | undefined> {
    return inTurn(source, () =>
      commitDraft(meta, async (draft) => {
        const task = await activeTask(draft, source.scope, source.name)
        if (!task) return undefined
        const done = await moveSome(draft, source, task)
        putTask(draft, source.scope, source.name, done.task)
        return done
      }),
    )
  }

  async function round(scope: Scope, queueName: string): Promise<number | 'done'> {
    const source = await queues.find(scope, queueName)
    if (!source) {
      await giveUp(scope, queueName)
      return 'done'
    }
    const done = await step(source)
    for (const id of done?.targets ?? []) signals.notify(id)
    if (!done || (done.task.status !== 'RUNNING' && done.task.status !== 'CANCELLING'))
      return 'done'
    const { perSecondMax } = done.task
    return perSecondMax === undefined ? 0 : (done.moved * 1000) / perSecondMax
  }

  /** The queue that the messages were moved from is gone, and they with it. */
  function giveUp(scope: Scope, queueName: string): Promise<void> {
    return commitDraft(meta, async (draft) => {
      const task = await activeTask(draft, scope, queueName)
      if (task) putTask(draft, scope, queueName, { ...task, ...failed(NO_QUEUE) })
    })
  }

  return {
    wake: waker.wake,
    async run(background, signal) {
      while (!signal.aborted) {
        for (const { scope, queueName } of await tasks.active()) {
          const name = `sqs/move/${scope.accountId}/${scope.region}/${queueName}`
          if (working.has(name)) continue
          const done = () => void working.delete(name)
          const work = background.run({ name, round: () => round(scope, queueName) }, signal)
          working.set(name, work.then(done, done))
        }
        await waker.wait(WATCH_MS, signal)
      }
      await Promise.all(working.values())
    },
  }
}

const NO_QUEUE = 'AWS.SimpleQueueService.NonExistentQueue'

function failed(failure: string) {
  return { status: 'FAILED', failure } as const
}

function createMove(deps: MoverDeps) {
  const { clock, random, rows, queues, nextOrder } = deps

  return async (draft: Draft, source: OwnedQueue, task: MoveTask): Promise<Step> => {
    const targets = new Set<string>()
    const ended = (outcome: Partial<MoveTask>, moved = 0) => ({
      ...{ targets, moved },
      task: { ...task, ...outcome, moved: task.moved + moved },
    })
    if (task.status === 'CANCELLING') return ended({ status: 'CANCELLED' })
    const count = Math.min(BATCH, Math.ceil((task.perSecondMax ?? BATCH * 10) / 10))
    const states = await visibleStates(deps, draft, source, count)
    if (states.length === 0) return ended({ status: 'COMPLETED' })
    let moved = 0
    const groups = new Set<string>()
    let outcome: Partial<MoveTask> = {}
    for (const state of states) {
      const content = await rows.content(source, state.id)
      const arn = task.destinationArn ?? content?.deadLetterSource
      const target = arn === undefined ? undefined : await queues.findByArn(arn)
      if (!target || !content) {
        outcome = failed(arn === undefined ? 'CouldNotDetermineMessageSource' : NO_QUEUE)
        break
      }
      rows.remove(draft, source, state)
      if (state.groupId !== undefined) groups.add(state.groupId)
      // AWS: a moved message is a new one, with an id and a time of its own.
      const nowMs = clock.wallMs()
      const { deadLetterSource: _, ...kept } = content
      const fresh: MessageState = {
        ...{ id: random.uuid(), order: nextOrder(), visibleMs: nowMs, held: 'delay' },
        ...{ receives: 0, sentMs: nowMs },
        ...(state.groupId !== undefined && { groupId: state.groupId }),
      }
      await rows.add(draft, target, fresh, kept)
      targets.add(target.id)
      moved++
    }
    for (const group of groups) await rows.settleTurn(draft, source, group, clock.wallMs())
    return ended(outcome, moved)
  }
}

/** The next messages that could be received now; those of a group in their order. */
async function visibleStates(
  { meta, clock, rows }: MoverDeps,
  draft: Draft,
  source: OwnedQueue,
  count: number,
): Promise<ReadonlyArray<MessageState>> {
  const keys = rowKeys(source)
  const nowMs = clock.wallMs()
  const { fifo } = source.settings
  const prefix = fifo ? keys.readies() : keys.visibles()
  const found: MessageState[] = []
  for (const { key } of await meta.scan({ prefix, limit: count })) {
    const [timeMs, ...rest] = decodeKey(key).slice(4)
    if (Number(timeMs) > nowMs || found.length >= count) break
    if (fifo) {
      const groupId = String(rest[0])
      await draft.get(keys.turn(groupId))
      const { states } = await rows.memberStates(draft, source, groupId)
      const hidden = states.findIndex(({ visibleMs }) => visibleMs > nowMs)
      const visible = hidden < 0 ? states : states.slice(0, hidden)
      found.push(...visible.slice(0, count - found.length))
      continue
    }
    const state = await draft.get<MessageState>(keys.state(String(rest[1])))
    if (state && state.visibleMs === timeMs) found.push(state)
  }
  return found
}
