import type { EngineErrorKind } from '../../../base/errors.ts'
import type { QueryProblem, QueryProgress, QueryResult, SessionOptions } from '../port.ts'

/** What the server and a query child say to each other, over Node's channel between processes. */
export type Request = { readonly id: number } & (
  | { readonly kind: 'open'; readonly settings: SessionSettings }
  | { readonly kind: 'allow'; readonly paths: SessionOptions['paths'] }
  | { readonly kind: 'execute'; readonly statement: Statement }
  | { readonly kind: 'close' }
)

/** Stops the running statement; has no answer of its own. */
export interface Interrupt {
  readonly kind: 'interrupt'
}

export interface SessionSettings {
  readonly paths: SessionOptions['paths']
  readonly memoryBytes: number
  readonly threads: number
  readonly spillDirectory: string
  readonly spillBytesMax: number
  readonly engine: Readonly<Record<string, string | boolean>>
}

export interface Statement {
  readonly sql: string
  readonly parameters: ReadonlyArray<string | number | boolean | null>
  readonly rowsMax: number
  readonly progress: boolean
}

export type Reply = { readonly id: number } & (
  | { readonly kind: 'done'; readonly result?: StatementResult }
  | { readonly kind: 'failed'; readonly failure: Failure }
  | { readonly kind: 'progress'; readonly progress: QueryProgress }
)

/** Rows travel as JSON texts of many rows each: cheaper to pass on than structured values. */
export interface StatementResult extends Omit<QueryResult, 'rows'> {
  readonly chunks: ReadonlyArray<string>
}

export interface Failure {
  readonly kind: EngineErrorKind
  readonly message: string
  readonly problem: QueryProblem
  readonly position?: number | undefined
  readonly subject?: string | undefined
  /** The instance is beyond use: the child must be ended. */
  readonly fatal?: boolean
}
