import type { Clock } from '../../base/clock.ts'
import { ServiceError } from '../../base/errors.ts'
import { createThroughput } from '../../base/throughput.ts'
import { limits } from './limits.ts'
import type { OwnedQueue } from './queue.ts'

export type FifoCall = 'send' | 'receive' | 'delete'

/** How often a FIFO queue may be called. */
export interface FifoLimits {
  /**
   * Counts one call; throws `ThrottlingException` for one too many in a second. With
   * `perMessageGroupId` each group that is sent to has an allowance of its own, and what names no
   * group has none to keep to.
   */
  admit(queue: OwnedQueue, call: FifoCall, groupIds?: ReadonlyArray<string>): void
}

export function createFifoLimits(clock: Clock, isOn: boolean): FifoLimits {
  const throughput = createThroughput(limits.fifoCallsPerSecond, clock)
  const take = (name: string) => {
    if (throughput.take(name, 1)) return
    throw new ServiceError('ThrottlingException', 'Rate exceeded')
  }
  return {
    admit({ id, settings }, call, groupIds = []) {
      if (!isOn || !settings.fifo) return
      if (settings.throughputLimit === 'perQueue') return take(`${id} ${call}`)
      for (const group of new Set(groupIds)) take(`${id} ${call} ${group}`)
    },
  }
}
