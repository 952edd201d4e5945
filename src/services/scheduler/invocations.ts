import type { Clock } from '../../base/clock.ts'
import type { KeyPart } from '../../base/ordered-key.ts'
import type { Random } from '../../base/random.ts'
import type { Scope } from '../../base/scope.ts'
import { createDocuments } from '../../engines/meta/documents.ts'
import type { MetaBatch, MetaStore } from '../../engines/meta/port.ts'
import type { ScheduleName, Target } from './schedule.ts'

/** One firing of a schedule on its way to the target, as the schedule was at that time. */
export interface Invocation {
  readonly scope: Scope
  readonly name: ScheduleName
  readonly scheduleArn: string
  /** Of the schedule, to know whether it was changed since. */
  readonly modifiedMs: number
  readonly target: Target
  /** The time of the schedule. */
  readonly atMs: number
  /** From here its age is counted. */
  readonly createdMs: number
  /** Attempts that have failed. */
  readonly attempts: number
  /** The schedule is to be removed when this is over. */
  readonly completes: boolean
}

export interface Waiting {
  readonly id: ReadonlyArray<KeyPart>
  readonly invocation: Invocation
}

/** What is to be taken to targets: durable, at least once. */
export interface Invocations {
  /** The writes that stand for a new one, for a commit of the caller's. */
  puts(invocation: Omit<Invocation, 'attempts'>): NonNullable<MetaBatch['puts']>
  due(limit: number): Promise<ReadonlyArray<Waiting>>
  nextDueMs(): Promise<number | undefined>
  postpone(waiting: Waiting, dueMs: number): Promise<void>
  remove(waiting: Waiting): Promise<void>
}

const everywhere = { accountId: '', region: '' }

export function createInvocations(deps: {
  readonly meta: MetaStore
  readonly clock: Clock
  readonly random: Random
}): Invocations {
  const { meta, clock, random } = deps
  const documents = createDocuments<Invocation>(meta, 'scheduler/invocation')
  const newId = (dueMs: number) => [dueMs, random.bytes(8).toString('hex')]

  return {
    puts: (invocation) =>
      documents.putBatch(everywhere, newId(clock.wallMs()), { ...invocation, attempts: 0 }).puts,
    async due(limit) {
      const first = await documents.list(everywhere, { limit })
      const nowMs = clock.wallMs()
      return first
        .filter(({ id: [dueMs] }) => Number(dueMs) <= nowMs)
        .map(({ id, value }) => ({ id, invocation: value }))
    },
    async nextDueMs() {
      const [first] = await documents.list(everywhere, { limit: 1 })
      return first && Number(first.id[0])
    },
    async postpone({ id, invocation }, dueMs) {
      const later = { ...invocation, attempts: invocation.attempts + 1 }
      await meta.commit({
        removals: [documents.keyOf(everywhere, id)],
        ...documents.putBatch(everywhere, newId(dueMs), later),
      })
    },
    async remove({ id }) {
      await documents.remove(everywhere, ...id)
    },
  }
}
