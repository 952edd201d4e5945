import { quoteName } from '../../glue/hive-type.ts'
import type { Query } from './query-ast.ts'
import { kindOf } from './value-kind.ts'
import { typeOf } from './value-type.ts'
import { writeExpression } from './write-expression.ts'
import { writeQuery, writeSortItem, writeWindow } from './write-query.ts'
import { writeType } from './write-type.ts'
import type { Writer, WriterContext } from './writer.ts'

/**
 * DuckDB's SQL for a query of Athena. Output columns without a name get `UNNAMED` and a number.
 * Throws `UnsupportedSqlError` for what has no translation: nothing is passed on unread.
 */
export function translateQuery(query: Query, context: WriterContext): string {
  const bindings: Array<ReadonlyMap<string, string>> = []
  const named: Array<ReadonlySet<string>> = []
  let depth = 0
  let leniencies = 0

  const writer: Writer = {
    expression: (value) => writeExpression(writer, value),
    query(inner) {
      depth++
      const text = writeQuery(writer, inner)
      depth--
      return text
    },
    type: writeType,
    sortItems: (items) => items.map((item) => writeSortItem(writer, item)).join(', '),
    window: (window) => writeWindow(writer, window),
    binding(names, write) {
      bindings.push(names)
      const text = write()
      bindings.pop()
      return text
    },
    bound: (name) => bindings.findLast((names) => names.has(name))?.get(name),
    naming(names, write) {
      named.push(names)
      const text = write()
      named.pop()
      return text
    },
    table({ name, place }) {
      const [first] = name
      const isNamed =
        name.length === 1 && named.some((names) => names.has(first?.text.toLowerCase() ?? ''))
      return isNamed && first ? quoteName(first.text) : context.tableOf(name, place)
    },
    leniently(write) {
      leniencies++
      const text = write()
      leniencies--
      return text
    },
    isLenient: () => leniencies > 0,
    isOutermost: () => depth === 0,
    hidesPath: (name) =>
      name === undefined ? context.pathTables.size > 0 : context.pathTables.has(name.toLowerCase()),
    unknownIsMap: context.unknownIsMap,
    kindOf: (value) => kindOf(value, context),
    typeOf: (value) => typeOf(value, context),
  }
  return writeQuery(writer, query)
}
