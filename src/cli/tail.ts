import { isUtf8 } from 'node:buffer'
import { KinesisClient } from '@aws-sdk/client-kinesis'
import { createChildAbort } from '../base/child-abort.ts'
import { dateOf, parseTimeMs } from '../base/clock.ts'
import { deaggregate } from '../services/kinesis/aggregation.ts'
import type { CliContext } from './context.ts'
import { endpointOf } from './endpoint.ts'
import type { FollowedRecord, FollowStart } from './follow-stream.ts'
import { followStream } from './follow-stream.ts'

interface TailFlags {
  readonly from?: string
  readonly format?: string
  readonly limit?: string
  readonly noFollow?: boolean
  readonly endpoint?: string
}

/**
 * `headrace tail STREAM`: prints the records of a stream as they come, through splits and merges of its
 * shards, until it is interrupted.
 */
export async function tail(this: CliContext, flags: TailFlags, stream: string): Promise<void> {
  const write = writerOf(flags.format ?? 'text')
  const limit = limitOf(flags.limit)
  const start = startOf(flags.from ?? 'latest')
  const enough = createChildAbort(this.interrupted)
  let count = 0
  try {
    await followStream({
      client: createClient(this, flags.endpoint),
      clock: this.clock,
      stream,
      start,
      follows: flags.noFollow !== true,
      signal: enough.signal,
      onRecord: (record) => {
        for (const line of apart(record).map(write)) {
          this.print(line)
          if (++count < limit) continue
          enough.end()
          return
        }
      },
    })
  } finally {
    enough.end()
  }
}

/** What is printed: a record, or one of those in an aggregate of the Kinesis Producer Library. */
interface Line extends FollowedRecord {
  readonly subSequenceNumber?: number
}

function apart(record: FollowedRecord): ReadonlyArray<Line> {
  const inside = deaggregate(record.data)
  if (!inside) return [record]
  return inside.map(({ partitionKey, data }, subSequenceNumber) => {
    return { ...record, partitionKey, data, subSequenceNumber }
  })
}

function writerOf(format: string): (line: Line) => string {
  switch (format) {
    case 'text':
      return ({ partitionKey, data }) => `${partitionKey}\t${textOf(data)}`
    case 'base64':
      return ({ data }) => bytesOf(data).toString('base64')
    case 'json':
      return ({ data, arrivalMs, ...rest }) =>
        JSON.stringify({
          ...rest,
          arrival: dateOf(arrivalMs).toISOString(),
          ...(isUtf8(data) ? { data: textOf(data) } : { base64: bytesOf(data).toString('base64') }),
        })
    default:
      throw new Error(`--format: '${format}' is none of text, json, base64.`)
  }
}

function startOf(from: string): FollowStart {
  if (from === 'latest') return { at: 'LATEST' }
  if (from === 'start') return { at: 'TRIM_HORIZON' }
  const timestampMs = parseTimeMs(from)
  if (Number.isNaN(timestampMs)) {
    throw new Error(`--from: '${from}' is neither latest, nor start, nor a time in ISO 8601.`)
  }
  return { at: 'AT_TIMESTAMP', timestampMs }
}

function limitOf(text: string | undefined): number {
  if (text === undefined) return Number.POSITIVE_INFINITY
  if (!/^[1-9]\d{0,14}$/.test(text)) throw new Error(`--limit: '${text}' is not a count.`)
  return Number(text)
}

function createClient(context: CliContext, endpointFlag: string | undefined): KinesisClient {
  const { environment } = context
  const sessionToken = environment['AWS_SESSION_TOKEN']
  return new KinesisClient({
    endpoint: endpointOf(context, endpointFlag),
    region: environment['AWS_REGION'] ?? environment['AWS_DEFAULT_REGION'] ?? 'us-east-1',
    credentials: {
      accessKeyId: environment['AWS_ACCESS_KEY_ID'] ?? 'test',
      secretAccessKey: environment['AWS_SECRET_ACCESS_KEY'] ?? 'test',
      ...(sessionToken !== undefined && { sessionToken }),
    },
  })
}

function textOf(data: Uint8Array): string {
  return bytesOf(data).toString('utf8')
}

function bytesOf(data: Uint8Array): Buffer {
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength)
}
