import { quoteName } from '../../glue/hive-type.ts'
import type { Name, Relation } from './query-ast.ts'
import { columnList, UNNAMED } from './sql-text.ts'
import type { ValueKind, Writer } from './writer.ts'

/** An item of FROM with its joins. */
export function writeRelation(writer: Writer, relation: Relation): string {
  switch (relation.kind) {
    case 'table':
      return writer.table(relation)
    case 'query':
      return `${relation.lateral ? 'LATERAL ' : ''}(${writer.query(relation.query)})`
    case 'unnest':
      return `LATERAL (${writeUnnest(writer, relation, undefined)})`
    case 'alias': {
      const { name, columns } = relation
      if (relation.relation.kind === 'unnest') {
        const inner = writeUnnest(writer, relation.relation, columns)
        return `LATERAL (${inner}) AS ${quoteName(name.text)}`
      }
      const list = columns ? columnList(columns) : ''
      return `${writeRelation(writer, relation.relation)} AS ${quoteName(name.text)}${list}`
    }
    case 'sample': {
      const percentage = writer.expression(relation.percentage)
      const sampled = writeRelation(writer, relation.relation)
      return `${sampled} TABLESAMPLE ${relation.method}(${percentage} PERCENT)`
    }
    case 'join':
      return writeJoin(writer, relation)
  }
}

function writeJoin(writer: Writer, join: Extract<Relation, { kind: 'join' }>): string {
  const natural = join.natural ? 'NATURAL ' : ''
  const left = writeRelation(writer, join.left)
  const inner = writeRelation(writer, join.right)
  const right = join.right.kind === 'join' ? `(${inner})` : inner
  const on = join.on ? ` ON ${writer.expression(join.on)}` : ''
  const using = join.using ? ` USING ${columnList(join.using)}` : ''
  return `${left} ${natural}${join.type} JOIN ${right}${on}${using}`
}

function writeUnnest(
  writer: Writer,
  unnest: Extract<Relation, { kind: 'unnest' }>,
  names: ReadonlyArray<Name> | undefined,
): string {
  const left = [...(names ?? [])]
  const ordinal = unnest.ordinality ? (left.pop()?.text ?? 'ordinality') : undefined
  const take = () => quoteName(left.shift()?.text ?? `${UNNAMED}u${left.length}`)
  const lengths: string[] = []
  const columns = unnest.values.flatMap((value) => {
    const text = writer.expression(value)
    const kind = sharpen(
      writer.kindOf(value),
      unnest.values.length,
      left.length,
      writer.unknownIsMap,
    )
    lengths.push(kind.kind === 'map' ? `cardinality(${text})` : `len(${text})`)
    if (kind.kind === 'map') {
      return [`unnest(map_keys(${text})) AS ${take()}`, `unnest(map_values(${text})) AS ${take()}`]
    }
    if (kind.kind !== 'rows') return [`unnest(${text}) AS ${take()}`]
    return Array.from({ length: kind.fieldCount }, (_, index) => {
      const field = `lambda "$row": struct_extract_at("$row", ${index + 1})`
      return `unnest(list_transform(${text}, ${field})) AS ${take()}`
    })
  })
  if (ordinal) {
    const longest = `greatest(${lengths.map((length) => `coalesce(${length}, 0)`).join(', ')})`
    columns.push(`unnest(generate_series(1, ${longest})) AS ${quoteName(ordinal)}`)
  }
  return `SELECT ${columns.join(', ')}`
}

/** What is not known of a value, the count of names that wait for it may tell. */
function sharpen(
  kind: ValueKind,
  valueCount: number,
  nameCount: number,
  unknownIsMap: boolean,
): ValueKind {
  if (kind.kind !== 'unknown' || valueCount !== 1 || nameCount < 2) return kind
  if (nameCount === 2 && unknownIsMap) return { kind: 'map' }
  return { kind: 'rows', fieldCount: nameCount }
}
