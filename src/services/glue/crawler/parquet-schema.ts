import type { SchemaElement, SchemaTree } from 'hyparquet'
import { parquetMetadataAsync, parquetSchema } from 'hyparquet'
import type { DiskFile } from '../../../base/disk.ts'
import type { HiveType } from '../hive-type.ts'
import type { Field } from './schema-types.ts'
import { primitive } from './schema-types.ts'

export interface ParquetFooter {
  readonly fields: ReadonlyArray<Field>
  readonly rows: number
}

/** The limit on one footer: a file that claims a larger one is not read. */
const FOOTER_BYTES_MAX = 64 * 1024 * 1024

/** Reads the footer only. Rejects with whatever is wrong with the file. */
export async function readParquetFooter(file: DiskFile): Promise<ParquetFooter> {
  const byteLength = await file.size()
  const metadata = await parquetMetadataAsync({
    byteLength,
    async slice(start, end = byteLength) {
      if (end - start > FOOTER_BYTES_MAX) throw new Error('the Parquet footer is too large')
      const bytes = new Uint8Array(end - start)
      const count = await file.read(bytes, start)
      return bytes.buffer.slice(0, count)
    },
  })
  const { children } = parquetSchema(metadata)
  return {
    fields: children.map((child) => ({ name: child.element.name, type: typeOfNode(child) })),
    rows: Number(metadata.num_rows),
  }
}

/** Parquet's logical types document, and what Glue's Parquet classifier makes of them. */
function typeOfNode(node: SchemaTree): HiveType {
  const { element, children } = node
  if (element.repetition_type === 'REPEATED') return { kind: 'array', element: typeOfValue(node) }
  if (children.length > 0 && isMap(element)) return mapOf(node)
  if (children.length > 0 && isList(element)) return listOf(node)
  return typeOfValue(node)
}

function typeOfValue({ element, children }: SchemaTree): HiveType {
  if (children.length === 0) return scalarOf(element)
  return {
    kind: 'struct',
    fields: children.map((child) => ({ name: child.element.name, type: typeOfNode(child) })),
  }
}

const isMap = ({ converted_type: converted, logical_type: logical }: SchemaElement) =>
  converted === 'MAP' || converted === 'MAP_KEY_VALUE' || logical?.type === 'MAP'

const isList = ({ converted_type: converted, logical_type: logical }: SchemaElement) =>
  converted === 'LIST' || logical?.type === 'LIST'

function mapOf(node: SchemaTree): HiveType {
  const [key, value] = node.children[0]?.children ?? []
  if (!key || !value) return typeOfValue(node)
  return { kind: 'map', key: typeOfNode(key), value: typeOfNode(value) }
}

/** Three levels (`list.element`) as the format says, or the two levels of older writers. */
function listOf(node: SchemaTree): HiveType {
  const [repeated] = node.children
  if (!repeated) return typeOfValue(node)
  const [only, ...others] = repeated.children
  const name = repeated.element.name
  const legacy = name === 'array' || name === `${node.element.name}_tuple`
  if (!only || others.length > 0 || legacy) return { kind: 'array', element: typeOfValue(repeated) }
  return { kind: 'array', element: typeOfNode(only) }
}

function scalarOf(element: SchemaElement): HiveType {
  const { converted_type: converted, logical_type: logical } = element
  if (converted === 'DECIMAL' || logical?.type === 'DECIMAL') {
    return primitive('decimal', [element.precision ?? 10, element.scale ?? 0])
  }
  switch (element.type) {
    case 'BOOLEAN':
      return primitive('boolean')
    case 'FLOAT':
      return primitive('float')
    case 'DOUBLE':
      return primitive('double')
    case 'INT96':
      return primitive('timestamp')
    case 'INT32':
      return primitive(smallIntegers[converted ?? ''] ?? 'int')
    case 'INT64': {
      const isTimestamp = converted?.startsWith('TIMESTAMP') || logical?.type === 'TIMESTAMP'
      return primitive(isTimestamp ? 'timestamp' : 'bigint')
    }
    default: {
      const isText = texts.has(converted ?? '') || texts.has(logical?.type ?? '')
      return primitive(isText ? 'string' : 'binary')
    }
  }
}

const smallIntegers: Readonly<Record<string, string>> = {
  DATE: 'date',
  INT_8: 'tinyint',
  INT_16: 'smallint',
  UINT_8: 'smallint',
  UINT_16: 'int',
  UINT_32: 'bigint',
}

const texts = new Set(['UTF8', 'STRING', 'ENUM', 'JSON'])
