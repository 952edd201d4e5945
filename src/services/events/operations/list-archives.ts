import type { Scope } from '../../../base/scope.ts'
import type { Archive, Archives } from '../archives.ts'
import { busPlaceOf } from '../bus.ts'
import type { EventsOperation } from '../contract.ts'
import { validation } from '../event-errors.ts'
import { takePage } from '../pages.ts'
import { wireArchive } from '../wire-archive.ts'

export const listArchives: EventsOperation<'ListArchives'> = {
  name: 'ListArchives',
  async run({ archives, archivedEvents }, input, { accountId, region }) {
    const scope = { accountId, region }
    const { NamePrefix: prefix, EventSourceArn, State, Limit, NextToken } = input
    const given = [prefix, EventSourceArn, State].filter((one) => one !== undefined)
    // AWS: one of them at most (API reference).
    if (given.length > 1) {
      throw validation(
        'At most one filter is allowed for ListArchives. Use either : State, EventSourceArn, or NamePrefix.',
      )
    }
    // An archive is enabled as soon as it is there.
    const isNone = State !== undefined && State !== 'ENABLED'
    const busName = EventSourceArn && (busPlaceOf(scope, EventSourceArn)?.name ?? '')
    const page = await takePage(
      { limit: Limit, token: NextToken },
      ({ name }: Archive) => name,
      (after) => (isNone ? [] : archivesOf(archives, scope, { busName, prefix, after })),
    )
    const totals = page.items.map((archive) => archivedEvents.total(scope, archive))
    const found = await Promise.all(totals)
    return {
      Archives: page.items.map((one, at) =>
        wireArchive(scope, one, found[at] ?? { events: 0, bytes: 0 }),
      ),
      NextToken: page.nextToken,
    }
  },
}

async function* archivesOf(
  archives: Archives,
  scope: Scope,
  wanted: {
    readonly busName: string | undefined
    readonly prefix: string | undefined
    readonly after: string | undefined
  },
): AsyncGenerator<Archive> {
  const { busName, ...page } = wanted
  for await (const archive of archives.walk(scope, page)) {
    if (busName === undefined || archive.busName === busName) yield archive
  }
}
