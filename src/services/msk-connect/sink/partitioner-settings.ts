import type { Partitioner, TimestampExtractor } from './partitioners.ts'
import { partitionByFields, partitionByNumber, partitionByTime } from './partitioners.ts'
import { pathFormatProblem } from './path-format.ts'
import type { SettingReader } from './setting-reader.ts'
import { invalid, wrong } from './setting-reader.ts'
import type { TimeZone } from './time-zone.ts'
import { openTimeZone } from './time-zone.ts'

export interface Partitioning {
  readonly partitioner: Partitioner
  /** It goes by times, of whatever kind. */
  readonly isByTime: boolean
  /** It goes by the clock. */
  readonly isByClock: boolean
  /** As `timezone` says; undefined where it says nothing. */
  readonly zone: TimeZone | undefined
}

const PACKAGE = 'io.confluent.connect.storage.partitioner.'
const HOUR_MS = 3_600_000
const DAY_FORMAT = "'year'=YYYY/'month'=MM/'day'=dd"

/** The partitioners whose format and stretch of time are given. */
const fixedTimes: Readonly<Record<string, { durationMs: number; pattern: string }>> = {
  HourlyPartitioner: { durationMs: HOUR_MS, pattern: `${DAY_FORMAT}/'hour'=HH` },
  DailyPartitioner: { durationMs: 24 * HOUR_MS, pattern: DAY_FORMAT },
}

/** Throws `BadRequestException`; settings of other partitioners are left, and refused with the rest. */
export function readPartitioner(reader: SettingReader, delimiter: string): Partitioning {
  const zone = readZone(reader)
  const className = reader.text('partitioner.class') ?? `${PACKAGE}DefaultPartitioner`
  const name = className.startsWith(PACKAGE) ? className.slice(PACKAGE.length) : className
  const other = { isByTime: false, isByClock: false, zone }
  switch (name) {
    case 'DefaultPartitioner':
      return { ...other, partitioner: partitionByNumber }
    case 'FieldPartitioner': {
      const fields = reader
        .required('partition.field.name')
        .split(',')
        .map((one) => one.trim())
      return { ...other, partitioner: partitionByFields(fields, delimiter) }
    }
    case 'TimeBasedPartitioner':
    case 'HourlyPartitioner':
    case 'DailyPartitioner':
      return readTimes(reader, delimiter, zone, fixedTimes[name])
  }
  throw wrong(
    'partitioner.class',
    className,
    `Headrace has the Default-, Field-, TimeBased-, Hourly- and DailyPartitioner of ${PACKAGE.slice(0, -1)}`,
  )
}

function readTimes(
  reader: SettingReader,
  delimiter: string,
  zone: TimeZone | undefined,
  fixed: { readonly durationMs: number; readonly pattern: string } | undefined,
): Partitioning {
  const locale = readLocale(reader)
  if (!zone) throw invalid('timezone cannot be empty with a time-based partitioner.')
  const { durationMs, pattern } = fixed ?? {
    durationMs: reader.whole('partition.duration.ms', { min: 1, max: Number.MAX_SAFE_INTEGER }, 0),
    pattern: reader.required('path.format'),
  }
  if (durationMs === 0) reader.required('partition.duration.ms')
  const problem = pattern === delimiter ? 'it is empty' : pathFormatProblem(pattern)
  if (problem !== undefined) throw wrong('path.format', pattern, problem)
  const extractor = readExtractor(reader)
  const bare = pattern.endsWith(delimiter) ? pattern.slice(0, -delimiter.length) : pattern
  return {
    partitioner: partitionByTime({ durationMs, pattern: bare, locale, zone, extractor }),
    isByTime: true,
    isByClock: extractor.kind === 'wallclock',
    zone,
  }
}

function readZone(reader: SettingReader): TimeZone | undefined {
  const name = reader.text('timezone')
  if (!name) return undefined
  const zone = openTimeZone(name)
  if (!zone) throw wrong('timezone', name, 'no such time zone')
  return zone
}

function readLocale(reader: SettingReader): string {
  const locale = reader.required('locale')
  try {
    return Intl.getCanonicalLocales(locale.replaceAll('_', '-'))[0] ?? 'en'
  } catch (error) {
    if (error instanceof RangeError) throw wrong('locale', locale, 'no such locale')
    throw error
  }
}

const EXTRACTORS = `${PACKAGE}TimeBasedPartitioner$`

function readExtractor(reader: SettingReader): TimestampExtractor {
  const given = reader.text('timestamp.extractor') ?? 'Wallclock'
  const name = given.startsWith(EXTRACTORS)
    ? given.slice(EXTRACTORS.length).replace(/TimestampExtractor$/, '')
    : given
  if (name === 'Wallclock') return { kind: 'wallclock' }
  if (name === 'Record') return { kind: 'record' }
  if (name === 'RecordField') {
    return { kind: 'field', field: reader.text('timestamp.field') ?? 'timestamp' }
  }
  throw wrong('timestamp.extractor', given, 'one of Wallclock, Record, RecordField')
}
