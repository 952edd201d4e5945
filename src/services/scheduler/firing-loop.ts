import type { Clock } from '../../base/clock.ts'
import type { Background } from '../../engines/meta/background.ts'
import type { Invocations, Waiting } from './invocations.ts'
import type { Invoker } from './invoker.ts'
import type { ScheduleGroups } from './schedule-groups.ts'
import type { Schedules } from './schedules.ts'

const BATCH = 200
const CONCURRENCY_MAX = 32
/** How soon it is seen what another node, or a request, has changed. */
const REST_MAX_MS = 500

/**
 * Fires what is due and takes it to its targets, at least once each. A time that passed while no
 * server ran is made up for once.
 */
export function createFiringLoop(deps: {
  readonly schedules: Schedules
  readonly groups: ScheduleGroups
  readonly invocations: Invocations
  readonly invoker: Invoker
  readonly background: Background
  readonly clock: Clock
}) {
  const { schedules, groups, invocations, invoker, background, clock } = deps

  async function attempt(waiting: Waiting): Promise<void> {
    const { invocation } = waiting
    const againMs = await invoker.invoke(invocation)
    if (againMs !== undefined) return invocations.postpone(waiting, againMs)
    if (invocation.completes) await schedules.complete(invocation)
    await invocations.remove(waiting)
  }

  async function round(): Promise<number> {
    const due = await schedules.due(BATCH)
    for (const one of due) await schedules.fire(one)
    const waiting = await invocations.due(BATCH)
    const rest = [...waiting]
    const work = async () => {
      for (let one = rest.shift(); one; one = rest.shift()) await attempt(one)
    }
    await Promise.all(Array.from({ length: CONCURRENCY_MAX }, work))
    for (const removal of await groups.removals()) {
      await schedules.removeGroup(removal.scope, removal.name)
      await groups.finishRemoval(removal)
    }
    if (due.length + waiting.length > 0) return 0
    const soonest = [await schedules.nextDueMs(), await invocations.nextDueMs()]
    const dueMs = Math.min(...soonest.map((ms) => ms ?? Number.POSITIVE_INFINITY))
    return Math.min(Math.max(dueMs - clock.wallMs(), 1), REST_MAX_MS)
  }

  return {
    start: (signal: AbortSignal): Promise<void> =>
      background.run({ name: 'scheduler/firing', round }, signal),
  }
}
