import { invalidInput, unsupported } from '../catalog-errors.ts'

/** The `Configuration` document of a crawler, read. */
export interface CrawlOptions {
  readonly combine: boolean
  readonly tableLevel?: number
  /** Partitions take schema and format of their table. */
  readonly inheritFromTable: boolean
  /** New columns are added; what is there stays. */
  readonly mergeNewColumns: boolean
  /** The crawl fails rather than make more tables. */
  readonly tablesMax?: number
}

type Json = Readonly<Record<string, unknown>>

/**
 * AWS Glue Developer Guide, "Setting crawler configuration options". Throws `InvalidInputException`
 * for what is not JSON, and by name for every option that is not built.
 */
export function parseConfiguration(text: string | undefined): CrawlOptions {
  const root = text ? parseObject(text) : {}
  only(root, '', ['Version', 'Grouping', 'CrawlerOutput', 'CreatePartitionIndex'])
  if (root['CreatePartitionIndex'] === true) throw unsupported('CreatePartitionIndex')
  const grouping = member(root, 'Grouping', ['TableGroupingPolicy', 'TableLevelConfiguration'])
  const output = member(root, 'CrawlerOutput', ['Partitions', 'Tables'])
  const partitions = member(output, 'Partitions', ['AddOrUpdateBehavior'])
  const tables = member(output, 'Tables', ['AddOrUpdateBehavior', 'TableThreshold'])
  const tableLevel = count(grouping, 'TableLevelConfiguration')
  const tablesMax = count(tables, 'TableThreshold')
  return {
    combine: choice(grouping, 'TableGroupingPolicy', 'CombineCompatibleSchemas'),
    inheritFromTable: choice(partitions, 'AddOrUpdateBehavior', 'InheritFromTable'),
    mergeNewColumns: choice(tables, 'AddOrUpdateBehavior', 'MergeNewColumns'),
    ...(tableLevel !== undefined && { tableLevel }),
    ...(tablesMax !== undefined && { tablesMax }),
  }
}

function parseObject(text: string): Json {
  try {
    const value: unknown = JSON.parse(text)
    if (isObject(value)) return value
  } catch (cause) {
    throw invalidInput(`Crawler configuration is not valid JSON: ${String(cause)}`)
  }
  throw invalidInput('Crawler configuration is not a JSON object')
}

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function only(value: Json, path: string, names: ReadonlyArray<string>): void {
  const other = Object.keys(value).find((name) => !names.includes(name))
  if (other) throw unsupported(`The crawler configuration ${path}${other}`)
}

function member(parent: Json, name: string, names: ReadonlyArray<string>): Json {
  const value = parent[name]
  if (value === undefined) return {}
  if (!isObject(value)) throw invalidInput(`Crawler configuration ${name} is not an object`)
  only(value, `${name}.`, names)
  return value
}

function choice(parent: Json, name: string, expected: string): boolean {
  const value = parent[name]
  if (value !== undefined && value !== expected) {
    throw invalidInput(`Crawler configuration ${name} has the invalid value ${String(value)}`)
  }
  return value === expected
}

function count(parent: Json, name: string): number | undefined {
  const value = parent[name]
  if (value === undefined) return undefined
  const number = Number(value)
  if (!Number.isInteger(number) || number < 1) {
    throw invalidInput(`Crawler configuration ${name} must be a positive number`)
  }
  return number
}
