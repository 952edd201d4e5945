import type { Scope } from '../../../base/scope.ts'
import { archiveArn } from '../archives.ts'
import type { EventsOperation } from '../contract.ts'
import { validation } from '../event-errors.ts'
import { takePage } from '../pages.ts'
import type { Replay, Replays } from '../replays.ts'
import { wireReplay } from '../wire-replay.ts'

export const listReplays: EventsOperation<'ListReplays'> = {
  name: 'ListReplays',
  async run({ replays }, input, { accountId, region }) {
    const scope = { accountId, region }
    const { NamePrefix: prefix, EventSourceArn, State, Limit, NextToken } = input
    const given = [prefix, EventSourceArn, State].filter((one) => one !== undefined)
    // AWS: one of them at most (API reference).
    if (given.length > 1) {
      throw validation(
        'At most one filter is allowed for ListReplays. Use either : State, EventSourceArn, or NamePrefix.',
      )
    }
    const page = await takePage(
      { limit: Limit, token: NextToken },
      ({ name }: Replay) => name,
      (after) => replaysOf(replays, scope, { prefix, after, state: State, arn: EventSourceArn }),
    )
    return {
      Replays: page.items.map((replay) => wireReplay(scope, replay)),
      NextToken: page.nextToken,
    }
  },
}

async function* replaysOf(
  replays: Replays,
  scope: Scope,
  wanted: {
    readonly prefix: string | undefined
    readonly after: string | undefined
    readonly state: string | undefined
    readonly arn: string | undefined
  },
): AsyncGenerator<Replay> {
  const { state, arn, ...page } = wanted
  for await (const replay of replays.walk(scope, page)) {
    const isOfState = state === undefined || replay.state === state
    const isOfArchive = arn === undefined || archiveArn(scope, replay.archiveName) === arn
    if (isOfState && isOfArchive) yield replay
  }
}
