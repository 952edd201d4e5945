import type { Clock } from '../../../base/clock.ts'
import { dateOf } from '../../../base/clock.ts'
import type { EventSender, EventTarget } from '../../../base/event-target.ts'
import type { Random } from '../../../base/random.ts'
import { busPlaceOf } from '../bus.ts'
import type { BusEvent } from '../bus-event.ts'
import { requirePut } from '../bus-policy.ts'
import type { Buses } from '../buses.ts'
import { notFound } from '../event-errors.ts'
import type { EventQueue } from '../event-queue.ts'

/**
 * Event buses as destinations: of rules of other buses, and of services that hand over whole events.
 * A bus of another account must have a policy that lets the sender's in. What has no id or time of its
 * own gets them here.
 */
export function createBusTarget(deps: {
  readonly buses: Buses
  readonly queue: EventQueue
  readonly clock: Clock
  readonly random: Random
}): EventTarget {
  const { buses, queue, clock, random } = deps
  async function reach(arn: string, { scope, principal, sourceArn, roleArn }: EventSender) {
    const place = busPlaceOf(scope, arn)
    if (!place) throw notFound(`Event bus ${arn} does not exist.`)
    const bus = await buses.find(place.scope, place.name)
    const { accountId } = scope
    const name = roleArn ?? `arn:aws:iam::${accountId}:root`
    requirePut(bus, place, {
      principal: { accountId, arn: name },
      name,
      context: { 'aws:SourceArn': sourceArn, 'aws:PrincipalServiceName': principal },
    })
    if (!bus) throw notFound(`Event bus ${place.name} does not exist.`)
    return place
  }

  return {
    service: 'events',
    async validate(arn, sender) {
      await reach(arn, sender)
    },
    async deliver(arn, { body }, sender) {
      const place = await reach(arn, sender)
      const given = JSON.parse(Buffer.from(body).toString('utf8')) as Partial<BusEvent>
      const event: BusEvent = {
        version: '0',
        id: given.id ?? random.uuid(),
        'detail-type': given['detail-type'] ?? '',
        source: given.source ?? '',
        account: given.account ?? sender.scope.accountId,
        time:
          given.time ??
          dateOf(clock.wallMs())
            .toISOString()
            .replace(/\.\d+Z$/, 'Z'),
        region: given.region ?? sender.scope.region,
        resources: given.resources ?? [],
        detail: given.detail ?? {},
        ...(given['replay-name'] !== undefined && { 'replay-name': given['replay-name'] }),
      }
      await queue.add([{ scope: place.scope, busName: place.name, event }])
    },
  }
}
