import { wallMsOfText } from '../../../base/clock.ts'
import type { SinkValue } from './converters.ts'
import type { JsonNode } from './json-text.ts'
import { memberAt } from './json-text.ts'
import type { PathFormat } from './path-format.ts'
import { createPathFormat } from './path-format.ts'
import type { TimeZone } from './time-zone.ts'

/** What decides into which folder a record goes. */
export interface Placed {
  readonly partition: number
  readonly value: SinkValue
  readonly timestampMs: number
}

export type Place =
  | {
      /** Below the topic's folder. */
      readonly path: string
      /** Of the time-based partitioner: the time of the record. */
      readonly timeMs?: number
    }
  /** Why the record has no place. */
  | { readonly fault: string }

/** `nowMs` is the clock's time where the partitioner goes by that. The same input, the same place. */
export type Partitioner = (record: Placed, nowMs: number) => Place

export type TimestampExtractor =
  | { readonly kind: 'wallclock' }
  | { readonly kind: 'record' }
  | { readonly kind: 'field'; readonly field: string }

export interface TimePartitioning {
  readonly durationMs: number
  readonly pattern: string
  readonly locale: string
  readonly zone: TimeZone
  readonly extractor: TimestampExtractor
}

export const partitionByNumber: Partitioner = ({ partition }) => ({
  path: `partition=${partition}`,
})

export function partitionByFields(fields: ReadonlyArray<string>, delimiter: string): Partitioner {
  return ({ value }) => {
    const parts: string[] = []
    for (const field of fields) {
      const node = value.kind === 'json' ? memberAt(value.node, field) : undefined
      const text = node && keyText(node)
      if (text === undefined) {
        return {
          fault: `Error encoding partition: the value has no field ${field} that is a text, a whole number or a boolean.`,
        }
      }
      parts.push(`${field}=${text}`)
    }
    return { path: parts.join(delimiter) }
  }
}

export function partitionByTime(partitioning: TimePartitioning): Partitioner {
  const format = createPathFormat(partitioning.pattern, partitioning.locale)
  const { extractor } = partitioning
  // The last one that was asked for: most records follow one another in the same stretch of time.
  let last = { localMs: Number.NaN, path: '' }
  return (record, nowMs) => {
    const timeMs = timeOf(extractor, record, nowMs)
    if (timeMs === undefined)
      return { fault: `Error extracting timestamp from ${whereOf(extractor)}.` }
    const localMs = localStart(partitioning, timeMs)
    if (last.localMs !== localMs) last = { localMs, path: pathOf(partitioning, format, localMs) }
    return { path: last.path, timeMs }
  }
}

/** Where the stretch of time begins that the moment is in, as a clock in the zone shows it. */
function localStart({ durationMs, zone }: TimePartitioning, timeMs: number): number {
  return Math.trunc(zone.toLocal(timeMs) / durationMs) * durationMs
}

/** By way of UTC and back: where clocks were put forward that beginning may never have been shown. */
function pathOf({ zone }: TimePartitioning, format: PathFormat, localMs: number): string {
  return format.write(zone.toLocal(zone.toUtc(localMs)))
}

function whereOf(extractor: TimestampExtractor): string {
  return extractor.kind === 'field' ? `record field: ${extractor.field}` : 'record'
}

function timeOf(
  extractor: TimestampExtractor,
  { value, timestampMs }: Placed,
  nowMs: number,
): number | undefined {
  if (extractor.kind === 'wallclock') return nowMs
  if (extractor.kind === 'record') return timestampMs
  const node = value.kind === 'json' ? memberAt(value.node, extractor.field) : undefined
  if (node?.kind === 'number') return inRange(Math.trunc(Number(node.text)))
  return node?.kind === 'string' ? textTime(node.value) : undefined
}

const ISO = /^\d{4}(-\d\d(-\d\d)?)?(T\d\d(:\d\d(:\d\d([.,]\d+)?)?)?(Z|[+-]\d\d(:?\d\d)?)?)?$/

/** Times of ISO 8601; without an offset they are in UTC. */
function textTime(text: string): number | undefined {
  if (!ISO.test(text)) return undefined
  const [, date = '', hour, minute = '00', rest = ':00', offset = 'Z'] =
    /^([\d-]+?)(?:T(\d\d)(?::(\d\d))?(:[\d.,]+)?(Z|[+-]\d\d(?::?\d\d)?)?)?$/.exec(text) ?? []
  if (hour === undefined) return inRange(wallMsOfText(date))
  const zone =
    offset === 'Z' ? 'Z' : `${offset.slice(0, 3)}:${offset.slice(3).replace(':', '') || '00'}`
  return inRange(
    wallMsOfText(`${fullDate(date)}T${hour}:${minute}${rest.replace(',', '.')}${zone}`),
  )
}

function fullDate(date: string): string {
  const [year, month = '01', day = '01'] = date.split('-')
  return `${year}-${month}-${day}`
}

/** The first and last moment that a date can be made of. */
function inRange(ms: number): number | undefined {
  return Math.abs(ms) <= 8.64e15 ? ms : undefined
}

function keyText(node: JsonNode): string | undefined {
  if (node.kind === 'string') return node.value
  if (node.kind === 'boolean') return String(node.value)
  if (node.kind === 'number' && /^-?\d+$/.test(node.text)) return node.text
  return undefined
}
