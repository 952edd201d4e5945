import type { Clock } from '../../base/clock.ts'
import { dateOf } from '../../base/clock.ts'
import type { Random } from '../../base/random.ts'
import type { ServiceEvents } from '../../base/service-events.ts'
import type { EventQueue } from './event-queue.ts'

/** The default bus, as the services of the house tell it what they did. */
export function createServiceBus(deps: {
  readonly queue: EventQueue
  readonly clock: Clock
  readonly random: Random
}): ServiceEvents {
  const { queue, clock, random } = deps
  return {
    puts({ accountId, region }, { source, detailType, detail, resources = [] }) {
      const event = {
        version: '0',
        id: random.uuid(),
        'detail-type': detailType,
        source,
        account: accountId,
        time: dateOf(clock.wallMs())
          .toISOString()
          .replace(/\.\d+Z$/, 'Z'),
        region,
        resources,
        detail,
      } as const
      return queue.puts([{ scope: { accountId, region }, busName: 'default', event }])
    },
    committed: queue.wake,
  }
}
