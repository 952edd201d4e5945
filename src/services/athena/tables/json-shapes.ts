import type { QuerySession } from '../../../engines/query/port.ts'
import { quoteText } from '../../glue/hive-type.ts'
import type { JsonKeys, JsonShape } from './read-json.ts'
import type { TableFile } from './table-files.ts'
import type { FileGroup, ReadColumn } from './table-view.ts'

/**
 * The keys of JSON files as they are spelled. Finding them reads the whole file, so they are remembered
 * by the object's ETag: an object never changes under one ETag.
 */
export interface JsonShapes {
  of(
    session: QuerySession,
    groups: ReadonlyArray<FileGroup>,
    columns: ReadonlyArray<ReadColumn>,
    signal: AbortSignal,
  ): Promise<JsonKeys>
}

const REMEMBERED_MAX = 10_000
const FILES_A_STATEMENT = 1000
/** Different shapes of one column in one file; more of them show nothing new. */
const SHAPES_MAX = 1000

/** What is known of one object: its top-level keys, and what is below those that were looked into. */
interface Known {
  readonly keys: ReadonlyArray<string>
  readonly below: Map<string, JsonShape>
}

export function createJsonShapes(): JsonShapes {
  const remembered = new Map<string, Known>()

  async function lookAtKeys(session: QuerySession, group: FileGroup, signal: AbortSignal) {
    const missing = group.files.filter((file) => !remembered.has(keyOf(file)))
    for (const files of batches(missing)) {
      const { rows } = await session.execute(
        `SELECT filename, list(DISTINCT key) FROM (
           SELECT filename, unnest(json_keys(json)) AS key FROM ${objectsOf(group, files)})
         GROUP BY filename`,
        { rowsMax: FILES_A_STATEMENT, signal },
      )
      const keys = new Map(rows.map(([path, list]) => [String(path), list as string[]]))
      for (const file of files) {
        remembered.set(keyOf(file), { keys: keys.get(file.path) ?? [], below: new Map() })
      }
    }
  }

  /** Structs have keys of their own, to be matched in the same way. */
  async function lookBelow(
    session: QuerySession,
    group: FileGroup,
    key: string,
    signal: AbortSignal,
  ) {
    const missing = group.files.filter((file) => {
      const known = remembered.get(keyOf(file))
      return known?.keys.includes(key) && !known.below.has(key)
    })
    const path = quoteText(`$."${key.replaceAll('"', '\\"')}"`)
    for (const files of batches(missing)) {
      const { rows } = await session.execute(
        `SELECT filename, list(DISTINCT shape)[:${SHAPES_MAX}] FROM (
           SELECT filename, json_structure(json_extract(json, ${path}))::VARCHAR AS shape
           FROM ${objectsOf(group, files)})
         GROUP BY filename`,
        { rowsMax: FILES_A_STATEMENT, signal },
      )
      const shapes = new Map(
        rows.map(([file, list]) => [String(file), list as Array<string | null>]),
      )
      for (const file of files) {
        const found = (shapes.get(file.path) ?? []).flatMap((shape) =>
          shape === null ? [] : [JSON.parse(shape) as JsonShape],
        )
        remembered.get(keyOf(file))?.below.set(key, found.reduce(merge, 'NULL'))
      }
    }
  }

  function shapeOf(file: TableFile): JsonShape {
    const known = remembered.get(keyOf(file))
    return Object.fromEntries(
      (known?.keys ?? []).map((key) => [key, known?.below.get(key) ?? 'NULL']),
    )
  }

  return {
    async of(session, groups, columns, signal) {
      const shapes = new Map<TableFile, JsonShape>()
      for (const group of groups) {
        if (group.format.kind !== 'json') continue
        const { mapping } = group.format
        await lookAtKeys(session, group, signal)
        const wanted = new Set(
          columns
            .filter(({ hiveType }) => hiveType.includes('struct<'))
            .map(({ name }) => (mapping.get(name) ?? name).toLowerCase()),
        )
        const spelled = group.files.flatMap((file) => remembered.get(keyOf(file))?.keys ?? [])
        for (const key of new Set(spelled)) {
          if (wanted.has(key.toLowerCase())) await lookBelow(session, group, key, signal)
        }
        for (const file of group.files) shapes.set(file, shapeOf(file))
      }
      // Oldest first; what this statement needs it has.
      for (const key of remembered.keys()) {
        if (remembered.size <= REMEMBERED_MAX) break
        remembered.delete(key)
      }
      return shapes
    },
  }
}

function keyOf({ uri, etag }: TableFile): string {
  return `${etag} ${uri}`
}

function* batches(files: ReadonlyArray<TableFile>) {
  for (let at = 0; at < files.length; at += FILES_A_STATEMENT) {
    yield files.slice(at, at + FILES_A_STATEMENT)
  }
}

function objectsOf({ compression }: FileGroup, files: ReadonlyArray<TableFile>): string {
  return `read_json_objects([${files.map(({ path }) => quoteText(path)).join(', ')}],
    format = 'newline_delimited', compression = ${quoteText(compression)}, ignore_errors = true,
    filename = true)`
}

/** All keys of both, at every depth. */
function merge(a: JsonShape, b: JsonShape): JsonShape {
  if (Array.isArray(a) && Array.isArray(b)) return [[...a, ...b].reduce(merge, 'NULL')]
  if (typeof a === 'string' || typeof b === 'string') return typeof a === 'string' ? b : a
  if (Array.isArray(a) || Array.isArray(b)) return a
  const both: Record<string, JsonShape> = { ...(a as Record<string, JsonShape>) }
  for (const [key, shape] of Object.entries(b as Record<string, JsonShape>)) {
    both[key] = key in both ? merge(both[key] ?? 'NULL', shape) : shape
  }
  return both
}
