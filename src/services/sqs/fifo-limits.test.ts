import { expect, test } from 'vitest'
import { createVirtualClock } from '../../../test/support/virtual-clock.ts'
import { createFifoLimits } from './fifo-limits.ts'
import type { OwnedQueue, QueueSettings } from './queue.ts'
import { defaultSettings } from './wire-attributes.ts'

const queueOf = (settings: Partial<QueueSettings>): OwnedQueue => ({
  ...{ id: 'id', name: 'q', createdMs: 0, modifiedMs: 0, tags: {} },
  scope: { accountId: '000000000000', region: 'us-east-1' },
  settings: { ...defaultSettings, ...settings },
})
const fifo = queueOf({ fifo: true })
const high = queueOf({
  ...{ fifo: true, deduplicationScope: 'messageGroup', throughputLimit: 'perMessageGroupId' },
})
const throttled = expect.objectContaining({ code: 'ThrottlingException', message: 'Rate exceeded' })

test('a FIFO queue takes 300 calls of each kind a second, and not one more', async () => {
  const { clock, advance } = createVirtualClock()
  const limits = createFifoLimits(clock, true)
  const send = () => limits.admit(fifo, 'send', ['g'])
  for (let count = 0; count < 300; count++) send()
  expect(send).toThrow(throttled)
  limits.admit(fifo, 'receive')
  limits.admit(fifo, 'delete')
  await advance(1000)
  for (let count = 0; count < 300; count++) send()
  expect(send).toThrow(throttled)
})

test('with a limit by group each group has 300 sends, and receives are not counted', () => {
  const limits = createFifoLimits(createVirtualClock().clock, true)
  const send = (group: string) => () => limits.admit(high, 'send', [group, group])
  for (let count = 0; count < 300; count++) {
    send('a')()
    send('b')()
  }
  expect(send('a')).toThrow(throttled)
  send('c')()
  for (let count = 0; count < 1000; count++) limits.admit(high, 'receive')
})

test('standard queues are not limited, nor any where limits are off', () => {
  const { clock } = createVirtualClock()
  const on = createFifoLimits(clock, true)
  for (let count = 0; count < 1000; count++) on.admit(queueOf({}), 'send')
  const off = createFifoLimits(clock, false)
  for (let count = 0; count < 1000; count++) off.admit(fifo, 'send', ['g'])
})
