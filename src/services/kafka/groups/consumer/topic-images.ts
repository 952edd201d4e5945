import type { Scope } from '../../../../base/scope.ts'
import type { Topic, Topics } from '../../parts.ts'
import { GROUP_REGEXES_MAX, SUBSCRIPTION_REGEX_CHARS_MAX, TOPIC_IMAGE_MS } from '../limits.ts'
import type {
  ConsumerGroup,
  ConsumerMember,
  ImageTopic,
  Refusal,
  TopicImage,
} from './consumer-group.ts'
import { EMPTY_IMAGE } from './consumer-group.ts'
import type { ConsumerHeartbeat } from './heartbeat.ts'
import type { TopicPattern } from './topic-pattern.ts'
import { parseTopicPattern } from './topic-pattern.ts'

/** What a consumer group has to know of topics: looked up when a member asks for more, and now and then. */
export interface TopicImages {
  /** `sees` says which topics an expression of this member may match. */
  imageFor(
    scope: Scope,
    group: ConsumerGroup | undefined,
    request: ConsumerHeartbeat,
    sees: (topic: string) => boolean,
    nowMs: number,
  ): Promise<TopicImage | Refusal>
}

export function createTopicImages(topics: Topics): TopicImages {
  return {
    async imageFor(scope, group, request, sees, nowMs) {
      const current = group?.image ?? EMPTY_IMAGE
      const names = new Set(request.topics)
      const regexes = new Set(request.regex ? [request.regex] : [])
      const isKnown =
        [...names].every((name) => current.asked.has(name)) &&
        [...regexes].every((regex) => current.matches.has(regex))
      if (isKnown && nowMs < current.atMs + TOPIC_IMAGE_MS) return current
      for (const member of group?.members.values() ?? []) {
        if (member.id === request.memberId && request.topics !== null) continue
        for (const name of member.topics) names.add(name)
      }
      for (const member of group?.members.values() ?? []) {
        if (request.regex !== null && isReplaced(member, request)) continue
        if (member.regex !== '') regexes.add(member.regex)
      }
      if (regexes.size > GROUP_REGEXES_MAX) return tooManyRegexes(regexes.size)
      const patterns = parseAll(regexes)
      if ('error' in patterns) return patterns
      const all = await lookUp(scope, names, patterns.size > 0)
      return imageOf({ all, names, patterns, sees, current, nowMs })
    },
  }

  async function lookUp(scope: Scope, names: ReadonlySet<string>, isAll: boolean) {
    if (isAll) return topics.list(scope)
    const found = await Promise.all([...names].map((name) => topics.find(scope, name)))
    return found.filter((topic) => topic !== undefined)
  }
}

/** What the member subscribed to before goes when the request has its effect. */
function isReplaced({ id, instanceId }: ConsumerMember, request: ConsumerHeartbeat): boolean {
  return id === request.memberId || (instanceId !== null && instanceId === request.instanceId)
}

function tooManyRegexes(count: number): Refusal {
  const message = `the members of the group would subscribe by ${count} distinct expressions; ${GROUP_REGEXES_MAX} is the most`
  return { error: 'GROUP_MAX_SIZE_REACHED', message }
}

function parseAll(regexes: Iterable<string>): ReadonlyMap<string, TopicPattern> | Refusal {
  const patterns = new Map<string, TopicPattern>()
  for (const regex of regexes) {
    const isLong = regex.length > SUBSCRIPTION_REGEX_CHARS_MAX
    const pattern = isLong ? { fault: 'the expression is too long' } : parseTopicPattern(regex)
    if ('fault' in pattern) {
      const message = `the subscription "${regex.slice(0, 100)}" is refused: ${pattern.fault}`
      return { error: 'INVALID_REGULAR_EXPRESSION', message }
    }
    patterns.set(regex, pattern)
  }
  return patterns
}

async function imageOf(found: {
  readonly all: ReadonlyArray<Topic>
  readonly names: ReadonlySet<string>
  readonly patterns: ReadonlyMap<string, TopicPattern>
  readonly sees: (topic: string) => boolean
  readonly current: TopicImage
  readonly nowMs: number
}): Promise<TopicImage> {
  const { all, names, patterns, sees, current, nowMs } = found
  const topics = new Map<string, ImageTopic>()
  const matches = new Map<string, ReadonlySet<string>>()
  for (const { name, id, partitionCount } of all) {
    if (names.has(name)) topics.set(name, { id, partitionCount })
  }
  for (const [regex, pattern] of patterns) {
    // One expression over all topics may take a while: others get their turn before the next.
    if (matches.size > 0) await new Promise((resolve) => setImmediate(resolve))
    // One that another member asked for keeps what it matched, whoever looks now.
    const before = current.matches.get(regex)
    const matching = all.filter(
      ({ name }) => pattern.matches(name) && (before?.has(name) || sees(name)),
    )
    matches.set(regex, new Set(matching.map(({ name }) => name)))
    for (const { name, id, partitionCount } of matching) topics.set(name, { id, partitionCount })
  }
  return { atMs: nowMs, asked: names, topics, matches }
}
