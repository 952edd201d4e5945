import { Readable } from 'node:stream'
import { createGzip } from 'node:zlib'
import type { ObjectBody } from '../../../engines/objects/port.ts'
import type { QueryEngine } from '../../../engines/query/port.ts'
import type { ScratchSpace } from '../../../engines/scratch.ts'
import type { Bucket } from '../buckets/bucket.ts'
import { encodeUrlForm } from '../url-form.ts'
import type { WalkedVersion } from '../versions/version-walk.ts'
import type { Column } from './inventory-columns.ts'

/** The rows of one file of an inventory. */
export interface InventoryRows {
  readonly bucket: Bucket
  readonly columns: ReadonlyArray<Column>
  readonly versions: AsyncIterable<WalkedVersion>
}

/** Makes the file and runs `use` with it; flat memory, however many the rows are. */
export type WithInventoryFile = (
  rows: InventoryRows,
  use: (body: ObjectBody) => Promise<void>,
) => Promise<void>

/** AWS: no head line, everything in quotes, keys encoded as in URLs. */
export const withCsvFile: WithInventoryFile = async ({ bucket, columns, versions }, use) => {
  async function* lines() {
    for await (const version of versions) {
      const fields = columns.map(({ name, read }) => {
        const value = String(read(bucket, version) ?? '')
        return `"${(name === 'Key' ? encodeUrlForm(value) : value).replaceAll('"', '""')}"`
      })
      yield `${fields.join(',')}\n`
    }
  }
  const source = Readable.from(lines())
  const gzip = createGzip()
  source.once('error', (error) => gzip.destroy(error))
  try {
    await use(source.pipe(gzip))
  } finally {
    source.destroy()
    gzip.destroy()
  }
}

const ROWS_A_PAGE = 10_000

export function createWithParquetFile(deps: {
  readonly query: QueryEngine
  readonly scratch: ScratchSpace
}): WithInventoryFile {
  return async ({ bucket, columns, versions }, use) => {
    const directory = await deps.scratch.create('inventory')
    try {
      const names: string[] = []
      let page: string[] = []
      const write = async () => {
        const name = `rows-${names.length}.ndjson`
        await directory.write(name, [Buffer.from(page.join(''))])
        names.push(`${directory.path}/${name}`)
        page = []
      }
      for await (const version of versions) {
        const row = columns.map(({ parquetName, read }) => [parquetName, read(bucket, version)])
        page.push(`${JSON.stringify(Object.fromEntries(row))}\n`)
        if (page.length >= ROWS_A_PAGE) await write()
      }
      if (page.length > 0 || names.length === 0) await write()
      const session = await deps.query.open({ paths: [{ path: directory.path, writable: true }] })
      try {
        const path = `${directory.path}/inventory.parquet`
        await session.execute(conversionSql(names, columns, path))
        await use({ path })
      } finally {
        await session.close()
      }
    } finally {
      await directory.remove()
    }
  }
}

function conversionSql(
  names: ReadonlyArray<string>,
  columns: ReadonlyArray<Column>,
  path: string,
): string {
  const text = (value: string) => `'${value.replaceAll("'", "''")}'`
  const inputs = columns.map(({ parquetName, type }) => {
    return `${parquetName}: '${type === 'TIMESTAMP_MS' ? 'VARCHAR' : type}'`
  })
  const outputs = columns.map(({ parquetName, type }) => {
    return type === 'TIMESTAMP_MS'
      ? `CAST(CAST(${parquetName} AS TIMESTAMP) AS TIMESTAMP_MS) AS ${parquetName}`
      : parquetName
  })
  const files = names.map(text).join(', ')
  return `COPY (SELECT ${outputs.join(', ')} FROM read_json([${files}], format = 'newline_delimited',
    columns = {${inputs.join(', ')}})) TO ${text(path)} (FORMAT parquet)`
}
