import type { CharTest, PatternNode, RepeatNode } from './pattern-parser.ts'
import { PatternError, parsePattern } from './pattern-parser.ts'

/**
 * Regular expressions by which members subscribe to topics, in the syntax of RE2 that Kafka takes, as
 * far as names of topics need it. They come from clients and run in our process, so a match takes time
 * in proportion to the name and never more: all ways through the expression are followed at once.
 */
export interface TopicPattern {
  /** Whether the whole name matches. */
  matches(name: string): boolean
}

/** What is wrong with an expression, or not built. */
export interface PatternFault {
  readonly fault: string
}

const STEPS_MAX = 2_000

/** One instruction; the numbers are those of the instructions that may follow. */
type Step =
  | { readonly kind: 'char'; readonly test: CharTest }
  | { readonly kind: 'split'; to: number[] }
  | { readonly kind: 'start' | 'end' | 'match' }

export function parseTopicPattern(text: string): TopicPattern | PatternFault {
  try {
    const steps: Step[] = []
    compile(parsePattern(text), steps)
    steps.push({ kind: 'match' })
    return { matches: (name) => run(steps, [...name]) }
  } catch (error) {
    if (error instanceof PatternError) return { fault: error.message }
    throw error
  }
}

/** Of the places in the program that can be reached, each is visited once for each character. */
function run(steps: ReadonlyArray<Step>, chars: ReadonlyArray<string>): boolean {
  let places = new Set<number>()
  let isMatch = reach(steps, places, 0, 0, chars.length)
  chars.forEach((char, index) => {
    const next = new Set<number>()
    isMatch = false
    for (const place of places) {
      const step = steps[place]
      if (step?.kind !== 'char' || !step.test(char)) continue
      if (reach(steps, next, place + 1, index + 1, chars.length)) isMatch = true
    }
    places = next
  })
  return isMatch
}

/** Adds all places that need no further character; true when the end of the program is among them. */
function reach(
  steps: ReadonlyArray<Step>,
  places: Set<number>,
  from: number,
  at: number,
  length: number,
): boolean {
  const open = [from]
  let isMatch = false
  for (let place = open.pop(); place !== undefined; place = open.pop()) {
    const step = steps[place]
    if (!step || places.has(place)) continue
    places.add(place)
    if (step.kind === 'match') isMatch ||= at === length
    else if (step.kind === 'split') open.push(...step.to)
    else if (step.kind === 'start' ? at === 0 : step.kind === 'end' && at === length) {
      open.push(place + 1)
    }
  }
  return isMatch
}

function compile(node: PatternNode, steps: Step[]): void {
  if (steps.length > STEPS_MAX) throw new PatternError('the expression is too large')
  switch (node.kind) {
    case 'char':
      steps.push(node)
      break
    case 'start':
    case 'end':
      steps.push({ kind: node.kind })
      break
    case 'sequence':
      for (const part of node.parts) compile(part, steps)
      break
    case 'either':
      compileEither(node.options, steps)
      break
    case 'repeat':
      compileRepeat(node, steps)
      break
  }
}

function compileEither(options: ReadonlyArray<PatternNode>, steps: Step[]): void {
  const split = { kind: 'split' as const, to: [] as number[] }
  steps.push(split)
  const exits: Array<{ to: number[] }> = []
  for (const option of options) {
    split.to.push(steps.length)
    compile(option, steps)
    const exit = { kind: 'split' as const, to: [] }
    steps.push(exit)
    exits.push(exit)
  }
  for (const exit of exits) exit.to = [steps.length]
}

function compileRepeat(node: RepeatNode, steps: Step[]): void {
  for (let count = 0; count < node.min; count++) compile(node.of, steps)
  if (node.max === Number.POSITIVE_INFINITY) {
    const split = { kind: 'split' as const, to: [steps.length + 1] }
    const at = steps.push(split) - 1
    compile(node.of, steps)
    steps.push({ kind: 'split', to: [at] })
    split.to.push(steps.length)
    return
  }
  const splits: Array<{ to: number[] }> = []
  for (let count = node.min; count < node.max; count++) {
    const split = { kind: 'split' as const, to: [steps.length + 1] }
    steps.push(split)
    splits.push(split)
    compile(node.of, steps)
  }
  for (const split of splits) split.to.push(steps.length)
}
