import { parseArn } from '../../../base/arn.ts'
import type { Clock } from '../../../base/clock.ts'
import { ServiceError } from '../../../base/errors.ts'
import { decodeKey, encodeKey } from '../../../base/ordered-key.ts'
import type { Random } from '../../../base/random.ts'
import type { Scope } from '../../../base/scope.ts'
import type { MetaStore } from '../../../engines/meta/port.ts'
import type { Draft } from '../draft.ts'
import { commitDraft } from '../draft.ts'
import { limits } from '../limits.ts'
import type { OwnedQueue } from '../queue.ts'
import { arnOf } from '../queues.ts'
import { invalidParameter } from '../sqs-errors.ts'
import type { ActiveTask, MoveTask } from './move-task.ts'
import { activeTasks, taskKeys } from './move-task.ts'

/** The tasks that move messages. Every change is durable when resolved. */
export interface MoveTasks {
  start(
    source: OwnedQueue,
    given: Pick<MoveTask, 'destinationArn' | 'perSecondMax' | 'toMove'>,
  ): Promise<MoveTask>
  /** Asks the task to end; `ResourceNotFoundException` when there is none, or it has ended. */
  cancel(task: { readonly sourceArn: string; readonly id: string }): Promise<MoveTask>
  /** The last ones of a queue, newest first. */
  list(source: OwnedQueue, limit: number): Promise<ReadonlyArray<MoveTask>>
  /** Queues of all accounts that have a task under way. */
  active(): Promise<ReadonlyArray<{ readonly scope: Scope; readonly queueName: string }>>
}

const PAGE = 1_000
const isUnderWay = ({ status }: MoveTask) => status === 'RUNNING' || status === 'CANCELLING'

export function createMoveTasks(deps: {
  readonly meta: MetaStore
  readonly clock: Clock
  readonly random: Random
}): MoveTasks {
  const { meta, clock, random } = deps

  async function list(scope: Scope, queueName: string, limit: number) {
    const prefix = taskKeys(scope, queueName).tasks()
    const entries = await meta.scan({ prefix, limit, reverse: true })
    return entries.map(({ key, value }) => ({
      key,
      task: JSON.parse(Buffer.from(value).toString('utf8')) as MoveTask,
    }))
  }

  async function checkRoom({ accountId, region }: Scope): Promise<void> {
    const prefix = encodeKey(['sqs/moving', accountId, region])
    const entries = await meta.scan({ prefix, limit: limits.movesMax })
    if (entries.length < limits.movesMax) return
    throw new ServiceError('RequestThrottled', 'Too many message move tasks are active.', {
      status: 403,
    })
  }

  return {
    async start(source, given) {
      const keys = taskKeys(source.scope, source.name)
      await checkRoom(source.scope)
      const old = await list(source.scope, source.name, PAGE)
      return commitDraft(meta, async (draft) => {
        if (await draft.get<ActiveTask>(keys.active())) {
          throw invalidParameter(
            'There is already a task running. Only one active task is allowed for a source queue arn at a given time.',
          )
        }
        const task: MoveTask = {
          ...given,
          id: random.uuid(),
          sourceArn: arnOf(source),
          status: 'RUNNING',
          moved: 0,
          startedMs: clock.wallMs(),
        }
        draft.put(keys.task(task), task)
        draft.put(keys.active(), { startedMs: task.startedMs, id: task.id } satisfies ActiveTask)
        for (const { key } of old.slice(limits.movesListedMax - 1)) draft.remove(key)
        return task
      })
    },
    async cancel({ sourceArn, id }) {
      const source = parseArn(sourceArn)
      const missing = () =>
        new ServiceError('ResourceNotFoundException', 'Task does not exist.', { status: 404 })
      if (!source) throw missing()
      return commitDraft(meta, async (draft) => {
        const found = await activeTask(draft, source, source.resource)
        if (found?.id !== id) throw missing()
        if (found.status !== 'RUNNING') {
          throw invalidParameter('Only active tasks can be cancelled.')
        }
        const task: MoveTask = { ...found, status: 'CANCELLING' }
        draft.put(taskKeys(source, source.resource).task(task), task)
        return task
      })
    },
    async list(source, limit) {
      const found = await list(source.scope, source.name, limit)
      const arn = arnOf(source)
      return found.map(({ task }) => task).filter(({ sourceArn }) => sourceArn === arn)
    },
    async active() {
      const entries = await meta.scan({ prefix: activeTasks, limit: PAGE })
      return entries.map(({ key }) => {
        const [, accountId = '', region = '', queueName = ''] = decodeKey(key)
        const scope = { accountId: String(accountId), region: String(region) }
        return { scope, queueName: String(queueName) }
      })
    },
  }
}

/** The task of a queue that is under way, as part of a draft. */
export async function activeTask(
  draft: Draft,
  scope: Scope,
  queueName: string,
): Promise<MoveTask | undefined> {
  const keys = taskKeys(scope, queueName)
  const active = await draft.get<ActiveTask>(keys.active())
  return active && (await draft.get<MoveTask>(keys.task(active)))
}

/** Writes how far the task has come; one that has ended is no longer the active one. */
export function putTask(draft: Draft, scope: Scope, queueName: string, task: MoveTask): void {
  const keys = taskKeys(scope, queueName)
  draft.put(keys.task(task), task)
  if (!isUnderWay(task)) draft.remove(keys.active())
}
