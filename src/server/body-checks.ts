import type { Hash } from 'node:crypto'
import { createHash } from 'node:crypto'
import { ServiceError } from '../base/errors.ts'
import type { Checksum, ChecksumAlgorithm } from '../engines/checksum/checksum.ts'
import { checksumAlgorithms, checksumSizes, createChecksum } from '../engines/checksum/checksum.ts'
import type { Authenticated } from './authenticate.ts'
import type { ChunkDecoder } from './aws-chunked.ts'
import { createChunkDecoder, malformedTrailer } from './aws-chunked.ts'
import type { SignedRequest } from './canonical-request.ts'
import type { HeaderFields } from './signature.ts'

/** What a client said about its body, to be compared while it is read. */
export interface BodyPlan {
  readonly decoder: ChunkDecoder | undefined
  readonly checks: ReadonlyArray<BodyCheck>
  /** Filled from the trailers at the end of the body, by S3's names: `{ CRC32: 'NSRBwg==' }`. */
  readonly trailing: Record<string, string>
}

export interface BodyCheck {
  update(bytes: Buffer): void
  /** Throws `ServiceError` when the bytes were not what the client said. */
  finish(): void
}

export const plainBody: BodyPlan = { decoder: undefined, checks: [], trailing: {} }

/**
 * The checks of an S3 request: length, `x-amz-content-sha256`, `Content-MD5`, and the checksum in a
 * header or a trailer. Throws for headers that are themselves wrong.
 */
export function planObjectBody(request: SignedRequest, caller: Authenticated): BodyPlan {
  const { headers } = request
  const { payload, signing } = caller
  const streamed = payload.startsWith('STREAMING-')
  const checks: BodyCheck[] = []
  const declared = headers['x-amz-decoded-content-length']
  if (streamed) {
    if (declared === undefined || !/^\d{1,15}$/.test(declared)) throw missingLength()
    checks.push(checkLength(Number(declared)))
  } else if (payload.length === 64) {
    checks.push(checkSha256(payload))
  }
  const md5 = headers['content-md5']
  if (md5 !== undefined) checks.push(checkMd5(md5))
  const ofHeader = headerChecksum(request)
  if (ofHeader) checks.push(checkHeaderSum(ofHeader))

  const trailerName = streamed ? trailerOf(headers) : undefined
  const decoder = streamed
    ? createChunkDecoder({
        signing: payload.includes('HMAC') ? signing : undefined,
        withTrailers: payload.endsWith('-TRAILER'),
      })
    : undefined
  const trailing: Record<string, string> = {}
  if (decoder && trailerName) {
    if (ofHeader) throw multipleChecksums()
    checks.push(checkTrailer(trailerName, decoder, trailing))
  }
  refuseAlgorithmWithoutValue(headers, ofHeader !== undefined || trailerName !== undefined)
  return { decoder, checks, trailing }
}

const HEADER = 'x-amz-checksum-'
const notValues = new Set(['algorithm', 'mode', 'type'])

interface HeaderSum {
  readonly algorithm: ChecksumAlgorithm
  readonly value: string
}

function headerChecksum({ method, rawQuery, headers }: SignedRequest): HeaderSum | undefined {
  // AWS: at CompleteMultipartUpload the header is about the whole object, not about this body.
  if (method === 'POST' && /(?:^|&)uploadId=/.test(rawQuery)) return undefined
  let found: HeaderSum | undefined
  for (const name in headers) {
    if (!name.startsWith(HEADER) || notValues.has(name.slice(HEADER.length))) continue
    if (found) throw multipleChecksums()
    const algorithm = algorithmOf(name)
    const value = headers[name] ?? ''
    if (!isDigest(value, algorithm)) throw invalidValue(name)
    found = { algorithm, value }
  }
  return found
}

function algorithmOf(headerName: string): ChecksumAlgorithm {
  const wanted = headerName.slice(HEADER.length).toUpperCase()
  const algorithm = checksumAlgorithms.find((name) => name === wanted)
  if (algorithm) return algorithm
  throw new ServiceError(
    'InvalidRequest',
    `Checksum algorithm provided is unsupported. Please try again with any of the valid types: [${checksumAlgorithms.join(', ')}]`,
  )
}

function trailerOf(headers: HeaderFields): string | undefined {
  const names = (headers['x-amz-trailer'] ?? '').toLowerCase().split(',')
  const sums = names.map((name) => name.trim()).filter((name) => name.startsWith(HEADER))
  if (sums.length > 1) throw multipleChecksums()
  return sums[0]
}

