import type { Statement } from './dialect/statement-ast.ts'

/** What kind of statement it is, and where its result goes. AWS: recorded, kind by kind. */
export interface StatementKind {
  readonly type: 'DDL' | 'DML' | 'UTILITY'
  readonly subtype?: string
  /** The result's name from the execution's id. */
  readonly resultName: (id: string) => string
}

const asCsv = (id: string) => `${id}.csv`
const asText = (id: string) => `${id}.txt`
const plain = (id: string) => id

const KINDS: Readonly<Record<Statement['kind'], StatementKind>> = {
  query: { type: 'DML', subtype: 'SELECT', resultName: asCsv },
  insert: { type: 'DML', subtype: 'INSERT', resultName: plain },
  unload: { type: 'DML', subtype: 'UNLOAD', resultName: asCsv },
  'create-table-as': {
    type: 'DDL',
    subtype: 'CREATE_TABLE_AS_SELECT',
    resultName: (id) => `tables/${id}`,
  },
  'create-table': { type: 'DDL', subtype: 'CREATE_TABLE', resultName: asText },
  'create-database': { type: 'DDL', subtype: 'CREATE_DATABASE', resultName: asText },
  'create-view': { type: 'DDL', subtype: 'CREATE_VIEW', resultName: asText },
  'drop-database': { type: 'DDL', subtype: 'DROP_DATABASE', resultName: asText },
  'drop-table': { type: 'DDL', subtype: 'DROP_TABLE', resultName: asText },
  'drop-view': { type: 'DDL', subtype: 'DROP_VIEW', resultName: asText },
  'alter-table': { type: 'DDL', resultName: asText },
  repair: { type: 'DDL', subtype: 'MSCK_REPAIR_TABLE', resultName: asText },
  'show-databases': { type: 'UTILITY', subtype: 'SHOW_DATABASES', resultName: asText },
  'show-tables': { type: 'UTILITY', subtype: 'SHOW_TABLES', resultName: asText },
  'show-views': { type: 'UTILITY', subtype: 'SHOW_VIEWS', resultName: asText },
  'show-partitions': { type: 'UTILITY', subtype: 'SHOW_PARTITIONS', resultName: asText },
  'show-columns': { type: 'UTILITY', subtype: 'SHOW_COLUMNS', resultName: asText },
  'show-create': { type: 'UTILITY', subtype: 'SHOW_CREATE_TABLE', resultName: asText },
  'show-properties': { type: 'UTILITY', subtype: 'SHOW_TBLPROPERTIES', resultName: asText },
  describe: { type: 'UTILITY', subtype: 'DESCRIBE_TABLE', resultName: asText },
  prepare: { type: 'UTILITY', subtype: 'PREPARE', resultName: asText },
  execute: { type: 'DML', subtype: 'SELECT', resultName: asCsv },
  deallocate: { type: 'UTILITY', subtype: 'DEALLOCATE', resultName: asText },
}

export function statementKindOf(statement: Statement): StatementKind {
  const kind = KINDS[statement.kind]
  if (statement.kind !== 'alter-table' || statement.action.kind !== 'add-columns') return kind
  return { ...kind, subtype: 'ALTER_TABLE_ADD_COLUMN' }
}
