import { parseArn } from '../../../base/arn.ts'
import { dateOf } from '../../../base/clock.ts'
import type { Scope } from '../../../base/scope.ts'
import { noSuchArchive } from '../archives.ts'
import { busArn, busPlaceOf } from '../bus.ts'
import type { EventsDeps, EventsOperation } from '../contract.ts'
import { validation } from '../event-errors.ts'
import { replayArn } from '../replays.ts'

export const startReplay: EventsOperation<'StartReplay'> = {
  name: 'StartReplay',
  async run(deps, input, { accountId, region }) {
    const scope = { accountId, region }
    const { ReplayName: name, Destination, EventStartTime, EventEndTime } = input
    const place = busPlaceOf(scope, Destination.Arn)
    const bus = await deps.buses.get(scope, Destination.Arn)
    const archive = await archiveOf(deps, scope, input.EventSourceArn)
    if (place?.name !== archive.busName) {
      throw invalid('Destination.Arn', 'Cross event bus replay is not permitted.')
    }
    if (EventStartTime >= EventEndTime) {
      throw invalid('EventEndTime', 'EventStartTime must be before EventEndTime.')
    }
    const ruleArns = Destination.FilterArns?.length ? Destination.FilterArns : undefined
    for (const arn of ruleArns ?? []) await requireRule(deps, scope, bus.name, arn)
    const { state, startedMs } = await deps.replays.start(scope, {
      name,
      description: input.Description,
      archiveName: archive.name,
      archiveId: archive.id,
      busName: bus.name,
      ruleArns,
      fromMs: EventStartTime.getTime(),
      toMs: EventEndTime.getTime(),
    })
    return {
      ReplayArn: replayArn(scope, name),
      State: state,
      ReplayStartTime: dateOf(startedMs),
    }
  },
}

const invalid = (what: string, reason: string) =>
  validation(`Parameter ${what} is not valid. Reason: ${reason}`)

async function archiveOf({ archives }: EventsDeps, scope: Scope, arn: string) {
  const { accountId, region, resource = '' } = parseArn(arn) ?? {}
  const isOurs = accountId === scope.accountId && region === scope.region
  const name = resource.replace(/^archive\//, '')
  const found = isOurs && name !== resource ? await archives.find(scope, name) : undefined
  if (!found) throw invalid('EventSourceArn', noSuchArchive(name).message)
  return found
}

async function requireRule({ rules }: EventsDeps, scope: Scope, busName: string, arn: string) {
  const path = busName === 'default' ? 'rule/' : `rule/${busName}/`
  const { accountId, region, resource = '' } = parseArn(arn) ?? {}
  const isOurs = accountId === scope.accountId && region === scope.region
  const name = resource.startsWith(path) ? resource.slice(path.length) : ''
  if (isOurs && name && (await rules.find(scope, busName, name))) return
  throw invalid('Destination.FilterArns', `${arn} is not a rule of ${busArn(scope, busName)}.`)
}
