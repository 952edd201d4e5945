import type { Clock } from '../../base/clock.ts'
import type { Random } from '../../base/random.ts'
import type { MetaStore } from '../../engines/meta/port.ts'
import { createLanes } from './lanes.ts'
import { createMessageRows } from './message-rows.ts'
import { createMessages } from './messages.ts'
import { createQueueSignals } from './queue-signals.ts'
import { createQueues } from './queues.ts'
import { createUpkeep } from './upkeep.ts'

export type SqsNouns = ReturnType<typeof createSqsNouns>

export function createSqsNouns(deps: {
  readonly meta: MetaStore
  readonly clock: Clock
  readonly random: Random
}) {
  const { meta, clock, random } = deps
  const queues = createQueues(deps)
  const parts = {
    ...{ meta, clock, random, queues },
    rows: createMessageRows(meta),
    lanes: createLanes(),
    signals: createQueueSignals(),
  }
  return { queues, messages: createMessages(parts), upkeep: createUpkeep(parts), clock }
}
