import { createHash } from 'node:crypto'
import { ServiceError } from '../../base/errors.ts'
import type { Scope } from '../../base/scope.ts'
import type { ObjectAccess } from '../s3/objects/object-access.ts'
import { invalidRequest, unsupported } from './athena-errors.ts'
import { parseStatement } from './dialect/parse-statement.ts'
import type { Statement } from './dialect/statement-ast.ts'
import { SqlSyntaxError, UnsupportedSqlError } from './dialect/tokens.ts'
import type { ExecutionRunner } from './execution-runner.ts'
import type { Execution, Executions } from './executions.ts'
import type { PreparedStatements } from './prepared-statements.ts'
import { statementKindOf } from './statement-kinds.ts'
import type { Workgroup, Workgroups } from './workgroups.ts'
import { PRIMARY } from './workgroups.ts'

export interface SubmissionRequest {
  readonly sql: string
  readonly workgroup?: string
  readonly catalog?: string
  readonly database?: string
  /** `s3://bucket/prefix`. */
  readonly outputLocation?: string
  /** SQL values for the question marks, in their order. */
  readonly parameters?: ReadonlyArray<string>
  readonly token?: string
}

export interface SubmissionDeps {
  readonly workgroups: Workgroups
  readonly executions: Executions
  readonly preparedStatements: PreparedStatements
  readonly runner: ExecutionRunner
  readonly objects: ObjectAccess
}

/**
 * Checks a query and accepts it: it is durable and on its way when this resolves. What is wrong with
 * the SQL itself is refused at once, as Athena does; what is wrong with its tables fails the query.
 */
export async function submit(
  deps: SubmissionDeps,
  scope: Scope,
  request: SubmissionRequest,
): Promise<Execution> {
  const name = request.workgroup ?? PRIMARY
  const workgroup = await deps.workgroups.find(scope, name)
  if (workgroup.state === 'DISABLED') throw invalidRequest(`WorkGroup ${name} is disabled.`)
  if (request.catalog !== undefined && request.catalog.toLowerCase() !== 'awsdatacatalog') {
    // AWS: recorded code and wording.
    throw invalidRequest(`Catalog '${request.catalog}' does not exist`, 'DATACATALOG_NOT_FOUND')
  }
  const runnable = await runnableOf(deps, scope, workgroup, request)
  const statement = parse(runnable.sql, runnable.parameters)
  expectLocation(statement)
  const kind = statementKindOf(statement)
  const outputPrefix = await outputPrefixOf(deps, scope, workgroup, request)
  const token = request.token && { token: request.token, fingerprint: fingerprintOf(request) }
  const execution = await deps.executions.create(
    scope,
    {
      workgroup: name,
      sql: request.sql,
      runnable,
      statementType: kind.type,
      outputPrefix,
      outputLocationOf: (id) => `${outputPrefix}${kind.resultName(id)}`,
      ...(kind.subtype !== undefined && { substatementType: kind.subtype }),
      ...(request.catalog !== undefined && { catalog: request.catalog }),
      ...(request.database !== undefined && { database: request.database }),
      ...(request.parameters && { parameters: request.parameters }),
      ...(workgroup.bytesMax !== undefined && { bytesMax: workgroup.bytesMax }),
    },
    token || undefined,
  )
  if (execution.state === 'QUEUED') deps.runner.launch(scope, execution.id)
  return execution
}

function fingerprintOf({ token, ...request }: SubmissionRequest): string {
  return createHash('sha256').update(JSON.stringify(request)).digest('hex')
}

/** `EXECUTE name USING …` is run as the prepared statement with these values. */
async function runnableOf(
  deps: SubmissionDeps,
  scope: Scope,
  workgroup: Workgroup,
  { sql, parameters }: SubmissionRequest,
): Promise<Execution['runnable']> {
  if (!/^\s*EXECUTE\b/i.test(sql)) return { sql, ...(parameters && { parameters }) }
  const statement = parse(sql)
  if (statement.kind !== 'execute') return { sql }
  const { name, values } = statement
  try {
    const prepared = await deps.preparedStatements.find(scope, workgroup.name, name)
    const given = values.length > 0 ? values : (parameters ?? [])
    return { sql: prepared.sql, parameters: given }
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error
    throw invalidRequest(error.message)
  }
}

function parse(sql: string, parameters?: ReadonlyArray<string>): Statement {
  try {
    return parseStatement(sql, parameters)
  } catch (error) {
    const known = error instanceof SqlSyntaxError || error instanceof UnsupportedSqlError
    throw known ? invalidRequest(error.message, 'MALFORMED_QUERY') : error
  }
}

function expectLocation(statement: Statement): void {
  if (statement.kind !== 'create-table') return
  const { location } = statement
  if (location === undefined) {
    // AWS: recorded wording.
    throw invalidRequest(
      'No location was specified for table. An S3 location must be specified',
      'MALFORMED_QUERY',
    )
  }
  if (!/^s3[an]?:\/\/[^/]+/.test(location)) {
    throw invalidRequest(`The S3 location provided is invalid: ${location}`, 'MALFORMED_QUERY')
  }
}

async function outputPrefixOf(
  deps: SubmissionDeps,
  scope: Scope,
  workgroup: Workgroup,
  request: SubmissionRequest,
): Promise<string> {
  const own = workgroup.enforced ? undefined : request.outputLocation
  const location = own ?? workgroup.outputLocation ?? request.outputLocation
  if (!location) {
    // AWS: the API's own wording.
    throw invalidRequest(
      'No output location provided. An output location is required either through the Workgroup result configuration setting or as an API input.',
    )
  }
  const bucket = bucketOf(location)
  if (!(await deps.objects.bucketExists(scope, bucket))) {
    throw invalidRequest(`Unable to verify/create output bucket ${bucket}`)
  }
  return location.replace(/\/*$/, '/')
}

/** Throws for what is no S3 location. */
export function bucketOf(location: string): string {
  const bucket = /^s3:\/\/([^/]+)/.exec(location)?.[1]
  if (bucket) return bucket
  throw invalidRequest('outputLocation is not a valid S3 path.')
}

/** Objects are encrypted as S3 does by default; other ways are refused by name. */
export function expectPlainResults(
  configuration:
    | {
        readonly EncryptionConfiguration?:
          | { readonly EncryptionOption?: string | undefined }
          | undefined
        readonly AclConfiguration?: unknown
        readonly ExpectedBucketOwner?: string | undefined
      }
    | undefined,
  accountId: string,
): void {
  const option = configuration?.EncryptionConfiguration?.EncryptionOption
  if (option !== undefined && option !== 'SSE_S3') throw unsupported(`EncryptionOption ${option}`)
  if (configuration?.AclConfiguration) throw unsupported('AclConfiguration')
  const owner = configuration?.ExpectedBucketOwner
  if (owner !== undefined && owner !== accountId) {
    throw invalidRequest('The bucket owner does not match the expected bucket owner')
  }
}
