import type { Readable } from 'node:stream'
import { ServiceError } from '../../../base/errors.ts'
import type { Scope } from '../../../base/scope.ts'
import type { ObjectAccess } from '../../s3/objects/object-access.ts'
import { invalidParameter, tooLarge, unsupported } from '../lambda-errors.ts'
import { limits } from '../limits.ts'

interface CodeInput {
  readonly ZipFile?: Uint8Array | undefined
  readonly S3Bucket?: string | undefined
  readonly S3Key?: string | undefined
  readonly S3ObjectVersion?: string | undefined
  readonly S3ObjectStorageMode?: string | undefined
  readonly ImageUri?: string | undefined
  readonly SourceKMSKeyArn?: string | undefined
}

/** The deployment package of a request, from the request itself or from a bucket. */
export async function readCode(
  objects: ObjectAccess,
  scope: Scope,
  code: CodeInput,
): Promise<Buffer> {
  if (code.ImageUri !== undefined) throw unsupported('Code.ImageUri (PackageType Image)')
  if (code.SourceKMSKeyArn !== undefined) throw unsupported('SourceKMSKeyArn')
  if (code.S3ObjectVersion !== undefined) throw unsupported('S3ObjectVersion')
  if (code.S3ObjectStorageMode !== undefined && code.S3ObjectStorageMode !== 'COPY') {
    throw unsupported(`S3ObjectStorageMode ${code.S3ObjectStorageMode}`)
  }
  if (code.ZipFile) {
    if (code.ZipFile.byteLength > limits.zippedBytesMax) {
      throw tooLarge(`Zipped size must be smaller than ${limits.zippedBytesMax} bytes`)
    }
    return bytesOf(code.ZipFile)
  }
  if (code.S3Bucket === undefined || code.S3Key === undefined) {
    throw invalidParameter('Please provide a source for function code.')
  }
  return readObject(objects, scope, code.S3Bucket, code.S3Key)
}

async function readObject(
  objects: ObjectAccess,
  scope: Scope,
  bucket: string,
  key: string,
): Promise<Buffer> {
  try {
    const { summary, body } = await objects.get(scope, bucket, key)
    if (summary.sizeBytes > limits.unzippedBytesMax) {
      throw invalidParameter(`Unzipped size must be smaller than ${limits.unzippedBytesMax} bytes`)
    }
    return body instanceof Uint8Array ? bytesOf(body) : await readAll(body)
  } catch (error) {
    const isS3 = error instanceof ServiceError && error.code.startsWith('NoSuch')
    if (!isS3) throw error
    throw invalidParameter(
      `Error occurred while GetObject. S3 Error Code: ${error.code}. S3 Error Message: ${error.message}`,
      error,
    )
  }
}

async function readAll(body: Readable): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of body) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

function bytesOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
