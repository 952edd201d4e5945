import { createKeyedTurns } from '../../base/keyed-turns.ts'
import type { OwnedQueue } from './queue.ts'

/** Work on a FIFO queue goes one after the other, so that it does not lose time by conflicts. */
export type InTurn = <T>(queue: OwnedQueue, work: () => Promise<T>) => Promise<T>

export function createInTurn(): InTurn {
  const turns = createKeyedTurns()
  return (queue, work) => (queue.settings.fifo ? turns.run(queue.id, work) : work())
}
