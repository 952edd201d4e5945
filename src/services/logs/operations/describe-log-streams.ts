import type { LogsOperation } from '../contract.ts'
import { limits } from '../limits.ts'
import { groupArn, oneGroupOf } from '../log-arns.ts'
import { invalidParameter } from '../log-errors.ts'
import type { NamedStream } from '../log-streams.ts'

export const describeLogStreams: LogsOperation<'DescribeLogStreams'> = {
  name: 'DescribeLogStreams',
  async run({ groups, streams }, input, scope) {
    const { logStreamNamePrefix: prefix, orderBy, descending = false, nextToken } = input
    const group = oneGroupOf(input)
    const byTime = orderBy === 'LastEventTime'
    if (byTime && prefix !== undefined) {
      throw invalidParameter('Cannot order by LastEventTime with a logStreamNamePrefix.')
    }
    await groups.group(scope, group)
    const limit = input.limit ?? limits.pageSize
    let page: NamedStream[]
    if (byTime) {
      page = await byLastEvent(streams.all(scope, group), { descending, after: nextToken })
    } else {
      const found = await streams.list(scope, {
        under: [group],
        limit: limit + 1,
        reverse: descending,
        ...(prefix !== undefined && { prefix }),
        ...(nextToken !== undefined && { after: [nextToken] }),
      })
      page = found.map(({ id, value }) => ({ ...value, name: String(id[1]) }))
    }
    const shown = page.slice(0, limit)
    const last = shown.at(-1)?.name
    const arn = groupArn(scope, group)
    return {
      logStreams: shown.map((stream) => describe(arn, stream)),
      ...(page.length > limit && last !== undefined && { nextToken: last }),
    }
  },
}

/** All of them, from behind the stream named `after`. */
async function byLastEvent(
  streams: AsyncIterable<NamedStream>,
  { descending, after }: { readonly descending: boolean; readonly after: string | undefined },
): Promise<NamedStream[]> {
  const all: NamedStream[] = []
  for await (const stream of streams) all.push(stream)
  const time = (stream: NamedStream) => stream.lastEventMs ?? 0
  all.sort((a, b) => time(a) - time(b) || (a.name < b.name ? -1 : 1))
  if (descending) all.reverse()
  return after === undefined ? all : all.slice(all.findIndex(({ name }) => name === after) + 1)
}

function describe(arn: string, stream: NamedStream) {
  const { firstEventMs, lastEventMs, lastIngestionMs } = stream
  return {
    logStreamName: stream.name,
    creationTime: stream.createdMs,
    arn: `${arn}:log-stream:${stream.name}`,
    // AWS: always zero for streams since June 2019; the group has the sum (API reference).
    storedBytes: 0,
    uploadSequenceToken: String(stream.nextSequence).padStart(56, '0'),
    ...(firstEventMs !== undefined && { firstEventTimestamp: firstEventMs }),
    ...(lastEventMs !== undefined && { lastEventTimestamp: lastEventMs }),
    ...(lastIngestionMs !== undefined && { lastIngestionTime: lastIngestionMs }),
  }
}
