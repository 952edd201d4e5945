import type { PutEventsRequestEntry } from '@aws-sdk/client-eventbridge'
import { dateOf } from '../../../base/clock.ts'
import type { RequestContext } from '../../../wire/operation.ts'
import { busPlaceOf } from '../bus.ts'
import { requirePut } from '../bus-policy.ts'
import type { EventsDeps, EventsOperation } from '../contract.ts'
import { notFound, notSupported, validation } from '../event-errors.ts'
import type { Arrival } from '../event-queue.ts'
import { eventLimits } from '../limits.ts'

export const putEvents: EventsOperation<'PutEvents'> = {
  name: 'PutEvents',
  refuses: ['EndpointId'],
  async run(deps, { Entries }, context) {
    if (Entries.some(({ TraceHeader }) => TraceHeader)) throw notSupported('TraceHeader')
    if (Entries.reduce((sum, entry) => sum + sizeOf(entry), 0) > eventLimits.requestBytesMax) {
      throw validation('Total size of the entries in the request is over the limit.')
    }
    const results = await Promise.all(Entries.map((entry) => arrivalOf(deps, context, entry)))
    const arrivals = results.flatMap((one) => ('event' in one ? [one] : []))
    if (arrivals.length > 0) await deps.queue.add(arrivals)
    return {
      FailedEntryCount: results.length - arrivals.length,
      Entries: results.map((one) => ('event' in one ? { EventId: one.event.id } : one)),
    }
  },
}

interface Failure {
  readonly ErrorCode: string
  readonly ErrorMessage: string
}

async function arrivalOf(
  { buses, clock, random }: EventsDeps,
  context: RequestContext,
  entry: PutEventsRequestEntry,
): Promise<Arrival | Failure> {
  const { Source, DetailType, Detail, Resources = [] } = entry
  const missing = Object.entries({ Source, DetailType, Detail }).find(([, value]) => !value)
  if (missing) {
    const text = `Parameter ${missing[0]} is not valid. Reason: ${missing[0]} is a required argument.`
    return { ErrorCode: 'InvalidArgument', ErrorMessage: text }
  }
  if (Source?.startsWith('aws.')) {
    const text = 'Not authorized for the source.'
    return { ErrorCode: 'NotAuthorizedForSourceException', ErrorMessage: text }
  }
  const malformed = { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' }
  let detail: unknown
  try {
    detail = JSON.parse(Detail ?? '')
  } catch {
    return malformed
  }
  if (typeof detail !== 'object' || detail === null || Array.isArray(detail)) return malformed
  const place = await busOf(buses, context, entry)
  if ('ErrorCode' in place) return place
  const time = entry.Time ?? dateOf(clock.wallMs())
  return {
    scope: place.scope,
    busName: place.name,
    event: {
      version: '0',
      id: random.uuid(),
      'detail-type': DetailType ?? '',
      source: Source ?? '',
      account: context.accountId,
      time: time.toISOString().replace(/\.\d+Z$/, 'Z'),
      region: context.region,
      resources: Resources,
      detail,
    },
  }
}

/** A bus that is not there fails its entries only; one that does not let the caller in, the request. */
async function busOf(
  buses: EventsDeps['buses'],
  { accountId, region, callerArn }: RequestContext,
  { EventBusName, Source, DetailType }: PutEventsRequestEntry,
) {
  const place = busPlaceOf({ accountId, region }, EventBusName)
  // AWS: the bus of another region is out of reach, whoever's it is.
  const bus = place?.scope.region === region ? await buses.find(place.scope, place.name) : undefined
  if (place && (bus || place.scope.accountId !== accountId)) {
    requirePut(bus, place, {
      principal: { accountId, arn: callerArn },
      name: callerArn,
      context: {
        ...{ 'aws:PrincipalArn': callerArn, 'aws:PrincipalAccount': accountId },
        ...{ 'events:source': Source, 'events:detail-type': DetailType },
      },
    })
    if (bus) return place
  }
  const { code, message } = notFound(`Event bus ${place?.name ?? EventBusName} does not exist.`)
  return { ErrorCode: code, ErrorMessage: message }
}

/** As the quota counts (User Guide, "Calculating PutEvents event entry size"). */
function sizeOf({ Time, Source, DetailType, Detail, Resources = [] }: PutEventsRequestEntry) {
  const texts = [Source, DetailType, Detail, ...Resources]
  const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text ?? ''), 0)
  return bytes + (Time ? 14 : 0)
}
