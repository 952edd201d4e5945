/** A test of one character of a name. */
export type CharTest = (char: string) => boolean

/** A regular expression as a tree. */
export type PatternNode =
  | { readonly kind: 'char'; readonly test: CharTest }
  | { readonly kind: 'start' | 'end' }
  | { readonly kind: 'sequence'; readonly parts: ReadonlyArray<PatternNode> }
  | { readonly kind: 'either'; readonly options: ReadonlyArray<PatternNode> }
  | RepeatNode

export interface RepeatNode {
  readonly kind: 'repeat'
  readonly of: PatternNode
  readonly min: number
  readonly max: number
}

/** What is wrong with an expression, or not built. */
export class PatternError extends Error {
  override readonly name = 'PatternError'
}

const REPEATS_MAX = 1_000
const DEPTH_MAX = 100

/**
 * Reads the syntax of RE2 as far as names of topics need it; throws `PatternError`. Grammar, in the
 * order of the code:
 *
 *     either   = sequence ('|' sequence)*
 *     sequence = (atom (('*' | '+' | '?' | '{' min (',' max?)? '}') '?'?)?)*
 *     atom     = '(' ('?:' | '?P'? '<' name '>')? either ')' | '[' class ']' | '.' | '^' | '$' | '\' escape | char
 */
export function parsePattern(text: string): PatternNode {
  const parser = new PatternParser([...text])
  return parser.all()
}

class PatternParser {
  readonly #chars: ReadonlyArray<string>
  #at = 0

  constructor(chars: ReadonlyArray<string>) {
    this.#chars = chars
  }

  all(): PatternNode {
    const node = this.#either(0)
    if (this.#at < this.#chars.length) throw new PatternError('a parenthesis is not opened')
    return node
  }

  #either(depth: number): PatternNode {
    if (depth > DEPTH_MAX) throw new PatternError('the expression is nested too deeply')
    const options = [this.#sequence(depth)]
    while (this.#takes('|')) options.push(this.#sequence(depth))
    return { kind: 'either', options }
  }

  #sequence(depth: number): PatternNode {
    const parts: PatternNode[] = []
    while (this.#at < this.#chars.length && !'|)'.includes(this.#peek())) {
      const atom = this.#atom(depth)
      const times = this.#repetition()
      // Whether as many or as few as possible makes no difference to a match of the whole.
      if (times) this.#takes('?')
      parts.push(times ? { kind: 'repeat', of: atom, ...times } : atom)
    }
    return { kind: 'sequence', parts }
  }

  #atom(depth: number): PatternNode {
    const char = this.#next()
    if (char === '(') return this.#group(depth)
    if (char === '[') return { kind: 'char', test: this.#class() }
    if (char === '.') return { kind: 'char', test: (one) => one !== '\n' }
    if (char === '^') return { kind: 'start' }
    if (char === '$') return { kind: 'end' }
    if (char === '\\') return { kind: 'char', test: this.#escape() }
    if ('*+?'.includes(char)) throw new PatternError(`there is nothing before "${char}" to repeat`)
    return { kind: 'char', test: (one) => one === char }
  }

  #group(depth: number): PatternNode {
    if (this.#takes('?') && !this.#takes(':')) {
      this.#takes('P')
      const name = this.#takes('<') ? /^\w+>/.exec(this.#rest(100))?.[0] : undefined
      if (!name) throw new PatternError('of groups with "(?", only "(?:" and named ones are built')
      this.#at += name.length
    }
    const inner = this.#either(depth + 1)
    if (!this.#takes(')')) throw new PatternError('a parenthesis is not closed')
    return inner
  }

  #repetition(): Pick<RepeatNode, 'min' | 'max'> | undefined {
    if (this.#takes('*')) return { min: 0, max: Number.POSITIVE_INFINITY }
    if (this.#takes('+')) return { min: 1, max: Number.POSITIVE_INFINITY }
    if (this.#takes('?')) return { min: 0, max: 1 }
    const counts = /^\{(\d+)(,(\d*))?\}/.exec(this.#rest(20))
    if (!counts) return undefined
    const [text, low, tail, high] = counts
    this.#at += text.length
    const min = Number(low)
    const open = tail !== undefined && !high
    const max = open ? Number.POSITIVE_INFINITY : tail === undefined ? min : Number(high)
    const isTooMany = min > REPEATS_MAX || (!open && max > REPEATS_MAX)
    if (isTooMany || min > max) throw new PatternError(`${text} is out of range`)
    return { min, max }
  }

  #escape(): CharTest {
    const char = this.#next()
    if (char === '') throw new PatternError('the expression ends with a backslash')
    const known = classes.get(char)
    if (known) return known
    if (/[\p{L}\p{N}]/u.test(char)) throw new PatternError(`"\\${char}" is not built`)
    return (one) => one === char
  }

  #class(): CharTest {
    const isNegated = this.#takes('^')
    const tests: CharTest[] = []
    for (let isFirst = true; isFirst || this.#peek() !== ']'; isFirst = false) {
      if (this.#at >= this.#chars.length) throw new PatternError('a bracket is not closed')
      if (this.#takes('[:')) throw new PatternError('"[:" is not built')
      const low = this.#next()
      if (low === '\\') tests.push(this.#escape())
      else if (this.#peek() === '-' && this.#chars[this.#at + 1] !== ']')
        tests.push(this.#range(low))
      else tests.push((one) => one === low)
    }
    this.#at++
    return (one) => tests.some((test) => test(one)) !== isNegated
  }

  #range(low: string): CharTest {
    this.#at++
    const high = this.#next()
    if (high === '\\' || high === '' || high < low) {
      throw new PatternError(`${low}-${high} is no range`)
    }
    return (one) => one >= low && one <= high
  }

  #takes(wanted: string): boolean {
    const isThere = this.#rest(wanted.length) === wanted
    if (isThere) this.#at += wanted.length
    return isThere
  }

  #rest(count: number): string {
    return this.#chars.slice(this.#at, this.#at + count).join('')
  }

  #peek(): string {
    return this.#chars[this.#at] ?? ''
  }

  #next(): string {
    return this.#chars[this.#at++] ?? ''
  }
}

const isDigit: CharTest = (char) => char >= '0' && char <= '9'
const isWord: CharTest = (char) => /^\w$/.test(char)
const isSpace: CharTest = (char) => '\t\n\f\r '.includes(char)

const classes: ReadonlyMap<string, CharTest> = new Map<string, CharTest>([
  ['d', isDigit],
  ['D', (char) => !isDigit(char)],
  ['w', isWord],
  ['W', (char) => !isWord(char)],
  ['s', isSpace],
  ['S', (char) => !isSpace(char)],
  ['t', (char) => char === '\t'],
])
