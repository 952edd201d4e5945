import type { LogsOperation } from '../contract.ts'
import { limits } from '../limits.ts'
import { oneGroupOf } from '../log-arns.ts'

export const getLogEvents: LogsOperation<'GetLogEvents'> = {
  name: 'GetLogEvents',
  refuses: ['unmask'],
  async run({ reader }, input, scope) {
    const target = { group: oneGroupOf(input), stream: input.logStreamName }
    const page = await reader.page(scope, target, {
      startMs: input.startTime,
      endMs: input.endTime,
      limit: input.limit ?? limits.answerEventsMax,
      token: input.nextToken,
      fromHead: input.startFromHead ?? false,
    })
    return {
      events: page.events.map(({ timestampMs, message, ingestionMs }) => ({
        timestamp: timestampMs,
        message,
        ingestionTime: ingestionMs,
      })),
      nextForwardToken: page.forwardToken,
      nextBackwardToken: page.backwardToken,
    }
  },
}
