import type { Expression, Name, Query, QueryBody, Relation, Select } from './query-ast.ts'
import { operandsOf } from './query-ast.ts'
import type { Place } from './tokens.ts'

/** One place where a query reads a table, with what its SELECT demands of the rows. */
export interface TableUse {
  readonly name: ReadonlyArray<Name>
  readonly place: Place
  /** How columns may be qualified (lower case): the alias, else the table's name. */
  readonly alias: string
  /** Conditions that every row of the result fulfils. */
  readonly conditions: ReadonlyArray<Expression>
  /** Other tables of the same FROM, by their index in the list of uses. */
  readonly beside: ReadonlyArray<number>
  /** The FROM also holds queries or UNNESTs, whose columns are not known. */
  readonly besideUnknown: boolean
}

/** Every table that the query reads, but for the queries of its own WITH. */
export function collectTableUses(query: Query): TableUse[] {
  const uses: TableUse[] = []
  visitQuery(query, new Set(), uses)
  return uses
}

type Names = ReadonlySet<string>

function visitQuery(query: Query, outer: Names, uses: TableUse[]): void {
  const names = new Set(outer)
  for (const item of query.with?.items ?? []) {
    const name = item.name.text.toLowerCase()
    if (query.with?.recursive) names.add(name)
    visitQuery(item.query, names, uses)
    names.add(name)
  }
  visitBody(query.body, names, uses)
  for (const { value } of query.orderBy) visitExpression(value, names, uses)
}

function visitBody(body: QueryBody, names: Names, uses: TableUse[]): void {
  if (body.kind === 'select') visitSelect(body, names, uses)
  else if (body.kind === 'nested') visitQuery(body.query, names, uses)
  else if (body.kind === 'values') {
    for (const row of body.rows) visitExpression(row, names, uses)
  } else if (body.kind === 'table') {
    visitFrom([body.relation], [], names, uses)
  } else {
    visitBody(body.left, names, uses)
    visitBody(body.right, names, uses)
  }
}

function visitSelect(select: Select, names: Names, uses: TableUse[]): void {
  visitFrom(select.from, select.where ? conjuncts(select.where) : [], names, uses)
  const expressions = [
    ...select.items.flatMap((item) => (item.kind === 'value' ? [item.value] : [])),
    ...(select.where ? [select.where] : []),
    ...(select.having ? [select.having] : []),
    ...(select.groupBy?.elements ?? []).flatMap((element) =>
      element.kind === 'value' ? [element.value] : element.sets.flat(),
    ),
  ]
  for (const expression of expressions) visitExpression(expression, names, uses)
}

function conjuncts(condition: Expression): Expression[] {
  if (condition.kind !== 'infix' || condition.operator !== 'AND') return [condition]
  return operandsOf(condition).flatMap(conjuncts)
}

function visitFrom(
  relations: ReadonlyArray<Relation>,
  conditions: ReadonlyArray<Expression>,
  names: Names,
  uses: TableUse[],
): void {
  const tables: Array<Pick<TableUse, 'name' | 'place' | 'alias'>> = []
  let besideUnknown = false
  const visit = (relation: Relation, alias?: string): void => {
    switch (relation.kind) {
      case 'table': {
        const last = relation.name.at(-1)?.text.toLowerCase() ?? ''
        if (relation.name.length === 1 && names.has(last)) besideUnknown = true
        else tables.push({ name: relation.name, place: relation.place, alias: alias ?? last })
        return
      }
      case 'alias':
        // Renamed columns are not those of the table any more.
        if (relation.columns && relation.relation.kind === 'table') besideUnknown = true
        visit(relation.relation, relation.name.text.toLowerCase())
        return
      case 'sample':
        visit(relation.relation, alias)
        return
      case 'join':
        visit(relation.left)
        visit(relation.right)
        if (relation.on) visitExpression(relation.on, names, uses)
        return
      case 'query':
        besideUnknown = true
        visitQuery(relation.query, names, uses)
        return
      case 'unnest':
        besideUnknown = true
        for (const value of relation.values) visitExpression(value, names, uses)
    }
  }
  for (const relation of relations) visit(relation)
  const indexes = tables.map((_, index) => uses.length + index)
  const found = tables.map((table, index) => ({
    ...table,
    conditions,
    beside: indexes.filter((_, other) => other !== index),
    besideUnknown,
  }))
  uses.push(...found)
}

function visitExpression(expression: Expression, names: Names, uses: TableUse[]): void {
  const visit = (inner: Expression) => visitExpression(inner, names, uses)
  switch (expression.kind) {
    case 'exists':
    case 'subquery':
      visitQuery(expression.query, names, uses)
      return
    case 'quantified':
      visit(expression.value)
      visitQuery(expression.query, names, uses)
      return
    case 'in':
      visit(expression.value)
      if ('body' in expression.list) visitQuery(expression.list, names, uses)
      else expression.list.forEach(visit)
      return
    default:
      for (const child of childrenOf(expression)) visit(child)
  }
}

function childrenOf(expression: Expression): Expression[] {
  switch (expression.kind) {
    case 'unary':
      return [expression.operand]
    case 'infix':
      return operandsOf(expression)
    case 'between':
      return [expression.value, expression.low, expression.high]
    case 'like':
      return [expression.value, expression.pattern]
    case 'is-null':
    case 'cast':
    case 'field':
    case 'extract':
      return [expression.value]
    case 'at-zone':
      return [expression.value, expression.zone]
    case 'subscript':
      return [expression.value, expression.index]
    case 'array':
    case 'row':
      return [...expression.items]
    case 'lambda':
      return [expression.body]
    case 'call':
      return [
        ...expression.arguments,
        ...(expression.filter ? [expression.filter] : []),
        ...expression.orderBy.map(({ value }) => value),
        ...(expression.over?.partitionBy ?? []),
        ...(expression.over?.orderBy ?? []).map(({ value }) => value),
      ]
    case 'case':
      return [
        ...(expression.operand ? [expression.operand] : []),
        ...expression.whens.flatMap(({ when, result }) => [when, result]),
        ...(expression.otherwise ? [expression.otherwise] : []),
      ]
    default:
      return []
  }
}
