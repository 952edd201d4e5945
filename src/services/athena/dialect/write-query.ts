import { quoteName } from '../../glue/hive-type.ts'
import type {
  Expression,
  Grouping,
  Query,
  QueryBody,
  Select,
  SelectItem,
  SortItem,
  Window,
} from './query-ast.ts'
import { columnList, UNNAMED } from './sql-text.ts'
import { writeRelation } from './write-relation.ts'
import type { Writer } from './writer.ts'

export function writeQuery(writer: Writer, query: Query): string {
  const items = query.with?.items ?? []
  const recursive = query.with?.recursive ?? false
  const known = new Set<string>()
  return writer.naming(known, () => {
    const withs = items.map((item) => {
      if (recursive) known.add(item.name.text.toLowerCase())
      const columns = item.columns ? columnList(item.columns) : ''
      const text = `${quoteName(item.name.text)}${columns} AS (${writer.query(item.query)})`
      known.add(item.name.text.toLowerCase())
      return text
    })
    const text = [
      withs.length > 0 ? `WITH ${recursive ? 'RECURSIVE ' : ''}${withs.join(', ')}` : '',
      writeBody(writer, query.body),
      query.orderBy.length > 0 ? `ORDER BY ${writer.sortItems(query.orderBy)}` : '',
      query.limit ? `LIMIT ${writer.expression(query.limit)}` : '',
      query.offset ? `OFFSET ${writer.expression(query.offset)}` : '',
    ]
    return text.filter((part) => part !== '').join(' ')
  })
}

function writeBody(writer: Writer, body: QueryBody): string {
  switch (body.kind) {
    case 'select':
      return writeSelect(writer, body)
    case 'values':
      return writeValues(writer, body.rows)
    case 'nested':
      return `(${writeQuery(writer, body.query)})`
    case 'table':
      return `SELECT ${writeStar(writer)} FROM ${writeRelation(writer, body.relation)}`
    case 'set': {
      const operator = `${body.operator}${body.all ? ' ALL' : ''}`
      return `${writeBody(writer, body.left)} ${operator} ${writeBody(writer, body.right)}`
    }
  }
}

/** Columns of VALUES have no names of their own. */
function writeValues(writer: Writer, rows: ReadonlyArray<Expression>): string {
  const values = `VALUES ${rows.map((row) => writeRow(writer, row)).join(', ')}`
  if (!writer.isOutermost()) return values
  const [first] = rows
  const count = first?.kind === 'row' ? first.items.length : 1
  const names = Array.from({ length: count }, (_, index) => ({ text: `${UNNAMED}${index}` }))
  return `SELECT * FROM (${values}) AS v${columnList(names)}`
}

function writeSelect(writer: Writer, select: Select): string {
  const { groupBy } = select
  const from = select.from.map((relation) => writeRelation(writer, relation))
  const windows = select.windows.map(
    ({ name, window }) => `${quoteName(name.text)} AS ${writeWindow(writer, window)}`,
  )
  const text = [
    `SELECT ${select.distinct ? 'DISTINCT ' : ''}`,
    select.items.map((item, index) => writeItem(writer, item, index)).join(', '),
    from.length > 0 ? ` FROM ${from.join(', ')}` : '',
    select.where ? ` WHERE ${writer.expression(select.where)}` : '',
    groupBy ? ` GROUP BY ${groupBy.elements.map((e) => writeGrouping(writer, e)).join(', ')}` : '',
    select.having ? ` HAVING ${writer.expression(select.having)}` : '',
    windows.length > 0 ? ` WINDOW ${windows.join(', ')}` : '',
  ]
  return text.join('')
}

function writeItem(writer: Writer, item: SelectItem, index: number): string {
  if (item.kind === 'star')
    return writeStar(
      writer,
      item.qualifier?.map(({ text }) => text),
    )
  const value = writer.expression(item.value)
  if (item.alias) return `${value} AS ${quoteName(item.alias.text)}`
  if (item.value.kind === 'name') return value
  if (item.value.kind === 'field') return `${value} AS ${quoteName(item.value.name.text)}`
  const name = writer.isOutermost() ? `${UNNAMED}${index}` : `_col${index}`
  return `${value} AS ${quoteName(name)}`
}

/** The hidden column `$path` is not one of `*`. */
function writeStar(writer: Writer, qualifier?: ReadonlyArray<string>): string {
  if (!qualifier) return writer.hidesPath() ? `COLUMNS(lambda c: c <> '$path')` : '*'
  const hides = writer.hidesPath(qualifier.at(-1))
  return `${qualifier.map(quoteName).join('.')}.*${hides ? ' EXCLUDE ("$path")' : ''}`
}

function writeRow(writer: Writer, row: Expression): string {
  if (row.kind !== 'row') return `(${writer.expression(row)})`
  return `(${row.items.map((item) => writer.expression(item)).join(', ')})`
}

export function writeSortItem(writer: Writer, item: SortItem): string {
  // Trino puts nulls last whatever the direction (Trino: SELECT, ORDER BY).
  return `${writer.expression(item.value)}${item.descending ? ' DESC' : ''} NULLS ${item.nulls ?? 'LAST'}`
}

function writeGrouping(writer: Writer, grouping: Grouping): string {
  if (grouping.kind === 'value') return writer.expression(grouping.value)
  const sets = grouping.sets.map(
    (set) => `(${set.map((item) => writer.expression(item)).join(', ')})`,
  )
  const word = { sets: 'GROUPING SETS', cube: 'CUBE', rollup: 'ROLLUP' }[grouping.kind]
  return `${word} (${sets.join(', ')})`
}

export function writeWindow(writer: Writer, window: Window): string {
  const { base, partitionBy, orderBy, frame } = window
  if (base && partitionBy.length === 0 && orderBy.length === 0 && !frame) {
    return `(${quoteName(base.text)})`
  }
  const parts = [
    base ? quoteName(base.text) : '',
    partitionBy.length > 0
      ? `PARTITION BY ${partitionBy.map((item) => writer.expression(item)).join(', ')}`
      : '',
    orderBy.length > 0 ? `ORDER BY ${writer.sortItems(orderBy)}` : '',
    frame ? writeFrame(writer, frame) : '',
  ]
  return `(${parts.filter((part) => part !== '').join(' ')})`
}

function writeFrame(writer: Writer, frame: NonNullable<Window['frame']>): string {
  const bound = ({ words, value }: { words: string; value?: Expression }) =>
    value ? `${writer.expression(value)} ${words}` : words
  if (!frame.end) return `${frame.unit} ${bound(frame.start)}`
  return `${frame.unit} BETWEEN ${bound(frame.start)} AND ${bound(frame.end)}`
}
