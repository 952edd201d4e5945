import { parseArn } from '../../base/arn.ts'
import type { Clock } from '../../base/clock.ts'
import { ServiceError } from '../../base/errors.ts'
import type { Random } from '../../base/random.ts'
import type { Scope } from '../../base/scope.ts'
import { createDocuments } from '../../engines/meta/documents.ts'
import type { MetaStore } from '../../engines/meta/port.ts'
import type { Draft } from './draft.ts'
import { limits } from './limits.ts'
import type { OwnedQueue, Queue, QueueSettings } from './queue.ts'
import { queueArn } from './queue.ts'
import { queueMissing } from './sqs-errors.ts'

/** What is left of a removed queue until its messages are gone and its name is free. */
export interface RemovedQueue {
  readonly id: string
  readonly name: string
  readonly removedMs: number
}

/** The queues of all accounts. Every change is durable when resolved. */
export interface Queues {
  find(scope: Scope, name: string): Promise<OwnedQueue | undefined>
  findByArn(arn: string): Promise<OwnedQueue | undefined>
  /** `QueueDoesNotExist` when there is none. */
  require(scope: Scope, name: string): Promise<OwnedQueue>
  /** `undefined` when the name is taken. */
  create(
    scope: Scope,
    name: string,
    settings: QueueSettings,
    tags: Readonly<Record<string, string>>,
  ): Promise<OwnedQueue | undefined>
  change(queue: OwnedQueue, change: (current: Queue) => Queue): Promise<void>
  remove(queue: OwnedQueue): Promise<void>
  list(
    scope: Scope,
    page: { readonly prefix?: string; readonly after?: string; readonly limit: number },
  ): Promise<ReadonlyArray<OwnedQueue>>
  /** Has a change of messages fail when the queue is removed before it is committed. */
  holdOn(draft: Draft, queue: OwnedQueue): Promise<void>
  everywhere(): AsyncIterable<OwnedQueue>
  removed(): AsyncIterable<RemovedQueue & { readonly scope: Scope }>
  forget(removed: RemovedQueue & { readonly scope: Scope }): Promise<void>
}

export function createQueues(deps: {
  readonly meta: MetaStore
  readonly clock: Clock
  readonly random: Random
}): Queues {
  const { meta, clock, random } = deps
  const documents = createDocuments<Queue>(meta, 'sqs/queue')
  const graves = createDocuments<RemovedQueue>(meta, 'sqs/removed-queue')

  async function find(scope: Scope, name: string): Promise<OwnedQueue | undefined> {
    const { accountId, region } = scope
    const queue = await documents.getShared({ accountId, region }, name)
    return queue && { ...queue, scope: { accountId, region } }
  }

  async function checkNameIsFree(scope: Scope, name: string): Promise<void> {
    const [last] = await graves.list(scope, { under: [name], limit: 1, reverse: true })
    if (last && clock.wallMs() - last.value.removedMs < limits.nameHeldMs) {
      throw new ServiceError(
        'QueueDeletedRecently',
        'You must wait 60 seconds after deleting a queue before you can create another with the same name.',
      )
    }
  }

  return {
    find,
    async findByArn(arn) {
      const parsed = parseArn(arn)
      return parsed?.service === 'sqs' ? find(parsed, parsed.resource) : undefined
    },
    async require(scope, name) {
      const queue = await find(scope, name)
      if (!queue) throw queueMissing()
      return queue
    },
    async create({ accountId, region }, name, settings, tags) {
      const scope = { accountId, region }
      await checkNameIsFree(scope, name)
      const nowMs = clock.wallMs()
      const id = random.uuid()
      const queue = { id, name, createdMs: nowMs, modifiedMs: nowMs, settings, tags }
      return (await documents.create(scope, [name], queue)) ? { ...queue, scope } : undefined
    },
    async change({ scope, name, id }, change) {
      const changed = await documents.update(scope, [name], (current) => {
        if (current.id !== id) throw queueMissing()
        return { ...change(current), modifiedMs: clock.wallMs() }
      })
      if (!changed) throw queueMissing()
    },
    async remove({ scope, name, id }) {
      const removedMs = clock.wallMs()
      // First the note: a crash in between leaves a queue whose note is found to be void.
      await graves.put(scope, [name, removedMs, id], { id, name, removedMs })
      if (!(await documents.remove(scope, name))) throw queueMissing()
    },
    async list({ accountId, region }, { prefix, after, limit }) {
      const found = await documents.list(
        { accountId, region },
        { limit, ...(prefix && { prefix }), ...(after !== undefined && { after: [after] }) },
      )
      return found.map(({ scope, value }) => ({ ...value, scope }))
    },
    async holdOn(draft, { scope, name, id }) {
      const current = await draft.get<Queue>(documents.keyOf(scope, [name]))
      if (current?.id !== id) throw queueMissing()
    },
    async *everywhere() {
      for await (const { scope, value } of documents.everywhere()) yield { ...value, scope }
    },
    async *removed() {
      for await (const { scope, value } of graves.everywhere()) yield { ...value, scope }
    },
    async forget({ scope, name, removedMs, id }) {
      await graves.remove(scope, name, removedMs, id)
    },
  }
}

export function arnOf(queue: OwnedQueue): string {
  return queueArn(queue.scope, queue.name)
}
