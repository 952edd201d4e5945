import { ServiceError } from '../../../base/errors.ts'
import type { ByteRange } from '../../../engines/objects/port.ts'
import { invalidArgument, invalidRequest } from '../s3-errors.ts'
import type { ObjectRecord } from './object-record.ts'
import { partCountOf, partSpan } from './object-record.ts'

/**
 * The bytes that a `Range` header asks for; undefined for the whole object. Throws `InvalidRange`
 * when there are none of them.
 */
export function rangeOf(header: string | undefined, sizeBytes: number): ByteRange | undefined {
  // AWS: several ranges, and what is no range, are answered with the whole object.
  const match = /^bytes\s*=\s*(\d*)\s*-\s*(\d*)$/i.exec(header?.trim() ?? '')
  if (!header || !match) return undefined
  const [, from = '', to = ''] = match
  if (from === '' && to === '') return undefined
  const first = from === '' ? Math.max(sizeBytes - Number(to), 0) : Number(from)
  const last = from === '' || to === '' ? sizeBytes - 1 : Math.min(Number(to), sizeBytes - 1)
  if (from !== '' && to !== '' && Number(to) < Number(from)) return undefined
  if (first >= sizeBytes || first > last) {
    throw new ServiceError('InvalidRange', 'The requested range is not satisfiable', {
      status: 416,
      fields: { RangeRequested: header, ActualObjectSize: sizeBytes },
    })
  }
  return { first, last }
}

/** The bytes of one part, of an object that may have been uploaded in one. */
export function partRangeOf(
  record: ObjectRecord,
  sizeBytes: number,
  partNumber: number,
): ByteRange | undefined {
  const span = record.parts
    ? partSpan(record.parts, partNumber)
    : partNumber === 1
      ? { offset: 0, sizeBytes }
      : undefined
  if (!span) {
    throw new ServiceError('InvalidPartNumber', 'The requested partnumber is not satisfiable', {
      status: 416,
      fields: {
        ActualPartCount: record.parts ? partCountOf(record.parts) : 1,
        PartNumberRequested: partNumber,
      },
    })
  }
  if (span.sizeBytes === 0) return undefined
  return { first: span.offset, last: span.offset + span.sizeBytes - 1 }
}

export function requireOneSelection(range: unknown, partNumber: number | undefined): void {
  if (range !== undefined && partNumber !== undefined) {
    throw invalidRequest('Cannot specify both Range header and partNumber query parameter')
  }
  if (partNumber !== undefined) requirePartNumber(partNumber)
}

export function requirePartNumber(partNumber: number): void {
  if (Number.isInteger(partNumber) && partNumber >= 1 && partNumber <= 10_000) return
  throw invalidArgument(
    'Part number must be an integer between 1 and 10000, inclusive',
    'partNumber',
    String(partNumber),
  )
}

/** `bytes=first-last` of UploadPartCopy, which has to lie within the source. */
export function copyRangeOf(header: string, sizeBytes: number): ByteRange {
  const name = 'x-amz-copy-source-range'
  const match = /^bytes=(\d+)-(\d+)$/.exec(header)
  const first = Number(match?.[1])
  const last = Number(match?.[2])
  if (!match || first > last) {
    throw invalidArgument(
      'The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy',
      name,
      header,
    )
  }
  if (last >= sizeBytes) {
    throw invalidArgument(
      `Range specified is not valid for source object of size: ${sizeBytes}`,
      name,
      header,
    )
  }
  return { first, last }
}
