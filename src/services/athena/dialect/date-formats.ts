import { UnsupportedSqlError } from './tokens.ts'

/** Specifiers of `date_format` and `date_parse` (MySQL's) as `strftime` has them. */
const MYSQL: Readonly<Record<string, string>> = {
  a: '%a',
  b: '%b',
  c: '%-m',
  d: '%d',
  e: '%-d',
  f: '%f',
  H: '%H',
  h: '%I',
  I: '%I',
  i: '%M',
  j: '%j',
  k: '%-H',
  l: '%-I',
  M: '%B',
  m: '%m',
  p: '%p',
  r: '%I:%M:%S %p',
  S: '%S',
  s: '%S',
  T: '%H:%M:%S',
  v: '%V',
  W: '%A',
  Y: '%Y',
  y: '%y',
  '%': '%%',
}

/** Letters of `format_datetime` and `parse_datetime` (Joda's); longest first. */
const JODA: ReadonlyArray<readonly [string, string]> = [
  ['yyyy', '%Y'],
  ['yy', '%y'],
  ['y', '%Y'],
  ['MMMM', '%B'],
  ['MMM', '%b'],
  ['MM', '%m'],
  ['M', '%-m'],
  ['dd', '%d'],
  ['d', '%-d'],
  ['DDD', '%j'],
  ['HH', '%H'],
  ['H', '%-H'],
  ['hh', '%I'],
  ['h', '%-I'],
  ['mm', '%M'],
  ['m', '%-M'],
  ['ss', '%S'],
  ['s', '%-S'],
  ['SSSSSS', '%f'],
  ['SSS', '%g'],
  ['EEEE', '%A'],
  ['EEE', '%a'],
  ['E', '%a'],
  ['a', '%p'],
  ['Z', '%z'],
]

export function fromMysqlFormat(format: string): string {
  return format.replaceAll(/%([\s\S])/g, (specifier, letter: string) => {
    const found = MYSQL[letter]
    if (!found) throw new UnsupportedSqlError(`the date format specifier ${specifier}`)
    return found
  })
}

export function fromJodaFormat(format: string): string {
  let out = ''
  let at = 0
  while (at < format.length) {
    const rest = format.slice(at)
    const quoted = /^'((?:''|[^'])*)'/.exec(rest)
    const letters = /^([A-Za-z])\1*/.exec(rest)?.[0]
    if (quoted) out += (quoted[1] || "'").replaceAll("''", "'").replaceAll('%', '%%')
    else if (letters) out += jodaLetters(letters)
    else out += rest[0] === '%' ? '%%' : rest[0]
    at += quoted?.[0].length ?? letters?.length ?? 1
  }
  return out
}

function jodaLetters(letters: string): string {
  const found = JODA.find(([pattern]) => pattern === letters)
  if (!found) throw new UnsupportedSqlError(`the date format ${letters}`)
  return found[1]
}
