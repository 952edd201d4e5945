import { parseArn } from '../../../base/arn.ts'
import type { Clock } from '../../../base/clock.ts'
import { dateOf } from '../../../base/clock.ts'
import type { EventTarget } from '../../../base/event-target.ts'
import type { Random } from '../../../base/random.ts'
import type { BusEvent } from '../bus-event.ts'
import type { Buses } from '../buses.ts'
import type { EventQueue } from '../event-queue.ts'

/**
 * Event buses as destinations: of rules of other buses of the account, and of services that hand over
 * whole events. What has no id or time of its own gets them here.
 */
export function createBusTarget(deps: {
  readonly buses: Buses
  readonly queue: EventQueue
  readonly clock: Clock
  readonly random: Random
}): EventTarget {
  const { buses, queue, clock, random } = deps
  return {
    service: 'events',
    async validate(arn, { scope }) {
      await buses.get(scope, arn)
    },
    async deliver(arn, { body }, { scope }) {
      const { accountId, region } = parseArn(arn) ?? scope
      const { name } = await buses.get(scope, arn)
      const given = JSON.parse(Buffer.from(body).toString('utf8')) as Partial<BusEvent>
      const event: BusEvent = {
        version: '0',
        id: given.id ?? random.uuid(),
        'detail-type': given['detail-type'] ?? '',
        source: given.source ?? '',
        account: accountId,
        time:
          given.time ??
          dateOf(clock.wallMs())
            .toISOString()
            .replace(/\.\d+Z$/, 'Z'),
        region,
        resources: given.resources ?? [],
        detail: given.detail ?? {},
      }
      await queue.add([{ scope, busName: name, event }])
    },
  }
}
