import type { FilterPattern } from './filter-pattern.ts'
import { invalidParameter, unsupported } from './log-errors.ts'

/**
 * JSON filter patterns:
 *
 *     pattern    = "{" either "}"
 *     either     = both ("||" both)*
 *     both       = one ("&&" one)*
 *     one        = "(" either ")" | selector condition
 *     selector   = "$" ("." name | "[" (digits | '"name"') "]")*
 *     condition  = ("=" | "!=" | "<" | "<=" | ">" | ">=") value
 *                | "IS" ("NULL" | "TRUE" | "FALSE") | "NOT" "EXISTS" | "EXISTS"
 *     value      = number | "quoted, with * for anything" | word
 */
export function compileJsonPattern(pattern: string): FilterPattern {
  const tokens = tokenize(pattern)
  const test = new Parser(tokens).whole()
  return (message) => {
    let document: unknown
    try {
      document = JSON.parse(message)
    } catch {
      // A message that is no JSON matches no JSON pattern.
      return false
    }
    return typeof document === 'object' && document !== null && test(document)
  }
}

type Test = (document: unknown) => boolean
/** Undefined: there is no such member. */
type Condition = (value: unknown) => boolean

function tokenize(pattern: string): ReadonlyArray<string> {
  const shape =
    /\s*(\{|\}|\(|\)|&&|\|\||!=|<=|>=|=|<|>|%[^%]*%|"(?:[^"\\]|\\.)*"|\$(?:\.[\w-]+|\[\d+\]|\["[^"]*"\])*|[^\s(){}=!<>&|"]+)\s*/y
  const tokens: string[] = []
  while (shape.lastIndex < pattern.length) {
    const found = shape.exec(pattern)?.[1]
    if (found === undefined) throw invalidParameter('Invalid metric filter pattern')
    tokens.push(found)
  }
  return tokens
}

class Parser {
  readonly #tokens: ReadonlyArray<string>
  #at = 0

  constructor(tokens: ReadonlyArray<string>) {
    this.#tokens = tokens
  }

  whole(): Test {
    this.#expect('{')
    const test = this.#either()
    this.#expect('}')
    if (this.#at !== this.#tokens.length) throw invalidParameter('Invalid metric filter pattern')
    return test
  }

  #either(): Test {
    const tests = [this.#both()]
    while (this.#take('||')) tests.push(this.#both())
    return (document) => tests.some((test) => test(document))
  }

  #both(): Test {
    const tests = [this.#one()]
    while (this.#take('&&')) tests.push(this.#one())
    return (document) => tests.every((test) => test(document))
  }

  #one(): Test {
    if (this.#take('(')) {
      const test = this.#either()
      this.#expect(')')
      return test
    }
    const select = selector(this.#next())
    const condition = this.#condition()
    return (document) => condition(select(document))
  }

  #condition(): Condition {
    const word = this.#next()
    switch (word.toUpperCase()) {
      case 'EXISTS':
        return (value) => value !== undefined
      case 'NOT':
        this.#expect('EXISTS')
        return (value) => value === undefined
      case 'IS':
        return isCondition(this.#next().toUpperCase())
      default:
        return comparison(word, this.#next())
    }
  }

  #next(): string {
    const token = this.#tokens[this.#at++]
    if (token === undefined) throw invalidParameter('Invalid metric filter pattern')
    return token
  }

  #take(token: string): boolean {
    const found = this.#tokens[this.#at]?.toUpperCase() === token
    if (found) this.#at++
    return found
  }

  #expect(token: string): void {
    if (!this.#take(token))
      throw invalidParameter(`Invalid metric filter pattern: ${token} is missing`)
  }
}

function selector(token: string): (document: unknown) => unknown {
  if (!token.startsWith('$')) throw invalidParameter('Invalid metric filter pattern: $ is missing')
  const path = [...token.matchAll(/\.([\w-]+)|\[(\d+)\]|\["([^"]*)"\]/g)].map(
    ([, name, index, quoted]) => name ?? quoted ?? Number(index),
  )
  return (document) => {
    let value = document
    for (const part of path) {
      if (typeof value !== 'object' || value === null) return undefined
      value = (value as Record<string | number, unknown>)[part]
    }
    return value
  }
}

function isCondition(word: string): Condition {
  if (word === 'NULL') return (value) => value === null
  if (word === 'TRUE') return (value) => value === true
  if (word === 'FALSE') return (value) => value === false
  throw invalidParameter('Invalid metric filter pattern: IS takes NULL, TRUE or FALSE')
}

function comparison(operator: string, operand: string): Condition {
  if (operand.startsWith('%')) throw unsupported('A regular expression (%...%) in a filter pattern')
  const number = /^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$/.test(operand)
    ? Number(operand)
    : undefined
  if (operator === '=')
    return number === undefined ? matchesText(operand) : (value) => value === number
  if (operator === '!=') {
    const equals =
      number === undefined ? matchesText(operand) : (value: unknown) => value === number
    return (value) => value !== undefined && !equals(value)
  }
  if (number === undefined) {
    throw invalidParameter(`Invalid metric filter pattern: ${operator} compares numbers`)
  }
  const compare = orders[operator]
  if (!compare) throw invalidParameter(`Invalid metric filter pattern: ${operator} is no operator`)
  return (value) => typeof value === 'number' && compare(value, number)
}

const orders: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
}

/** `*` stands for anything; the pieces in between are looked for one behind the other. */
function matchesText(operand: string): Condition {
  const text = operand.startsWith('"') ? operand.slice(1, -1).replace(/\\(.)/g, '$1') : operand
  const [head = '', ...pieces] = text.split('*')
  const tail = pieces.pop()
  if (tail === undefined) return (value) => value === text
  return (value) => {
    if (typeof value !== 'string' || !value.startsWith(head)) return false
    let at = head.length
    for (const piece of pieces) {
      const found = value.indexOf(piece, at)
      if (found < 0) return false
      at = found + piece.length
    }
    return value.length - tail.length >= at && value.endsWith(tail)
  }
}
