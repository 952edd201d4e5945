import type { ObjectSummary } from '../../s3/objects/object-access.ts'

/** The folders below an include path, with what is directly in each. */
export interface Folder {
  readonly name: string
  /** With its `/` at the end; empty at the top of a bucket. */
  readonly prefix: string
  /** The bucket is level 1, as in Glue's `TableLevelConfiguration`. */
  readonly level: number
  readonly folders: Map<string, Folder>
  /** The first ones, to be classified. */
  readonly sample: ObjectSummary[]
  objectCount: number
  sizeBytes: number
}

export interface FolderLimits {
  /** Objects of a folder that are looked into. */
  readonly sampleMax: number
  readonly foldersMax: number
}

export class TooManyFolders extends Error {}

export function createFolder(name: string, prefix: string, level: number): Folder {
  return { name, prefix, level, folders: new Map(), sample: [], objectCount: 0, sizeBytes: 0 }
}

/**
 * Files the objects into folders below `root`. Empty objects and those that Hive takes for hidden
 * (a name in their path starts with `_` or `.`) are no data. Throws `TooManyFolders` beyond the
 * limit.
 */
export async function fileObjects(
  root: Folder,
  objects: AsyncIterable<ObjectSummary>,
  limits: FolderLimits,
  isExcluded: (relativeKey: string) => boolean,
): Promise<void> {
  let folders = 1
  for await (const object of objects) {
    const relative = object.key.slice(root.prefix.length)
    const parts = relative.split('/')
    const hidden = parts.some((part) => part.startsWith('_') || part.startsWith('.'))
    if (object.sizeBytes === 0 || relative.endsWith('/') || hidden || isExcluded(relative)) continue
    let folder = root
    for (const name of parts.slice(0, -1)) {
      let next = folder.folders.get(name)
      if (!next) {
        if (++folders > limits.foldersMax) throw new TooManyFolders()
        next = createFolder(name, `${folder.prefix}${name}/`, folder.level + 1)
        folder.folders.set(name, next)
      }
      folder = next
    }
    folder.objectCount++
    folder.sizeBytes += object.sizeBytes
    if (folder.sample.length < limits.sampleMax) folder.sample.push(object)
  }
}

/** Every folder that has objects directly in it, parents before children. */
export function* foldersWithObjects(root: Folder): Iterable<Folder> {
  const waiting = [root]
  for (let folder = waiting.pop(); folder; folder = waiting.pop()) {
    if (folder.objectCount > 0) yield folder
    waiting.push(...folder.folders.values())
  }
}
