import { ServiceError } from '../../../base/errors.ts'
import type { Scope } from '../../../base/scope.ts'
import type { QueryEngine } from '../../../engines/query/port.ts'
import type { ScratchDirectory } from '../../../engines/scratch.ts'
import type { ObjectAccess } from '../../s3/objects/object-access.ts'
import { splitUri } from '../s3-uri.ts'
import type { ChannelSource } from './training-job.ts'
import type { TrainingChannel } from './training-spec.ts'

export interface StagedChannels {
  readonly channels: ReadonlyArray<TrainingChannel>
  /** Gives the local files back. */
  release(): void
}

/**
 * The objects of each channel as local files that the trainer reads: CSV and LIBSVM as they are,
 * Parquet written as CSV by the query engine.
 */
export async function stageChannels(
  deps: { readonly objects: ObjectAccess; readonly query: QueryEngine },
  scope: Scope,
  sources: ReadonlyArray<ChannelSource>,
  directory: ScratchDirectory,
): Promise<StagedChannels> {
  const held: { readonly path: string; release(): void }[] = []
  const release = () => {
    for (const file of held) file.release()
  }
  try {
    const channels: TrainingChannel[] = []
    // `train` is what is learned from; XGBoost measures the others in their order.
    const ordered = [...sources].sort(
      (a, b) => Number(b.name === 'train') - Number(a.name === 'train'),
    )
    for (const source of ordered) {
      const files = await localFiles(deps.objects, scope, source, held)
      if (source.format === 'parquet') {
        channels.push(await writeAsCsv(deps.query, source.name, files, directory))
      } else {
        const { name, format, gzipped } = source
        channels.push({ name, format, files: files.map((file) => ({ ...file, gzipped })) })
      }
    }
    return { channels, release }
  } catch (error) {
    release()
    throw error
  }
}

interface LocalObject {
  readonly name: string
  readonly path: string
}

async function localFiles(
  objects: ObjectAccess,
  scope: Scope,
  { uri, name }: ChannelSource,
  held: { readonly path: string; release(): void }[],
): Promise<ReadonlyArray<LocalObject>> {
  const { bucket, key: prefix } = splitUri(uri)
  const files: LocalObject[] = []
  for await (const { key, sizeBytes } of objects.list(scope, bucket, prefix)) {
    if (sizeBytes === 0 || key.endsWith('/') || /(^|\/)[_.][^/]*$/.test(key)) continue
    const file = await objects.localFile(scope, bucket, key)
    held.push(file)
    files.push({ name: `s3://${bucket}/${key}`, path: file.path })
  }
  if (files.length === 0) {
    throw new ServiceError(
      'ValidationException',
      `No S3 objects found under S3 URL "${uri}" given in input data source of channel ${name}. Please ensure that the bucket exists in the selected region, that objects exist under that S3 prefix.`,
    )
  }
  return files
}

async function writeAsCsv(
  query: QueryEngine,
  name: string,
  files: ReadonlyArray<LocalObject>,
  directory: ScratchDirectory,
): Promise<TrainingChannel> {
  const path = `${directory.path}/${name}.csv`
  const session = await query.open({
    paths: [
      ...files.map((file) => ({ path: file.path })),
      { path: directory.path, writable: true },
    ],
  })
  try {
    const list = files.map((file) => `'${file.path.replaceAll("'", "''")}'`).join(', ')
    await session.execute(
      `COPY (SELECT CAST(COLUMNS(*) AS DOUBLE) FROM read_parquet([${list}])) TO '${path}' (FORMAT csv, HEADER false)`,
    )
  } finally {
    await session.close()
  }
  return { name, format: 'csv', files: [{ name, path, gzipped: false }] }
}
