import { parseArn } from '../../base/arn.ts'
import type { Scope } from '../../base/scope.ts'
import type { Buses } from './buses.ts'
import { limitExceeded, notFound, validation } from './event-errors.ts'
import { eventLimits } from './limits.ts'
import type { Rules } from './rules.ts'

export type Tags = Readonly<Record<string, string>>

/** The tags of rules and buses, by ARN; all reject with `ResourceNotFoundException`. */
export interface ResourceTags {
  get(scope: Scope, arn: string): Promise<Tags>
  change(scope: Scope, arn: string, change: (tags: Tags) => Tags): Promise<void>
}

export function createResourceTags({
  buses,
  rules,
}: {
  readonly buses: Buses
  readonly rules: Rules
}): ResourceTags {
  /** What the ARN names: a bus, or a rule of one. */
  function read(scope: Scope, arn: string) {
    const { service, accountId, region, resource = '' } = parseArn(arn) ?? {}
    const isOurs = accountId === scope.accountId && region === scope.region
    const [kind, ...names] = resource.split('/')
    const name = names.at(-1) ?? ''
    if (service !== 'events' || !name) {
      throw validation(
        `Parameter ${arn} is not valid. Reason: Provided Arn is not in correct format.`,
      )
    }
    if (!isOurs || (kind !== 'rule' && kind !== 'event-bus')) {
      throw notFound(`The resource ${arn} does not exist.`)
    }
    return {
      kind,
      name,
      busName: kind === 'rule' && names.length > 1 ? (names[0] ?? '') : 'default',
    }
  }

  return {
    async get(scope, arn) {
      const { kind, name, busName } = read(scope, arn)
      if (kind === 'event-bus') return (await buses.get(scope, name)).tags ?? {}
      return (await rules.get(scope, busName, name)).tags ?? {}
    },
    async change(scope, arn, change) {
      const { kind, name, busName } = read(scope, arn)
      const tagged = <T extends { readonly tags?: Tags }>(one: T): T => ({
        ...one,
        tags: checkedTags(change(one.tags ?? {})),
      })
      if (kind === 'event-bus') await buses.change(scope, name, tagged)
      else await rules.change(scope, busName, name, tagged)
    },
  }
}

/** Throws `LimitExceededException` when they are too many. */
export function checkedTags(tags: Tags): Tags {
  if (Object.keys(tags).length > eventLimits.tagsMax) throw limitExceeded()
  if (Object.keys(tags).some((key) => key.toLowerCase().startsWith('aws:'))) {
    throw validation('Tag keys that begin with aws: belong to AWS.')
  }
  return tags
}
