/**
 * Hive's refusals, which Athena passes on as they are. Not `QueryFailure`: those begin with the name of
 * a Trino error.
 */
export class DdlFailure extends Error {
  override readonly name = 'DdlFailure'
  readonly type: number

  constructor(message: string, type = 1000) {
    super(`FAILED: ${message}`)
    this.type = type
  }
}

export const tableNotFound = (name: string) =>
  new DdlFailure(`SemanticException [Error 10001]: Table not found ${name}`, 1301)

export const databaseNotFound = (name: string) =>
  new DdlFailure(`SemanticException [Error 10072]: Database does not exist: ${name}`, 1301)

export const taskFailed = (exception: string) =>
  new DdlFailure(
    `Execution Error, return code 1 from org.apache.hadoop.hive.ql.exec.DDLTask. ${exception}`,
  )

export const notPartitioned = (name: string) =>
  new DdlFailure(`SemanticException Table ${name} is not partitioned but partition spec exists`)
