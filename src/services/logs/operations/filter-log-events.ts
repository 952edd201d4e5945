import type { LogsOperation } from '../contract.ts'
import { compileFilterPattern } from '../filter-pattern.ts'
import { limits } from '../limits.ts'
import { oneGroupOf } from '../log-arns.ts'
import { invalidParameter } from '../log-errors.ts'
import { eventId } from '../log-tokens.ts'

export const filterLogEvents: LogsOperation<'FilterLogEvents'> = {
  name: 'FilterLogEvents',
  refuses: ['unmask'],
  async run({ reader }, input, scope) {
    const { logStreamNames: names, logStreamNamePrefix: prefix } = input
    if (names !== undefined && prefix !== undefined) {
      throw invalidParameter('logStreamNames and logStreamNamePrefix are mutually exclusive.')
    }
    const page = await reader.filter(scope, oneGroupOf(input), {
      startMs: input.startTime,
      endMs: input.endTime,
      limit: input.limit ?? limits.answerEventsMax,
      token: input.nextToken,
      pattern: compileFilterPattern(input.filterPattern),
      isWanted: (name) => names?.includes(name) ?? name.startsWith(prefix ?? ''),
    })
    return {
      events: page.events.map((event) => ({
        logStreamName: event.stream.name,
        timestamp: event.timestampMs,
        message: event.message,
        ingestionTime: event.ingestionMs,
        eventId: eventId(event.stream.id, event),
      })),
      // AWS: empty since 2019 (API reference).
      searchedLogStreams: [],
      ...(page.nextToken !== undefined && { nextToken: page.nextToken }),
    }
  },
}
