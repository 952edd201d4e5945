import { createHash } from 'node:crypto'
import { dateOf } from '../../base/clock.ts'
import { ServiceError } from '../../base/errors.ts'

/**
 * Names of delivered objects: prefix expressions (`!{timestamp:yyyy/MM}`, `!{firehose:…}`) and the
 * file name `stream-version-time-random` (Firehose Developer Guide, "Understand custom prefixes").
 */
export interface NameContext {
  readonly arrivalMs: number
  readonly timeZone: string
  readonly seed: string
  /** `processing-failed`, `format-conversion-failed`; absent for delivered objects. */
  readonly errorType?: string
}

const EXPRESSION = /!\{([^:}]*):([^}]*)\}/g
const DEFAULT_TIME = '!{timestamp:yyyy/MM/dd/HH}/'

export function evaluatePrefix(prefix: string, context: NameContext): string {
  const hasTime = /!\{timestamp:/.test(prefix)
  const errorFolder =
    context.errorType && !prefix.includes('!{firehose:error-output-type}')
      ? `${context.errorType}/`
      : ''
  const complete = hasTime ? prefix + errorFolder : prefix + errorFolder + DEFAULT_TIME
  let counter = 0
  return complete.replace(EXPRESSION, (_whole, namespace: string, value: string) => {
    if (namespace === 'timestamp') return formatTime(value, context)
    if (value === 'error-output-type') return context.errorType ?? ''
    return randomText(`${context.seed}/${counter++}`)
  })
}

/**
 * Refuses what could not be evaluated at delivery. `forErrors` allows the error type, which AWS
 * takes in ErrorOutputPrefix only (and demands there as soon as it has an expression).
 */
export function validatePrefix(name: string, prefix: string, forErrors: boolean): void {
  const refuse = (reason: string) => new ServiceError('InvalidArgumentException', reason)
  const expressions = [...prefix.matchAll(EXPRESSION)]
  for (const [whole, namespace, value] of expressions) {
    if (namespace === 'partitionKeyFromQuery' || namespace === 'partitionKeyFromLambda') {
      throw refuse(
        `${name}: ${whole} needs dynamic partitioning, which Headrace does not serve yet.`,
      )
    }
    if (namespace === 'timestamp' && value) continue
    if (namespace === 'firehose' && value === 'random-string') continue
    if (namespace === 'firehose' && value === 'error-output-type' && forErrors) continue
    throw refuse(`${name}: the expression ${whole} is not valid here.`)
  }
  if (prefix.replace(EXPRESSION, '').includes('!{')) {
    throw refuse(`${name}: an expression must look like !{namespace:value}.`)
  }
  if (forErrors && expressions.length > 0 && !prefix.includes('!{firehose:error-output-type}')) {
    throw refuse(`${name} must contain !{firehose:error-output-type} when it has expressions.`)
  }
}

export function fileName(
  stream: { readonly name: string; readonly versionId: number },
  context: NameContext,
  extension: string,
): string {
  const time = formatTime('yyyy-MM-dd-HH-mm-ss', { ...context, timeZone: 'UTC' })
  const digest = createHash('sha256').update(context.seed).digest('hex')
  const parts = [8, 12, 16, 20, 32].map((end, at) => digest.slice([0, 8, 12, 16, 20][at], end))
  return `${stream.name}-${stream.versionId}-${time}-${parts.join('-')}${extension}`
}

/** A part of Java's DateTimeFormatter: the letters that AWS documents, and quoted text. */
function formatTime(pattern: string, { arrivalMs, timeZone }: NameContext): string {
  const parts = timeParts(arrivalMs, timeZone)
  return pattern.replace(/'([^']*)'|([a-zA-Z])\2*/g, (whole, quoted: string | undefined) => {
    if (quoted !== undefined) return quoted === '' ? "'" : quoted
    const value = parts[whole[0] ?? '']
    if (value === undefined) return whole
    if (whole[0] === 'y' && whole.length === 2) return String(value % 100).padStart(2, '0')
    return String(value).padStart(whole.length, '0')
  })
}

function timeParts(ms: number, timeZone: string): Readonly<Record<string, number>> {
  const formatted = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(dateOf(ms))
  const number = (type: string) => Number(formatted.find((part) => part.type === type)?.value)
  const hour = number('hour')
  return {
    y: number('year'),
    Y: number('year'),
    u: number('year'),
    M: number('month'),
    d: number('day'),
    H: hour,
    h: hour % 12 === 0 ? 12 : hour % 12,
    m: number('minute'),
    s: number('second'),
    S: ms % 1000,
  }
}

function randomText(seed: string): string {
  return createHash('sha256').update(seed).digest('base64url').replace(/[-_]/g, 'x').slice(0, 11)
}
