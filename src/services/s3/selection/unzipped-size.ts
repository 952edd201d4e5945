import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { hasErrorCode, ServiceError } from '../../../base/errors.ts'

/** How many bytes are in a GZIP body; throws `InvalidCompressionFormat` where it is none. */
export async function unzippedSize(body: Readable | Uint8Array): Promise<number> {
  let sizeBytes = 0
  const source = body instanceof Uint8Array ? Readable.from([body]) : body
  try {
    await pipeline(source, createGunzip(), async (chunks: AsyncIterable<Uint8Array>) => {
      for await (const chunk of chunks) sizeBytes += chunk.length
    })
  } catch (error) {
    const isNone = ['Z_DATA_ERROR', 'Z_BUF_ERROR'].some((code) => hasErrorCode(error, code))
    if (!isNone) throw error
    throw new ServiceError(
      'InvalidCompressionFormat',
      'The file is not in a supported compression format. Only GZIP and BZIP2 are supported.',
      { cause: error },
    )
  }
  return sizeBytes
}
