import { parseTopicPattern } from '../../kafka/groups/consumer/topic-pattern.ts'
import { connectLimits } from '../limits.ts'
import type { Converter } from './converters.ts'
import type { ObjectFormat } from './formats.ts'
import { extensionOf } from './formats.ts'
import type { Naming } from './object-key.ts'
import { readPartitioner } from './partitioner-settings.ts'
import type { Partitioner } from './partitioners.ts'
import type { SettingReader } from './setting-reader.ts'
import { createSettingReader, invalid, wrong } from './setting-reader.ts'
import type { TimeZone } from './time-zone.ts'

/** What an S3 sink connector is told by its configuration. */
export interface SinkSettings {
  readonly className: string
  readonly tasksMax: number
  readonly topics: TopicChoice
  readonly bucket: string
  /** Undefined: the region of the connector. */
  readonly region: string | undefined
  readonly naming: Naming
  readonly format: ObjectFormat
  /** Undefined: objects are not compressed. */
  readonly gzipLevel: number | undefined
  readonly partitioner: Partitioner
  /** The folder of a record is that of the moment at which it is read. */
  readonly isByClock: boolean
  readonly rotation: Rotation
  /** Of an open object: what is more lies in a scratch file until the object is written. */
  readonly fileMemoryBytes: number
  readonly skipsNull: boolean
  readonly errors: ErrorHandling
  readonly key: Converter
  readonly value: Converter
  readonly reset: 'earliest' | 'latest'
}

/** When the open objects of a partition are closed. */
export interface Rotation {
  readonly recordsMax: number
  /** By the times of the records; undefined: never. */
  readonly intervalMs: number | undefined
  /** By the clock, counted from midnight; undefined: never. */
  readonly schedule: { readonly everyMs: number; readonly zone: TimeZone } | undefined
}

export interface ErrorHandling {
  readonly tolerates: boolean
  readonly logs: boolean
  readonly logsMessages: boolean
  readonly deadLetterTopic: string | undefined
  readonly deadLetterHeaders: boolean
}

export interface TopicChoice {
  readonly includes: (topic: string) => boolean
  /** Undefined where they go by an expression. A topic that is not there yet is read once it is. */
  readonly names: ReadonlyArray<string> | undefined
}

const MS = { min: -1, max: 1_000_000_000_000 }
const FORMATS = 'io.confluent.connect.s3.format.'

/**
 * The meaning of a configuration, which is that of the worker with that of the connector over it.
 * Throws `BadRequestException` that names the first setting that is missing, wrong or has no effect.
 */
export function readSinkSettings(configuration: Readonly<Record<string, string>>): SinkSettings {
  const reader = createSettingReader(configuration)
  const className = reader.required('connector.class')
  const topics = readTopics(reader)
  const gzipLevel = readCompression(reader)
  const format = readFormat(reader)
  const directoryDelimiter = reader.text('directory.delim') ?? '/'
  const partitioning = readPartitioner(reader, directoryDelimiter)
  const settings: SinkSettings = {
    className,
    tasksMax: reader.whole('tasks.max', { min: 1, max: connectLimits.tasksMax }, 1),
    topics,
    bucket: reader.required('s3.bucket.name'),
    region: readRegion(reader),
    naming: {
      directory: reader.text('topics.dir') ?? 'topics',
      directoryDelimiter,
      fileDelimiter: reader.text('file.delim') ?? '+',
      offsetDigits: reader.whole('filename.offset.zero.pad.width', { min: 0, max: 19 }, 10),
      extension: extensionOf(format, gzipLevel !== undefined),
    },
    format,
    gzipLevel,
    partitioner: partitioning.partitioner,
    isByClock: partitioning.isByClock,
    rotation: readRotation(reader, partitioning),
    fileMemoryBytes: reader.whole(
      's3.part.size',
      { min: 5_242_880, max: 2_147_483_647 },
      26_214_400,
    ),
    skipsNull: readNullBehaviour(reader),
    errors: readErrors(reader, topics),
    key: readConverter(reader, 'key'),
    value: readConverter(reader, 'value'),
    reset: readReset(reader),
  }
  readFixed(reader)
  if (format.kind === 'bytes' && settings.value.kind !== 'bytes') {
    throw invalid(
      'ByteArrayFormat needs value.converter org.apache.kafka.connect.converters.ByteArrayConverter.',
    )
  }
  reader.refuseRest()
  return settings
}

function readTopics(reader: SettingReader): TopicChoice {
  const list = reader.text('topics')
  const expression = reader.text('topics.regex')
  if (list !== undefined && expression !== undefined) {
    throw invalid('topics and topics.regex are mutually exclusive options, but both are set.')
  }
  if (expression) {
    const pattern = parseTopicPattern(expression)
    if ('fault' in pattern) throw wrong('topics.regex', expression, pattern.fault)
    return { names: undefined, includes: (topic) => pattern.matches(topic) }
  }
  const names = [...new Set((list ?? '').split(',').map((one) => one.trim()))].filter(Boolean)
  if (names.length === 0) throw invalid('Must configure one of topics or topics.regex.')
  return { names, includes: (topic) => names.includes(topic) }
}