function refuseAlgorithmWithoutValue(headers: HeaderFields, hasValue: boolean): void {
  const announced = headers['x-amz-sdk-checksum-algorithm']
  if (announced === undefined) return
  algorithmOf(HEADER + announced.toLowerCase())
  if (hasValue || announced.toUpperCase() === 'MD5') return
  throw new ServiceError(
    'InvalidRequest',
    'x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.',
  )
}

function checkLength(declared: number): BodyCheck {
  let size = 0
  return {
    update(bytes) {
      size += bytes.length
      if (size > declared) throw wrongLength()
    },
    finish() {
      if (size !== declared) throw wrongLength()
    },
  }
}

function checkSha256(wanted: string): BodyCheck {
  const hash = createHash('sha256')
  return {
    update: (bytes) => void hash.update(bytes),
    finish() {
      const computed = hash.digest('hex')
      if (computed === wanted) return
      throw new ServiceError(
        'XAmzContentSHA256Mismatch',
        "The provided 'x-amz-content-sha256' header does not match what was computed.",
        { fields: { ClientComputedContentSHA256: wanted, S3ComputedContentSHA256: computed } },
      )
    },
  }
}

function checkMd5(wanted: string): BodyCheck {
  if (!isDigest(wanted, 'MD5')) {
    throw new ServiceError('InvalidDigest', 'The Content-MD5 you specified was invalid.', {
      fields: { 'Content-MD5': wanted },
    })
  }
  const hash: Hash = createHash('md5')
  return {
    update: (bytes) => void hash.update(bytes),
    finish() {
      const computed = hash.digest('base64')
      if (computed === wanted) return
      // AWS: the computed digest is base64, the expected one hexadecimal (recorded reply).
      const expected = Buffer.from(wanted, 'base64').toString('hex')
      throw new ServiceError(
        'BadDigest',
        'The Content-MD5 you specified did not match what we received.',
        { fields: { CalculatedDigest: computed, ExpectedDigest: expected } },
      )
    },
  }
}

function checkHeaderSum({ algorithm, value }: HeaderSum): BodyCheck {
  const checksum = createChecksum(algorithm)
  return {
    update: (bytes) => checksum.update(bytes),
    finish: () => compare(algorithm, checksum, value),
  }
}

function checkTrailer(
  name: string,
  { trailers }: ChunkDecoder,
  trailing: Record<string, string>,
): BodyCheck {
  const algorithm = algorithmOf(name)
  const checksum = createChecksum(algorithm)
  return {
    update: (bytes) => checksum.update(bytes),
    finish() {
      const value = trailers.get(name)
      if (value === undefined) throw malformedTrailer()
      if (!isDigest(value, algorithm)) throw invalidValue(name)
      compare(algorithm, checksum, value)
      trailing[algorithm] = value
    },
  }
}

function compare(algorithm: ChecksumAlgorithm, checksum: Checksum, wanted: string): void {
  if (checksum.digest().toString('base64') === wanted) return
  throw new ServiceError(
    'BadDigest',
    `The ${algorithm} you specified did not match the calculated checksum.`,
  )
}

function isDigest(base64: string, algorithm: ChecksumAlgorithm): boolean {
  const bytes = Buffer.from(base64, 'base64')
  return bytes.length === checksumSizes[algorithm] && bytes.toString('base64') === base64
}

function invalidValue(headerName: string): ServiceError {
  return new ServiceError('InvalidRequest', `Value for ${headerName} header is invalid.`)
}

function multipleChecksums(): ServiceError {
  return new ServiceError(
    'InvalidRequest',
    'Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.',
  )
}

function missingLength(): ServiceError {
  return new ServiceError(
    'MissingContentLength',
    'You must provide the Content-Length HTTP header.',
    { status: 411 },
  )
}

function wrongLength(): ServiceError {
  return new ServiceError(
    'IncompleteBody',
    'You did not provide the number of bytes specified by the Content-Length HTTP header',
  )
}

/** The head as the object's own: the length of the decoded body, and its encodings but aws-chunked. */
export function decodedHeaders(headers: HeaderFields): HeaderFields {
  const { 'content-length': _length, 'content-encoding': encoding = '', ...rest } = headers
  const encodings = encoding
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '' && name.toLowerCase() !== 'aws-chunked')
  const length = headers['x-amz-decoded-content-length']
  return {
    ...rest,
    ...(encodings.length > 0 && { 'content-encoding': encodings.join(',') }),
    ...(length !== undefined && { 'content-length': length }),
  }
}
