import type { Place } from './tokens.ts'

/** What Athena's queries (Trino's SELECT) consist of. Only what is built is here. */

export interface Name {
  readonly text: string
  readonly quoted: boolean
}

export interface Query {
  readonly with?: { readonly recursive: boolean; readonly items: ReadonlyArray<NamedQuery> }
  readonly body: QueryBody
  readonly orderBy: ReadonlyArray<SortItem>
  readonly offset?: Expression
  readonly limit?: Expression
}

export interface NamedQuery {
  readonly name: Name
  readonly columns?: ReadonlyArray<Name>
  readonly query: Query
}

export type QueryBody =
  | Select
  | { readonly kind: 'values'; readonly rows: ReadonlyArray<Expression> }
  | { readonly kind: 'nested'; readonly query: Query }
  | { readonly kind: 'table'; readonly relation: TableRelation }
  | {
      readonly kind: 'set'
      readonly operator: 'UNION' | 'INTERSECT' | 'EXCEPT'
      readonly all: boolean
      readonly left: QueryBody
      readonly right: QueryBody
    }

export interface Select {
  readonly kind: 'select'
  readonly distinct: boolean
  readonly items: ReadonlyArray<SelectItem>
  readonly from: ReadonlyArray<Relation>
  readonly where?: Expression
  readonly groupBy?: { readonly distinct: boolean; readonly elements: ReadonlyArray<Grouping> }
  readonly having?: Expression
  readonly windows: ReadonlyArray<{ readonly name: Name; readonly window: Window }>
}

export type SelectItem =
  | { readonly kind: 'star'; readonly qualifier?: ReadonlyArray<Name> }
  | { readonly kind: 'value'; readonly value: Expression; readonly alias?: Name }

export type Grouping =
  | { readonly kind: 'value'; readonly value: Expression }
  | {
      readonly kind: 'sets' | 'cube' | 'rollup'
      readonly sets: ReadonlyArray<ReadonlyArray<Expression>>
    }

export interface SortItem {
  readonly value: Expression
  readonly descending: boolean
  readonly nulls?: 'FIRST' | 'LAST'
}

export interface TableRelation {
  readonly kind: 'table'
  readonly name: ReadonlyArray<Name>
  readonly place: Place
}

export type Relation =
  | TableRelation
  | { readonly kind: 'query'; readonly query: Query; readonly lateral: boolean }
  | {
      readonly kind: 'unnest'
      readonly values: ReadonlyArray<Expression>
      readonly ordinality: boolean
    }
  | {
      readonly kind: 'alias'
      readonly relation: Relation
      readonly name: Name
      readonly columns?: ReadonlyArray<Name>
    }
  | {
      readonly kind: 'sample'
      readonly relation: Relation
      readonly method: 'BERNOULLI' | 'SYSTEM'
      readonly percentage: Expression
    }
  | {
      readonly kind: 'join'
      readonly type: 'INNER' | 'LEFT' | 'RIGHT' | 'FULL' | 'CROSS'
      readonly natural: boolean
      readonly left: Relation
      readonly right: Relation
      readonly on?: Expression
      readonly using?: ReadonlyArray<Name>
    }

export interface Window {
  readonly base?: Name
  readonly partitionBy: ReadonlyArray<Expression>
  readonly orderBy: ReadonlyArray<SortItem>
  readonly frame?: {
    readonly unit: 'ROWS' | 'RANGE' | 'GROUPS'
    readonly start: FrameBound
    readonly end?: FrameBound
  }
}

export interface FrameBound {
  /** `UNBOUNDED PRECEDING`, `CURRENT ROW`, …; with a value, `PRECEDING` or `FOLLOWING`. */
  readonly words: string
  readonly value?: Expression
}

export interface Call {
  readonly kind: 'call'
  readonly name: string
  readonly arguments: ReadonlyArray<Expression>
  readonly star: boolean
  readonly distinct: boolean
  readonly orderBy: ReadonlyArray<SortItem>
  readonly nulls?: 'IGNORE' | 'RESPECT'
  readonly filter?: Expression
  readonly over?: Window
  readonly place: Place
}

