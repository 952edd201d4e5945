import type { QuerySession } from '../../../engines/query/port.ts'
import { quoteText } from '../../glue/hive-type.ts'
import type { JsonKeys, JsonShape } from './read-json.ts'
import type { FileGroup } from './table-view.ts'

/**
 * The shapes of JSON files. Finding one reads the whole file, so it is remembered by the object's
 * ETag: an object never changes under one ETag.
 */
export interface JsonShapes {
  of(session: QuerySession, groups: ReadonlyArray<FileGroup>): Promise<JsonKeys>
}

const REMEMBERED_MAX = 10_000
const FILES_A_STATEMENT = 1000

export function createJsonShapes(): JsonShapes {
  const remembered = new Map<string, JsonShape>()

  async function look(session: QuerySession, group: FileGroup): Promise<void> {
    const missing = group.files.filter((file) => !remembered.has(keyOf(file)))
    for (let at = 0; at < missing.length; at += FILES_A_STATEMENT) {
      const files = missing.slice(at, at + FILES_A_STATEMENT)
      const { rows } = await session.execute(
        `SELECT filename, json_group_structure(json)::VARCHAR FROM read_json_objects(
           [${files.map(({ path }) => quoteText(path)).join(', ')}], format = 'newline_delimited',
           compression = ${quoteText(group.compression)}, ignore_errors = true, filename = true)
         GROUP BY filename`,
        { rowsMax: FILES_A_STATEMENT },
      )
      const shapes = new Map(rows.map(([path, shape]) => [String(path), String(shape)]))
      for (const file of files) {
        const shape = shapes.get(file.path)
        remembered.set(keyOf(file), shape === undefined ? {} : (JSON.parse(shape) as JsonShape))
      }
    }
  }

  return {
    async of(session, groups) {
      const keys = new Map()
      for (const group of groups) {
        if (group.format.kind !== 'json') continue
        await look(session, group)
        for (const file of group.files) keys.set(file, remembered.get(keyOf(file)) ?? {})
      }
      // Oldest first; what this statement needs it has.
      for (const key of remembered.keys()) {
        if (remembered.size <= REMEMBERED_MAX) break
        remembered.delete(key)
      }
      return keys
    },
  }
}

function keyOf({ uri, etag }: { readonly uri: string; readonly etag: string }): string {
  return `${etag} ${uri}`
}
