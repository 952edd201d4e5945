import type { Clock } from '../../base/clock.ts'
import type { Random } from '../../base/random.ts'
import type { MetaStore } from '../../engines/meta/port.ts'
import { createFifoLimits } from './fifo-limits.ts'
import { createMessageCipher } from './message-cipher.ts'
import { createMessageOrder } from './message-order.ts'
import { createMessageRows } from './message-rows.ts'
import { createMessages } from './messages.ts'
import { createMoveTasks } from './moves/move-tasks.ts'
import { createMover } from './moves/mover.ts'
import { createQueueSignals } from './queue-signals.ts'
import { createInTurn } from './queue-turns.ts'
import { createQueues } from './queues.ts'
import { createUpkeep } from './upkeep.ts'

export type SqsNouns = ReturnType<typeof createSqsNouns>

export function createSqsNouns(deps: {
  readonly meta: MetaStore
  readonly clock: Clock
  readonly random: Random
  /** Whether FIFO queues keep to AWS's calls in a second. */
  readonly limits: boolean
}) {
  const { meta, clock, random } = deps
  const queues = createQueues(deps)
  const parts = {
    ...{ meta, clock, random, queues },
    rows: createMessageRows({ meta, queues, cipher: createMessageCipher(deps) }),
    inTurn: createInTurn(),
    signals: createQueueSignals(),
    nextOrder: createMessageOrder(clock),
  }
  const fifoLimits = createFifoLimits(clock, deps.limits)
  const tasks = createMoveTasks(deps)
  const moves = { tasks, mover: createMover({ ...parts, tasks }) }
  return {
    queues,
    messages: createMessages(parts),
    upkeep: createUpkeep(parts),
    moves,
    fifoLimits,
    clock,
  }
}