function readRegion(reader: SettingReader): string | undefined {
  const region = reader.text('s3.region')
  if (region !== undefined && !/^[a-z]{2}(-[a-z]+)+-\d$/.test(region)) {
    throw wrong('s3.region', region, 'a region of AWS')
  }
  return region
}

function readCompression(reader: SettingReader): number | undefined {
  const type = reader.choice('s3.compression.type', ['none', 'gzip'], 'none')
  const level = reader.whole('s3.compression.level', { min: -1, max: 9 }, -1)
  return type === 'gzip' ? level : undefined
}

function readFormat(reader: SettingReader): ObjectFormat {
  const name = reader.required('format.class')
  const extension = reader.text('format.bytearray.extension') ?? '.bin'
  const separator = reader.text('format.bytearray.separator') ?? '\n'
  if (name === `${FORMATS}json.JsonFormat`) return { kind: 'json' }
  if (name === `${FORMATS}bytearray.ByteArrayFormat`) return { kind: 'bytes', extension, separator }
  throw wrong(
    'format.class',
    name,
    `Headrace writes ${FORMATS}json.JsonFormat and ${FORMATS}bytearray.ByteArrayFormat`,
  )
}

function readRotation(
  reader: SettingReader,
  { zone, isByTime }: ReturnType<typeof readPartitioner>,
): Rotation {
  const recordsMax = reader.whole('flush.size', { min: 1, max: 2_147_483_647 }, 0)
  if (recordsMax === 0) reader.required('flush.size')
  const intervalMs = reader.whole('rotate.interval.ms', MS, -1)
  const everyMs = reader.whole('rotate.schedule.interval.ms', MS, -1)
  if (intervalMs > 0 && !isByTime) {
    throw invalid('rotate.interval.ms has an effect with a time-based partitioner only.')
  }
  if (everyMs > 0 && !zone) throw invalid('rotate.schedule.interval.ms needs a timezone.')
  return {
    recordsMax,
    intervalMs: intervalMs > 0 ? intervalMs : undefined,
    schedule: everyMs > 0 && zone ? { everyMs, zone } : undefined,
  }
}

function readNullBehaviour(reader: SettingReader): boolean {
  const behaviour = reader.choice('behavior.on.null.values', ['fail', 'ignore', 'write'], 'fail')
  if (behaviour === 'write') {
    throw wrong('behavior.on.null.values', behaviour, 'Headrace writes no objects of tombstones')
  }
  return behaviour === 'ignore'
}

function readErrors(reader: SettingReader, topics: TopicChoice): ErrorHandling {
  const tolerates = reader.choice('errors.tolerance', ['none', 'all'], 'none') === 'all'
  const deadLetterTopic = reader.text('errors.deadletterqueue.topic.name') || undefined
  const deadLetterHeaders = reader.flag('errors.deadletterqueue.context.headers.enable', false)
  const replicas = reader.whole(
    'errors.deadletterqueue.topic.replication.factor',
    { min: -1, max: 32_767 },
    1,
  )
  const logs = reader.flag('errors.log.enable', false)
  const logsMessages = reader.flag('errors.log.include.messages', false)
  if (Math.abs(replicas) !== 1) {
    throw wrong(
      'errors.deadletterqueue.topic.replication.factor',
      String(replicas),
      'there is one broker',
    )
  }
  if (deadLetterTopic !== undefined && !tolerates) {
    throw invalid('errors.deadletterqueue.topic.name has an effect with errors.tolerance=all only.')
  }
  if (deadLetterTopic !== undefined && topics.includes(deadLetterTopic)) {
    throw wrong(
      'errors.deadletterqueue.topic.name',
      deadLetterTopic,
      'the connector reads that topic',
    )
  }
  return { tolerates, deadLetterTopic, deadLetterHeaders, logs, logsMessages }
}

const converters: Readonly<Record<string, Converter['kind']>> = {
  'org.apache.kafka.connect.storage.StringConverter': 'string',
  'org.apache.kafka.connect.converters.ByteArrayConverter': 'bytes',
  'org.apache.kafka.connect.json.JsonConverter': 'json',
}

function readConverter(reader: SettingReader, side: 'key' | 'value'): Converter {
  const name = `${side}.converter`
  const className = reader.text(name) ?? 'org.apache.kafka.connect.storage.StringConverter'
  const kind = converters[className]
  if (!kind) throw wrong(name, className, `Headrace has ${Object.keys(converters).join(', ')}`)
  // StringConverter and ByteArrayConverter take the setting and do nothing with it, as in Java.
  return { kind, hasSchemas: reader.flag(`${name}.schemas.enable`, true) }
}

/** The connector may say otherwise than its worker. */
function readReset(reader: SettingReader): SinkSettings['reset'] {
  const values = ['earliest', 'latest'] as const
  const ofWorker = reader.choice('consumer.auto.offset.reset', values, 'earliest')
  return reader.choice('consumer.override.auto.offset.reset', values, ofWorker)
}

/** What configurations say as a matter of course, and may say in one way only. */
function readFixed(reader: SettingReader): void {
  const storage = 'io.confluent.connect.s3.storage.S3Storage'
  reader.choice('storage.class', [storage], storage)
  reader.choice('schema.compatibility', ['NONE'], 'NONE')
}
