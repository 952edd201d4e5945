import type { Scope } from '../../base/scope.ts'
import { parseS3Path } from '../glue/s3-path.ts'
import type { ObjectAccess } from '../s3/objects/object-access.ts'
import type { Execution } from './executions.ts'
import { encodeMetadata } from './metadata-file.ts'
import type { Outcome } from './run/outcome.ts'

/**
 * Puts the result of an execution where Athena puts it: `<id>.csv` or `<id>.txt`, with `.metadata`
 * beside it, and a manifest of the objects that the statement wrote. Answers the manifest's place.
 */
export async function writeResult(
  objects: ObjectAccess,
  scope: Scope,
  execution: Execution,
  outcome: Outcome,
): Promise<string | undefined> {
  const put = async (uri: string, body: Uint8Array | { readonly path: string }) => {
    const { bucket, key } = parseS3Path(uri)
    // AWS: recorded content type of result files.
    await objects.put(scope, { bucket, key, body, contentType: 'application/octet-stream' })
  }
  const { outputLocation, id } = execution
  let manifest: string | undefined
  if (outcome.written) {
    manifest = `${outputLocation.replace(/\.csv$/, '')}-manifest.csv`
    await put(manifest, Buffer.from(outcome.written.map((uri) => `${uri}\n`).join('')))
  }
  const { columns, updateKind, updateCount, body } = outcome
  if (columns.length > 0 || updateKind) {
    const metadata = encodeMetadata({
      queryId: id,
      columns,
      ...(updateKind !== undefined && { updateKind }),
      ...(updateCount !== undefined && { updateCount }),
    })
    await put(`${outputLocation}.metadata`, metadata)
  }
  // Last: who sees the result sees the rest too.
  if (body.kind === 'csv') await put(outputLocation, { path: body.path })
  else if (body.kind === 'lines') await put(outputLocation, Buffer.from(body.lines.join('\n')))
  else if (outputLocation.endsWith('.txt')) await put(outputLocation, Buffer.alloc(0))
  return manifest
}

/** AWS: a failed DDL or utility statement leaves its reason in its `.txt`. */
export async function writeFailure(
  objects: ObjectAccess,
  scope: Scope,
  { outputLocation }: Execution,
  message: string,
): Promise<void> {
  if (!outputLocation.endsWith('.txt')) return
  const { bucket, key } = parseS3Path(outputLocation)
  const text = message.startsWith('FAILED: ') ? message : `FAILED: ${message}`
  await objects.put(scope, {
    bucket,
    key,
    body: Buffer.from(text),
    contentType: 'application/octet-stream',
  })
}
