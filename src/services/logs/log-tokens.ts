import type { ServiceError } from '../../base/errors.ts'
import { invalidParameter } from './log-errors.ts'
import type { LogPosition } from './log-events.ts'

/** Tokens of GetLogEvents look as AWS's do: `f/` or `b/`, 56 digits, `/s`. */
const TIME_DIGITS = 16
const SEQUENCE_DIGITS = 40

export function streamToken(direction: 'f' | 'b', position: LogPosition): string {
  return `${direction}/${digitsOf(position)}/s`
}

export function readStreamToken(token: string): {
  readonly backward: boolean
  readonly position: LogPosition
} {
  const [, direction, time, sequence] = /^([fb])\/(\d{16})(\d{40})\/s$/.exec(token) ?? []
  if (direction === undefined) throw invalidToken()
  return {
    backward: direction === 'b',
    position: { timestampMs: Number(time), sequence: Number(sequence) },
  }
}

/** Unique in its group. */
export function eventId(streamId: string, position: LogPosition): string {
  const stream = BigInt(`0x${streamId}`).toString().padStart(20, '0')
  const time = String(position.timestampMs).padStart(TIME_DIGITS, '0')
  return `${time}${stream}${String(position.sequence).padStart(20, '0')}`
}

/** Where FilterLogEvents goes on: behind this event of this stream. */
export interface MergePosition extends LogPosition {
  readonly stream: string
}

export function encodePageToken(
  event: LogPosition & { readonly stream: { readonly name: string } },
): string {
  const position = [event.timestampMs, event.stream.name, event.sequence]
  return Buffer.from(JSON.stringify(position)).toString('base64url')
}

export function decodePageToken(token: string | undefined): MergePosition | undefined {
  if (token === undefined) return undefined
  try {
    const [timestampMs, stream, sequence] = JSON.parse(
      Buffer.from(token, 'base64url').toString('utf8'),
    ) as [number, string, number]
    return { timestampMs: Number(timestampMs), stream: String(stream), sequence: Number(sequence) }
  } catch (error) {
    throw invalidToken(error)
  }
}

function digitsOf({ timestampMs, sequence }: LogPosition): string {
  const time = String(timestampMs).padStart(TIME_DIGITS, '0')
  return `${time}${String(sequence).padStart(SEQUENCE_DIGITS, '0')}`
}

function invalidToken(cause?: unknown): ServiceError {
  return invalidParameter('The specified nextToken is invalid.', cause)
}
