import type { LogsOperation } from '../contract.ts'
import { limits } from '../limits.ts'
import { invalidParameter, noSuchStream } from '../log-errors.ts'
import { billedBytes } from '../log-events.ts'
import type { LogEvent, NamedGroup } from '../log-groups.ts'

/**
 * Durable when answered. Too old and too new events are left out and told, as on AWS; sequence
 * tokens are no longer needed there and ignored here.
 */
export const putLogEvents: LogsOperation<'PutLogEvents'> = {
  name: 'PutLogEvents',
  refuses: ['entity'],
  async run({ groups, streams, clock }, { logGroupName, logStreamName, logEvents }, scope) {
    const group = await groups.group(scope, logGroupName)
    const events = logEvents.map(({ timestamp, message }) => ({ timestampMs: timestamp, message }))
    checkBatch(events)
    const range = acceptedRange(events, group, clock.wallMs())
    const accepted = events.slice(range.start, range.end)
    const target = { group: logGroupName, stream: logStreamName }
    if (!(await streams.append(scope, target, accepted))) throw noSuchStream()
    const stream = await streams.find(scope, target)
    return {
      nextSequenceToken: String(stream?.nextSequence ?? 0).padStart(56, '0'),
      ...(range.rejected && { rejectedLogEventsInfo: range.rejected }),
    }
  },
}

function checkBatch(events: ReadonlyArray<LogEvent>): void {
  const sizeBytes = events.reduce((sum, event) => sum + billedBytes(event), 0)
  if (sizeBytes > limits.batchBytesMax) {
    throw invalidParameter(
      `Upload too large: ${sizeBytes} bytes exceeds limit of ${limits.batchBytesMax}`,
    )
  }
  let previousMs = 0
  for (const { timestampMs } of events) {
    if (timestampMs < previousMs) {
      throw invalidParameter(
        'Log events in a single PutLogEvents request must be in chronological order.',
      )
    }
    previousMs = timestampMs
  }
  if (previousMs - (events[0]?.timestampMs ?? 0) > limits.batchSpanMaxMs) {
    throw invalidParameter(
      'The batch of log events in a single PutLogEvents request cannot span more than 24 hours.',
    )
  }
}

/** Events are in order, so what is accepted is one piece of them. */
function acceptedRange(events: ReadonlyArray<LogEvent>, group: NamedGroup, nowMs: number) {
  const expiredMs = nowMs - (group.retentionDays ?? Number.POSITIVE_INFINITY) * 86_400_000
  const countBefore = (ms: number) => events.filter((event) => event.timestampMs < ms).length
  const expired = countBefore(expiredMs)
  const tooOld = countBefore(nowMs - limits.ageMaxMs)
  const end = countBefore(nowMs + limits.futureMaxMs + 1)
  const rejected = {
    ...(tooOld > 0 && { tooOldLogEventEndIndex: tooOld }),
    ...(expired > 0 && { expiredLogEventEndIndex: expired }),
    ...(end < events.length && { tooNewLogEventStartIndex: end }),
  }
  return {
    start: Math.max(expired, tooOld),
    end,
    rejected: Object.keys(rejected).length > 0 ? rejected : undefined,
  }
}
