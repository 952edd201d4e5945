import { createHash } from 'node:crypto'
import { dateOf } from '../../base/clock.ts'
import { ServiceError } from '../../base/errors.ts'
import type { Scope } from '../../base/scope.ts'
import type { Channel } from './channel.ts'
import { channelArn } from './channel.ts'
import { KEY_BYTES_MAX } from './limits.ts'
import type { Batch } from './progress.ts'

/*
 * Keys of delivered objects (Kinesis Data Streams Developer Guide, "S3 output key template"). AWS
 * appends a suffix that makes every key unique and does not say which; ours is made from the ranges
 * of offsets, so that a batch that is delivered again overwrites itself. It stands before the
 * extension where the template ends with that.
 */

type KeyedChannel = Pick<Channel, 'name' | 'id' | 'source' | 'storage'>

export const DEFAULT_TEMPLATE =
  'kinesis-channel/!{channel-name}/!{channel-id}/!{yyyy}/!{MM}/!{dd}/!{HH}/' +
  '!{channel-name}-!{channel-id}-!{yyyy}-!{MM}-!{dd}-!{HH}-!{mm}!{extension}'

const VARIABLE = /!\{([^}]*)\}/g
const EXTENSION_AT_END = /!\{extension(:[^}]*)?\}$/
const LITERAL_EXTENSION = /^extension:\.?[\w.-]+$/
const names = [
  'channel-name',
  'channel-id',
  'stream-name',
  'yyyy',
  'yy',
  'MM',
  'dd',
  'HH',
  'mm',
  'extension',
]
/** What a suffix adds. */
const SUFFIX_BYTES = 33

/** Throws `InvalidArgumentException` for what could not be evaluated at delivery. */
export function checkTemplate(scope: Scope, channel: KeyedChannel): void {
  const { keyTemplate } = channel.storage
  const refuse = (reason: string) =>
    new ServiceError('InvalidArgumentException', `OutputKeyTemplate ${keyTemplate} ${reason}`)
  for (const [whole, name = ''] of keyTemplate.matchAll(VARIABLE)) {
    if (!names.includes(name) && !LITERAL_EXTENSION.test(name)) {
      throw refuse(`has the unknown variable ${whole}.`)
    }
  }
  if (keyTemplate.replace(VARIABLE, '').includes('!{')) throw refuse('has an unclosed variable.')
  if (keyTemplate.startsWith('/') || keyTemplate.endsWith('/')) {
    throw refuse('must neither start nor end with a slash.')
  }
  const key = objectKey(scope, channel, { ranges: [], firstArrivalMs: 0 })
  if (Buffer.byteLength(key) > KEY_BYTES_MAX) throw refuse('makes keys that are too long.')
}

export function objectKey(scope: Scope, channel: KeyedChannel, batch: Batch): string {
  const template = channel.storage.keyTemplate
  const at = template.search(EXTENSION_AT_END)
  const head = at === -1 ? template : template.slice(0, at)
  const tail = at === -1 ? '' : template.slice(at)
  const suffix = suffixOf(scope, channel, batch)
  return evaluate(head, channel, batch) + suffix + evaluate(tail, channel, batch)
}

export function deadLetterKey(scope: Scope, channel: Channel, batch: Batch): string {
  const { prefix } = channel.deadLetters
  const template = '!{yyyy}/!{MM}/!{dd}/!{HH}/!{channel-name}-!{yyyy}-!{MM}-!{dd}-!{HH}-!{mm}'
  return `${prefix}${evaluate(template, channel, batch)}${suffixOf(scope, channel, batch)}.json`
}

export function defaultErrorPrefix({ name, id }: Pick<Channel, 'name' | 'id'>): string {
  return `kinesis-channel/errors/${name}/${id}/`
}

function evaluate(template: string, channel: KeyedChannel, { firstArrivalMs }: Batch): string {
  const [year = '', month = '', day = '', hour = '', minute = ''] = dateOf(firstArrivalMs)
    .toISOString()
    .split(/[-T:]/)
  const values: Readonly<Record<string, string>> = {
    'channel-name': channel.name,
    'channel-id': channel.id,
    'stream-name': channel.source.streamName,
    yyyy: year,
    yy: year.slice(-2),
    MM: month,
    dd: day,
    HH: hour,
    mm: minute,
    extension: extensionOf(channel),
  }
  return template.replace(VARIABLE, (_whole, name: string) =>
    name.startsWith('extension:') ? name.slice('extension:'.length) : (values[name] ?? ''),
  )
}

function extensionOf({ source, storage }: KeyedChannel): string {
  const byFormat = { JSON: '.json', STRING: '.txt', BYTE_ARRAY: '.bin' }[source.format]
  return storage.compression === 'GZIP' ? `${byFormat}.gz` : byFormat
}

function suffixOf(scope: Scope, channel: KeyedChannel, { ranges }: Batch): string {
  const parts = [channelArn(scope, channel), ...ranges.map((one) => Object.values(one).join(':'))]
  const digest = createHash('sha256').update(parts.join('\n')).digest('hex')
  return `-${digest.slice(0, SUFFIX_BYTES - 1)}`
}
