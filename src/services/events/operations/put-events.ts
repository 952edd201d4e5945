import type { PutEventsRequestEntry } from '@aws-sdk/client-eventbridge'
import { dateOf } from '../../../base/clock.ts'
import { ServiceError } from '../../../base/errors.ts'
import type { Scope } from '../../../base/scope.ts'
import type { EventsDeps, EventsOperation } from '../contract.ts'
import { notSupported, validation } from '../event-errors.ts'
import type { Arrival } from '../event-queue.ts'
import { eventLimits } from '../limits.ts'

export const putEvents: EventsOperation<'PutEvents'> = {
  name: 'PutEvents',
  refuses: ['EndpointId'],
  async run(deps, { Entries }, { accountId, region }) {
    const scope = { accountId, region }
    if (Entries.some(({ TraceHeader }) => TraceHeader)) throw notSupported('TraceHeader')
    if (Entries.reduce((sum, entry) => sum + sizeOf(entry), 0) > eventLimits.requestBytesMax) {
      throw validation('Total size of the entries in the request is over the limit.')
    }
    const results = await Promise.all(Entries.map((entry) => arrivalOf(deps, scope, entry)))
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
  scope: Scope,
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
  const busName = await busOf(buses, scope, entry.EventBusName)
  if (typeof busName !== 'string') return busName
  const time = entry.Time ?? dateOf(clock.wallMs())
  return {
    scope,
    busName,
    event: {
      version: '0',
      id: random.uuid(),
      'detail-type': DetailType ?? '',
      source: Source ?? '',
      account: scope.accountId,
      time: time.toISOString().replace(/\.\d+Z$/, 'Z'),
      region: scope.region,
      resources: Resources,
      detail,
    },
  }
}

/** A bus that is not there fails its entries only. */
async function busOf(
  buses: EventsDeps['buses'],
  scope: Scope,
  name: string | undefined,
): Promise<string | Failure> {
  try {
    return (await buses.get(scope, name)).name
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error
    return { ErrorCode: error.code, ErrorMessage: error.message }
  }
}

/** As the quota counts (User Guide, "Calculating PutEvents event entry size"). */
function sizeOf({ Time, Source, DetailType, Detail, Resources = [] }: PutEventsRequestEntry) {
  const texts = [Source, DetailType, Detail, ...Resources]
  const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text ?? ''), 0)
  return bytes + (Time ? 14 : 0)
}
