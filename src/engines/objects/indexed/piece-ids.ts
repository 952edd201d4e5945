import type { Clock } from '../../../base/clock.ts'
import type { Random } from '../../../base/random.ts'

/** Time, a mark of the process, and a count: no two processes and no two calls give the same. */
export function createIds(clock: Clock, random: Random): () => string {
  const mark = random.bytes(4).toString('hex')
  let count = 0
  return () => {
    count = (count + 1) % 0x1_0000_0000
    const time = clock.wallMs().toString(16).padStart(12, '0')
    return time + mark + count.toString(16).padStart(8, '0')
  }
}
