import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'
import { extract, pack } from 'tar-stream'
import { ServiceError } from '../../base/errors.ts'
import { sagemakerLimits } from './limits.ts'

/** The name under which SageMaker's XGBoost keeps its model inside of `model.tar.gz`. */
export const MODEL_FILE = 'xgboost-model'

/** A `model.tar.gz` with the given files. */
export async function packModel(files: Readonly<Record<string, Uint8Array>>): Promise<Buffer> {
  const archive = pack()
  for (const [name, bytes] of Object.entries(files)) {
    archive.entry({ name, size: bytes.length }, Buffer.from(bytes))
  }
  archive.finalize()
  const chunks: Buffer[] = []
  await pipeline(archive, createGzip(), async (zipped) => {
    for await (const chunk of zipped) chunks.push(chunk as Buffer)
  })
  return Buffer.concat(chunks)
}

/** The text of the XGBoost model of a `model.tar.gz`. Throws `ValidationException` when it has none. */
export async function unpackModel(archive: Readable | Uint8Array): Promise<string> {
  const found: Buffer[] = []
  const reader = extract()
  reader.on('entry', (header, stream, next) => {
    const wanted = header.name.replace(/^\.\//, '') === MODEL_FILE
    let sizeBytes = 0
    stream.on('data', (data) => {
      const chunk = data as Buffer
      sizeBytes += chunk.length
      if (sizeBytes > sagemakerLimits.modelBytesMax) reader.destroy(refused('is too large'))
      else if (wanted) found.push(chunk)
    })
    stream.on('end', next)
    stream.resume()
  })
  try {
    const source = archive instanceof Uint8Array ? [archive] : archive
    await pipeline(source, createGunzip(), reader)
  } catch (cause) {
    if (cause instanceof ServiceError) throw cause
    throw refused('is not a gzipped tar archive', cause)
  }
  if (found.length === 0) throw refused(`has no file ${MODEL_FILE}`)
  return Buffer.concat(found).toString('utf8')
}

function refused(what: string, cause?: unknown): ServiceError {
  return new ServiceError('ValidationException', `The model data ${what}.`, { cause })
}
