import type { Removal } from './object-removal.ts'

/** What DeleteObject says of what it did. */
export function removalMembers({ versionId, isDeleteMarker }: Removal) {
  return {
    ...(versionId !== undefined && { VersionId: versionId }),
    ...(isDeleteMarker && { DeleteMarker: true }),
  }
}

/** An entry of DeleteObjects: the version that was asked for, and the delete marker that there is, or was. */
export function deletedEntry(
  key: string,
  given: string | undefined,
  { versionId, isDeleteMarker }: Removal,
) {
  return {
    Key: key,
    ...(given !== undefined && { VersionId: given }),
    ...(isDeleteMarker && { DeleteMarker: true, DeleteMarkerVersionId: versionId }),
  }
}
