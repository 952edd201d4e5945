import { expect, test } from 'vitest'
import { createMemoryMeta } from '../../../../test/support/memory-meta.ts'
import { createVirtualClock } from '../../../../test/support/virtual-clock.ts'
import { silentLogger } from '../../../base/logger.ts'
import { createClassicGroup } from './classic/classic-group.ts'
import { createGroupStore } from './group-store.ts'
import { createGroupTable } from './group-table.ts'

test('a group that is due again at once does not keep others from their turn', async () => {
  const { clock, advance } = createVirtualClock()
  const stop = new AbortController()
  let looks = 0
  const table = createGroupTable({
    store: createGroupStore(createMemoryMeta()),
    clock: {
      ...clock,
      monotonicMs() {
        // Ends the run that would never end by itself.
        if (looks++ > 1_000) stop.abort()
        return clock.monotonicMs()
      },
    },
    log: silentLogger,
  })
  await table.ready()
  const scope = { accountId: '000000000000', region: 'us-east-1' }
  table.open(scope, 'g', ({ wallMs }) => {
    const group = createClassicGroup('g', wallMs)
    group.pendingIds.set('a', Number.POSITIVE_INFINITY)
    return Object.defineProperty(group, 'earliestMs', { get: () => 0, set: () => undefined })
  })
  const running = table.run(stop.signal)
  await advance(20)
  expect(stop.signal.aborted).toBe(false)
  expect(looks).toBeLessThan(100)
  stop.abort()
  await running
})
