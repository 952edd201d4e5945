import { EngineError } from '../../base/errors.ts'

/*
 * Names of topics in Kafka have at most 249 of the characters a-z A-Z 0-9 . _ -, and those with `.` and
 * with `_` in the same place collide. So `_` is never used:
 *
 *     name   = plain | dense
 *     plain  = (letter | digit | '-' | '..' for '/' | '.u' for '_' | '.d' for '.' | '.x' hex hex)*
 *     dense  = '.z' digit64*       where plain would be too long: the text as one number
 */
const LENGTH_MAX = 249
const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-'
const DIGITS_64 = `${LETTERS}.`
/** What names of accounts, regions, streams and the like are made of. */
const SYMBOLS = `${LETTERS}._/`
const DENSE = '.z'
const ESCAPES: Readonly<Record<string, string>> = { '/': '..', _: '.u', '.': '.d' }

/** The topic in Kafka of a topic of the log; another one for each. */
export function kafkaTopicName(prefix: string, topic: string): string {
  const text = `${prefix}/${topic}`
  const plain = Array.from(text, escapeCharacter).join('')
  if (plain.length <= LENGTH_MAX) return plain
  const dense = DENSE + compress(text)
  if (dense.length <= LENGTH_MAX) return dense
  throw new EngineError('invalid', `no topic of Kafka can have the name of ${text}`)
}

/** The text of which `kafkaTopicName` made the name: prefix, `/` and topic. */
export function textOfKafkaTopicName(name: string): string {
  if (name.startsWith(DENSE)) return expand(name.slice(DENSE.length))
  const bytes: Buffer[] = []
  for (let at = 0; at < name.length; at++) {
    if (name[at] !== '.') {
      bytes.push(Buffer.from(name[at] ?? ''))
      continue
    }
    at++
    const escaped = Object.entries(ESCAPES).find(([, two]) => two[1] === name[at])
    if (escaped) bytes.push(Buffer.from(escaped[0]))
    else {
      bytes.push(Buffer.from(name.slice(at + 1, at + 3), 'hex'))
      at += 2
    }
  }
  return Buffer.concat(bytes).toString('utf8')
}

function escapeCharacter(character: string): string {
  if (LETTERS.includes(character)) return character
  const escaped = ESCAPES[character]
  if (escaped) return escaped
  return Array.from(
    Buffer.from(character),
    (byte) => `.x${byte.toString(16).padStart(2, '0')}`,
  ).join('')
}

/** A one before the digits keeps those that are zero. */
function compress(text: string): string {
  let number = 1n
  for (const character of text) {
    const digit = SYMBOLS.indexOf(character)
    if (digit < 0)
      throw new EngineError('invalid', `no topic of Kafka can have the name of ${text}`)
    number = number * BigInt(SYMBOLS.length) + BigInt(digit)
  }
  let digits = ''
  for (; number > 0n; number /= 64n) digits = (DIGITS_64[Number(number % 64n)] ?? '') + digits
  return digits
}

function expand(digits: string): string {
  let number = 0n
  for (const digit of digits) number = number * 64n + BigInt(DIGITS_64.indexOf(digit))
  const base = BigInt(SYMBOLS.length)
  let text = ''
  for (; number > 1n; number /= base) text = (SYMBOLS[Number(number % base)] ?? '') + text
  return text
}