export type Expression =
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'number'; readonly value: string }
  | { readonly kind: 'binary-text'; readonly value: string }
  | { readonly kind: 'word'; readonly value: 'TRUE' | 'FALSE' | 'NULL' }
  | { readonly kind: 'typed'; readonly type: string; readonly value: string }
  | {
      readonly kind: 'interval'
      readonly negative: boolean
      readonly value: string
      readonly unit: string
    }
  | { readonly kind: 'name'; readonly parts: ReadonlyArray<Name>; readonly place: Place }
  | { readonly kind: 'parameter'; readonly place: Place }
  | { readonly kind: 'unary'; readonly operator: '-' | 'NOT'; readonly operand: Expression }
  | {
      readonly kind: 'infix'
      readonly operator: InfixOperator
      readonly left: Expression
      readonly right: Expression
    }
  | {
      readonly kind: 'between'
      readonly negated: boolean
      readonly value: Expression
      readonly low: Expression
      readonly high: Expression
    }
  | {
      readonly kind: 'in'
      readonly negated: boolean
      readonly value: Expression
      readonly list: ReadonlyArray<Expression> | Query
    }
  | {
      readonly kind: 'like'
      readonly negated: boolean
      readonly value: Expression
      readonly pattern: Expression
      readonly escape?: Expression
    }
  | { readonly kind: 'is-null'; readonly negated: boolean; readonly value: Expression }
  | { readonly kind: 'exists'; readonly query: Query }
  | { readonly kind: 'subquery'; readonly query: Query }
  | {
      readonly kind: 'quantified'
      readonly operator: InfixOperator
      readonly quantifier: 'ALL' | 'ANY'
      readonly value: Expression
      readonly query: Query
    }
  | {
      readonly kind: 'case'
      readonly operand?: Expression
      readonly whens: ReadonlyArray<{ readonly when: Expression; readonly result: Expression }>
      readonly otherwise?: Expression
    }
  | {
      readonly kind: 'cast'
      readonly value: Expression
      readonly type: SqlType
      readonly safe: boolean
    }
  | Call
  | {
      readonly kind: 'lambda'
      readonly parameters: ReadonlyArray<Name>
      readonly body: Expression
    }
  | { readonly kind: 'array' | 'row'; readonly items: ReadonlyArray<Expression> }
  | { readonly kind: 'subscript'; readonly value: Expression; readonly index: Expression }
  | { readonly kind: 'field'; readonly value: Expression; readonly name: Name }
  | { readonly kind: 'extract'; readonly field: string; readonly value: Expression }
  | { readonly kind: 'at-zone'; readonly value: Expression; readonly zone: Expression }

export type InfixOperator =
  | 'OR'
  | 'AND'
  | '='
  | '<>'
  | '<'
  | '<='
  | '>'
  | '>='
  | 'IS DISTINCT FROM'
  | 'IS NOT DISTINCT FROM'
  | '+'
  | '-'
  | '*'
  | '/'
  | '%'
  | '||'

/** A type as written: `decimal(10,2)`, `array(row(a bigint, b varchar))`, … */
export interface SqlType {
  /** Lower case: `varchar`, `timestamp with time zone`, `array`, `map`, `row`, … */
  readonly name: string
  readonly lengths: ReadonlyArray<number>
  readonly members: ReadonlyArray<{ readonly name?: Name; readonly type: SqlType }>
}

/**
 * The operands of a row of the same operator, `a OR b OR c`, from left to right. Such rows may be long
 * (they are trees that only grow to the left): who walks them by recursion runs out of stack.
 */
export function operandsOf(row: Extract<Expression, { kind: 'infix' }>): Expression[] {
  const operands: Expression[] = []
  let left: Expression = row
  while (left.kind === 'infix' && left.operator === row.operator) {
    operands.push(left.right)
    left = left.left
  }
  operands.push(left)
  return operands.reverse()
}
