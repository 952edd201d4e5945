import type { BusEvent } from './bus-event.ts'
import { validation } from './event-errors.ts'
import type { RuleTarget } from './rules.ts'

/**
 * What a target gets of an event: the whole, a part (InputPath), a constant (Input) or a template
 * with parts in it (InputTransformer).
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
 */
export function inputFor(target: RuleTarget, event: BusEvent, ruleArn: string): string {
  if (target.input !== undefined) return target.input
  if (target.inputPath !== undefined) return JSON.stringify(valueAt(event, target.inputPath)) ?? ''
  const { inputTransformer } = target
  if (!inputTransformer) return JSON.stringify(event)
  const values: Record<string, unknown> = {
    'aws.events.rule-arn': ruleArn,
    'aws.events.rule-name': ruleArn.split('/').at(-1),
    'aws.events.event.ingestion-time': event.time,
    'aws.events.event': event,
    'aws.events.event.json': event,
  }
  for (const [name, path] of Object.entries(inputTransformer.paths)) {
    values[name] = valueAt(event, path)
  }
  return fill(inputTransformer.template, values)
}

/** Throws `ValidationException` when the template names a value that is not there. */
export function checkTransformer({ id, inputTransformer }: RuleTarget): void {
  const { paths = {}, template = '' } = inputTransformer ?? {}
  for (const [, name = ''] of template.matchAll(PLACEHOLDER)) {
    if (Object.hasOwn(paths, name) || own.test(name)) continue
    throw validation(`InputTemplate for target ${id} contains invalid placeholder ${name}.`)
  }
}

const own = /^aws\.events\.(rule-arn|rule-name|event|event\.json|event\.ingestion-time)$/
const PLACEHOLDER = /<([A-Za-z0-9_.-]+)>/g

/** AWS: within quotes a text stands bare, without them as JSON; what is absent leaves nothing. */
function fill(template: string, values: Readonly<Record<string, unknown>>): string {
  let quoted = false
  let at = 0
  let filled = ''
  for (const match of template.matchAll(PLACEHOLDER)) {
    const before = template.slice(at, match.index)
    for (const quote of before.matchAll(/\\?"/g)) if (quote[0] === '"') quoted = !quoted
    const value = values[match[1] ?? '']
    filled += before + (quoted ? bare(value) : (JSON.stringify(value) ?? ''))
    at = match.index + match[0].length
  }
  return filled + template.slice(at)
}

function bare(value: unknown): string {
  if (value === undefined) return ''
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return JSON.stringify(text).slice(1, -1)
}

/** The value at a path such as `$.detail.items[0].name` or `$['detail-type']`. */
export function valueAt(event: unknown, path: string): unknown {
  let value = event
  for (const [, dotted, index, named] of path.matchAll(/\.([^.[\]]+)|\[(\d+)\]|\['([^']+)'\]/g)) {
    if (typeof value !== 'object' || value === null) return undefined
    const name = dotted ?? index ?? named ?? ''
    value = Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined
  }
  return value
}
