import { createHash } from 'node:crypto'
import { EngineError } from '../../../base/errors.ts'
import type { XmlElement } from '../../../wire/codec/xml-parser.ts'
import { parseXml } from '../../../wire/codec/xml-parser.ts'
import { crc32c } from '../../checksum/crc32c.ts'
import { remoteLimits } from './limits.ts'
import type { OpenedAnswer, StoreConnection } from './store-connection.ts'
import { StoreFailure } from './store-failure.ts'

export interface UploadedPart {
  readonly number: number
  readonly etag: string
  /** base64 of its CRC-32C. */
  readonly checksum: string
}

export interface UnfinishedUpload {
  readonly name: string
  readonly uploadId: string
}

/** The operations of S3 that blobs need. Names stand below the prefix of the URL. */
export interface BlobStore {
  put(name: string, body: ReadonlyArray<Uint8Array>): Promise<void>
  beginUpload(name: string): Promise<string>
  putPart(
    upload: UnfinishedUpload,
    number: number,
    body: ReadonlyArray<Uint8Array>,
  ): Promise<UploadedPart>
  completeUpload(upload: UnfinishedUpload, parts: ReadonlyArray<UploadedPart>): Promise<void>
  /** Succeeds when there is none. */
  abortUpload(upload: UnfinishedUpload): Promise<void>
  /** The bytes from `start` on, below `end`. */
  get(name: string, start: number, end: number): Promise<OpenedAnswer>
  /** Succeeds for those that are not there. */
  remove(names: ReadonlyArray<string>): Promise<void>
  /** The first page of the names that begin so. */
  list(prefix: string): Promise<ReadonlyArray<string>>
  /** The first page; empty where the store cannot tell. */
  unfinishedUploads(prefix: string): Promise<ReadonlyArray<UnfinishedUpload>>
}

const CHECKSUM = 'x-amz-checksum-crc32c'

export function createBlobStore(connection: StoreConnection, prefix: string): BlobStore {
  const { exchange } = connection

  async function removePage(names: ReadonlyArray<string>): Promise<void> {
    const keys = names.map((name) => `<Object><Key>${prefix}${name}</Key></Object>`).join('')
    const body = Buffer.from(
      `<Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${keys}<Quiet>true</Quiet></Delete>`,
    )
    const md5 = createHash('md5').update(body).digest('base64')
    const headers = { 'content-md5': md5, 'content-type': 'application/xml' }
    const query = { delete: '' }
    const answer = await exchange({ method: 'POST', query, headers, body: [body] })
    const [first] = childrenOf(parseXml(answer.body), 'Error')
    if (!first) return
    const text = `${textIn(first, 'Key')} was not removed: ${textIn(first, 'Code')}`
    throw new EngineError('unavailable', `the store of objects: ${text}`)
  }

  return {
    async put(name, body) {
      const headers = { [CHECKSUM]: checksumOf(body) }
      await exchange({ method: 'PUT', key: name, headers, body })
    },

    ...createUploads(connection),

    get: (name, start, end) =>
      connection.open({
        method: 'GET',
        key: name,
        headers: { range: `bytes=${start}-${end - 1}` },
      }),

    async remove(names) {
      const [only] = names
      if (only !== undefined && names.length === 1) {
        await exchange({ method: 'DELETE', key: only })
        return
      }
      for (let at = 0; at < names.length; at += remoteLimits.removalsMax) {
        await removePage(names.slice(at, at + remoteLimits.removalsMax))
      }
    },

    async list(below) {
      const pageMax = String(remoteLimits.pageMax)
      const query = { 'list-type': '2', prefix: prefix + below, 'max-keys': pageMax }
      const { body } = await exchange({ method: 'GET', query })
      return childrenOf(parseXml(body), 'Contents').map((one) =>
        textIn(one, 'Key').slice(prefix.length),
      )
    },

    async unfinishedUploads(below) {
      try {
        const query = { uploads: '', prefix: prefix + below }
        const { body } = await exchange({ method: 'GET', query })
        return childrenOf(parseXml(body), 'Upload').map((one) => ({
          name: textIn(one, 'Key').slice(prefix.length),
          uploadId: textIn(one, 'UploadId'),
        }))
      } catch (error) {
        const cause = error instanceof EngineError ? error.cause : undefined
        if (cause instanceof StoreFailure && cause.status === 501) return []
        throw error
      }
    },
  }
}

type Uploads = Pick<BlobStore, 'beginUpload' | 'putPart' | 'completeUpload' | 'abortUpload'>

function createUploads({ exchange }: StoreConnection): Uploads {
  async function size(name: string): Promise<number | undefined> {
    try {
      const { headers } = await exchange({ method: 'HEAD', key: name })
      return Number(headers['content-length'])
    } catch (error) {
      if (isNotFound(error)) return undefined
      throw error
    }
  }

  return {
    async beginUpload(name) {
      const headers = { 'x-amz-checksum-algorithm': 'CRC32C' }
      const query = { uploads: '' }
      const { body } = await exchange({ method: 'POST', key: name, query, headers })
      return textIn(parseXml(body), 'UploadId')
    },

    async putPart({ name, uploadId }, number, body) {
      const checksum = checksumOf(body)
      const query = { partNumber: String(number), uploadId }
      const headers = { [CHECKSUM]: checksum }
      const answer = await exchange({ method: 'PUT', key: name, query, headers, body })
      return { number, etag: answer.headers.etag ?? '', checksum }
    },

    async completeUpload({ name, uploadId }, parts) {
      const body = Buffer.from(partsDocument(parts))
      const headers = { 'content-type': 'application/xml' }
      try {
        await exchange({ method: 'POST', key: name, query: { uploadId }, headers, body: [body] })
      } catch (error) {
        // An attempt whose answer was lost may have done it: then there is no upload any more.
        if (!isNotFound(error) || (await size(name)) === undefined) throw error
      }
    },

    async abortUpload({ name, uploadId }) {
      try {
        await exchange({ method: 'DELETE', key: name, query: { uploadId } })
      } catch (error) {
        if (!isNotFound(error)) throw error
      }
    },
  }
}

function isNotFound(error: unknown): boolean {
  return error instanceof EngineError && error.kind === 'not-found'
}

function checksumOf(body: ReadonlyArray<Uint8Array>): string {
  let sum = 0
  for (const bytes of body) sum = crc32c(bytes, sum)
  const encoded = Buffer.allocUnsafe(4)
  encoded.writeUInt32BE(sum)
  return encoded.toString('base64')
}

function partsDocument(parts: ReadonlyArray<UploadedPart>): string {
  const elements = parts.map(
    ({ number, etag, checksum }) =>
      `<Part><PartNumber>${number}</PartNumber><ETag>${escaped(etag)}</ETag><ChecksumCRC32C>${checksum}</ChecksumCRC32C></Part>`,
  )
  return `<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${elements.join('')}</CompleteMultipartUpload>`
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;')
}

function childrenOf(element: XmlElement, name: string): ReadonlyArray<XmlElement> {
  return element.children.filter((one) => one.name === name)
}

function textIn(element: XmlElement, name: string): string {
  return element.children.find((one) => one.name === name)?.text ?? ''
}
