import { formatArn } from '../../base/arn.ts'
import type { EventPattern } from '../../base/event-pattern.ts'
import { compileEventPattern } from '../../base/event-pattern.ts'
import { keepReadings } from '../../base/kept-readings.ts'
import type { Scope } from '../../base/scope.ts'
import { createDocuments } from '../../engines/meta/documents.ts'
import type { MetaStore } from '../../engines/meta/port.ts'
import { limitExceeded, notFound } from './event-errors.ts'
import { eventLimits } from './limits.ts'
import { documentsAfter } from './pages.ts'

export interface RuleTarget {
  readonly id: string
  readonly arn: string
  readonly roleArn?: string | undefined
  readonly input?: string | undefined
  readonly inputPath?: string | undefined
  readonly inputTransformer?: InputTransformer | undefined
  readonly partitionKeyPath?: string | undefined
  readonly messageGroupId?: string | undefined
  readonly http?: RuleTargetHttp | undefined
  readonly retriesMax?: number | undefined
  readonly ageSecondsMax?: number | undefined
  readonly deadLetterArn?: string | undefined
}

/** Of API destinations; a value that begins with `$.` is a path into the event. */
export interface RuleTargetHttp {
  readonly pathValues: ReadonlyArray<string>
  readonly query: Readonly<Record<string, string>>
  readonly headers: Readonly<Record<string, string>>
}

export interface InputTransformer {
  readonly paths: Readonly<Record<string, string>>
  readonly template: string
}

export interface Rule {
  readonly name: string
  readonly busName: string
  /** Of the events that it is for; absent when it goes by time only. */
  readonly pattern?: string | undefined
  /** `rate(…)` or `cron(…)`, of a rule that goes by time. */
  readonly schedule?: string | undefined
  readonly enabled: boolean
  readonly description?: string | undefined
  readonly roleArn?: string | undefined
  readonly tags?: Readonly<Record<string, string>>
  readonly targets: ReadonlyArray<RuleTarget>
}

/** The rules of every bus, with their targets. */
export interface Rules {
  get(scope: Scope, busName: string, name: string): Promise<Rule>
  find(scope: Scope, busName: string, name: string): Promise<Rule | undefined>
  /** Makes the rule, or changes it; its targets and tags stay. */
  put(scope: Scope, rule: Omit<Rule, 'targets'>): Promise<void>
  /** Rejects with `ResourceNotFoundException`. */
  change(scope: Scope, busName: string, name: string, change: (rule: Rule) => Rule): Promise<void>
  remove(scope: Scope, busName: string, name: string): Promise<void>
  list(scope: Scope, busName: string): Promise<ReadonlyArray<Rule>>
  /** By name, from behind `after`. */
  walk(
    scope: Scope,
    busName: string,
    page: { readonly prefix?: string | undefined; readonly after?: string | undefined },
  ): AsyncIterable<Rule>
  matching(scope: Scope, busName: string, event: unknown): Promise<ReadonlyArray<Rule>>
}

export function ruleArn(scope: Scope, { busName, name }: Pick<Rule, 'busName' | 'name'>): string {
  const path = busName === 'default' ? name : `${busName}/${name}`
  return formatArn({ service: 'events', ...scope, resource: `rule/${path}` })
}

const COMPILED_MAX = 1_000

export function createRules(meta: MetaStore): Rules {
  const documents = createDocuments<Rule>(meta, 'events/rule')
  const compile = createPatterns()
  const absent = (busName: string, name: string) =>
    notFound(`Rule ${name} does not exist on EventBus ${busName}.`)

  async function list(scope: Scope, busName: string) {
    const page = { under: [busName], limit: eventLimits.rulesMax }
    return (await documents.list(scope, page)).map(({ value }) => value)
  }

  const isFor = ({ enabled, pattern }: Rule, event: unknown) =>
    enabled && pattern !== undefined && compile(pattern)(event)

  return {
    find: (scope, busName, name) => documents.get(scope, busName, name),
    async get(scope, busName, name) {
      const rule = await documents.get(scope, busName, name)
      if (!rule) throw absent(busName, name)
      return rule
    },
    async put(scope, rule) {
      const id = [rule.busName, rule.name]
      const change = (old: Rule) => ({ ...rule, targets: old.targets, tags: old.tags ?? {} })
      if (await documents.update(scope, id, change)) return
      if ((await list(scope, rule.busName)).length >= eventLimits.rulesMax) throw limitExceeded()
      if (await documents.create(scope, id, { ...rule, targets: [] })) return
      await documents.update(scope, id, change)
    },
    async change(scope, busName, name, change) {
      if (await documents.update(scope, [busName, name], change)) return
      throw absent(busName, name)
    },
    async remove(scope, busName, name) {
      await documents.remove(scope, busName, name)
    },
    list,
    walk: (scope, busName, page) => documentsAfter(documents, scope, { ...page, under: [busName] }),
    async matching(scope, busName, event) {
      const rules = await list(scope, busName)
      return rules.filter((rule) => isFor(rule, event))
    },
  }
}

/** Compiles each pattern once, as long as it is among those made last. */
export function createPatterns(): (text: string) => EventPattern {
  return keepReadings(compileEventPattern, COMPILED_MAX)
}
