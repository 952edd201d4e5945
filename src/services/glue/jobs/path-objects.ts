import type { Scope } from '../../../base/scope.ts'
import type { ObjectAccess, ObjectSummary } from '../../s3/objects/object-access.ts'
import { globPattern } from '../crawler/glob.ts'
import type { S3Path } from '../s3-path.ts'

/** The folder that a path certainly names: all of it, or what stands before its first wildcard. */
export function fixedFolder(key: string): string {
  const wildcard = key.search(/[*?[{]/)
  if (wildcard >= 0) return key.slice(0, key.lastIndexOf('/', wildcard) + 1)
  return key === '' || key.endsWith('/') ? key : `${key}/`
}

/**
 * The data objects of a path: the object of that very key, or all below the prefix, or those that
 * match a pattern. Empty objects and hidden ones (a name below the path starts with `_` or `.`) are
 * no data, as for Spark.
 */
export async function* objectsOfPath(
  objects: ObjectAccess,
  scope: Scope,
  { bucket, key }: S3Path,
  options: { readonly recurse: boolean; readonly excluded: (relative: string) => boolean },
): AsyncIterable<ObjectSummary> {
  if (/[*?[{]/.test(key)) {
    yield* matching(objects, scope, bucket, key)
    return
  }
  if (key !== '' && !key.endsWith('/')) {
    const single = await objects.head(scope, bucket, key)
    if (single && single.sizeBytes > 0) {
      yield single
      return
    }
  }
  const prefix = fixedFolder(key)
  for await (const object of objects.list(scope, bucket, prefix)) {
    const relative = object.key.slice(prefix.length)
    if (!isData(relative, object.sizeBytes) || options.excluded(relative)) continue
    if (options.recurse || !relative.includes('/')) yield object
  }
}

async function* matching(
  objects: ObjectAccess,
  scope: Scope,
  bucket: string,
  glob: string,
): AsyncIterable<ObjectSummary> {
  const prefix = fixedFolder(glob)
  // A pattern may name objects, or folders whose objects are meant.
  const exact = globPattern(glob)
  const folder = globPattern(`${glob.replace(/\/$/, '')}/**`)
  for await (const object of objects.list(scope, bucket, prefix)) {
    const relative = object.key.slice(prefix.length)
    if (!isData(relative, object.sizeBytes)) continue
    if (exact.test(object.key) || folder.test(object.key)) yield object
  }
}

function isData(relative: string, sizeBytes: number): boolean {
  if (sizeBytes === 0 || relative.endsWith('/')) return false
  return !relative.split('/').some((part) => part.startsWith('_') || part.startsWith('.'))
}
