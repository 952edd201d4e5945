import type { HiveType } from '../../glue/hive-type.ts'
import { parseHiveType } from '../../glue/hive-type.ts'
import type { Expression } from './query-ast.ts'
import type { ValueKind, WriterContext } from './writer.ts'

const MAPS =
  /^(map|map_agg|histogram|map_filter|map_concat|map_from_entries|split_to_map|transform_values|transform_keys)$/
const ARRAYS =
  /^(split|array_agg|sequence|transform|array_distinct|map_keys|map_values|slice|flatten|regexp_extract_all|regexp_split|repeat|array_sort|array_union|array_intersect|array_except|array_remove|filter|set_agg|reverse|zip_with|trim_array)$/
/** Their result has the kind of their first argument. */
const KEEPING =
  /^(filter|slice|array_distinct|array_sort|reverse|array_remove|coalesce|trim_array)$/

const UNKNOWN: ValueKind = { kind: 'unknown' }
const ARRAY: ValueKind = { kind: 'array' }
const MAP: ValueKind = { kind: 'map' }
const OTHER: ValueKind = { kind: 'other' }

/** What kind of value an expression gives, as far as its form and the catalog show. */
export function kindOf(value: Expression, context: WriterContext): ValueKind {
  switch (value.kind) {
    case 'array':
      return rowsOr(value.items[0], ARRAY)
    case 'cast': {
      const { type } = value
      const [member] = type.members
      if (type.name === 'map') return MAP
      if (type.name !== 'array') return OTHER
      return member?.type.name === 'row'
        ? { kind: 'rows', fieldCount: member.type.members.length }
        : ARRAY
    }
    case 'name':
      return kindOfColumn(
        value.parts.map(({ text }) => text.toLowerCase()),
        context,
      )
    case 'call':
      return kindOfCall(value.name, value.arguments, context)
    case 'infix':
      return value.operator === '||' ? kindOf(value.left, context) : OTHER
    case 'case':
      return value.whens[0] ? kindOf(value.whens[0].result, context) : UNKNOWN
    case 'subscript':
    case 'field':
    case 'subquery':
      return UNKNOWN
    default:
      return OTHER
  }
}

function rowsOr(item: Expression | undefined, otherwise: ValueKind): ValueKind {
  return item?.kind === 'row' ? { kind: 'rows', fieldCount: item.items.length } : otherwise
}

function kindOfCall(
  name: string,
  values: ReadonlyArray<Expression>,
  context: WriterContext,
): ValueKind {
  const [first, second] = values
  if (MAPS.test(name)) return MAP
  if (name === 'map_entries') return { kind: 'rows', fieldCount: 2 }
  if (name === 'zip') return { kind: 'rows', fieldCount: values.length }
  if (name === 'if' && second) return kindOf(second, context)
  if (name === 'transform' && second?.kind === 'lambda') return rowsOr(second.body, ARRAY)
  if (KEEPING.test(name) && first) {
    const kind = kindOf(first, context)
    return kind.kind === 'unknown' && name !== 'coalesce' ? ARRAY : kind
  }
  if (ARRAYS.test(name)) return ARRAY
  return OTHER
}

/** `column`, `table.column` or `column.field`: the catalog tells which. */
function kindOfColumn(parts: ReadonlyArray<string>, context: WriterContext): ValueKind {
  for (const [index, part] of parts.entries()) {
    const type = context.columnType(part)
    if (type) return kindOfType(parseHiveType(type), parts.slice(index + 1))
  }
  return UNKNOWN
}

function kindOfType(type: HiveType | undefined, fields: ReadonlyArray<string>): ValueKind {
  if (!type) return UNKNOWN
  const [field, ...rest] = fields
  if (field !== undefined) {
    if (type.kind !== 'struct') return UNKNOWN
    return kindOfType(type.fields.find(({ name }) => name.toLowerCase() === field)?.type, rest)
  }
  if (type.kind === 'map') return MAP
  if (type.kind !== 'array') return OTHER
  const { element } = type
  return element.kind === 'struct' ? { kind: 'rows', fieldCount: element.fields.length } : ARRAY
}
