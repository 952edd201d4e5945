import { invalidRequest, unsupported } from '../athena-errors.ts'
import type { ColumnInfo } from '../column-info.ts'
import type { AthenaOperation } from '../contract.ts'
import { limits } from '../limits.ts'
import { decodeToken, encodeToken } from '../pages.ts'
import { readResult } from '../result-reader.ts'

/** Pages of the result file. The first row of a SELECT is its header. */
export const getQueryResults: AthenaOperation<'GetQueryResults'> = {
  name: 'GetQueryResults',
  async run({ executions, objects }, input, context) {
    if (input.QueryResultType !== undefined && input.QueryResultType !== 'DATA_ROWS') {
      throw unsupported(`QueryResultType ${input.QueryResultType}`)
    }
    const rowsMax = input.MaxResults ?? limits.resultRowsMax
    const execution = await executions.find(context, input.QueryExecutionId)
    if (execution.state === 'QUEUED' || execution.state === 'RUNNING') {
      throw invalidRequest(
        `Query has not yet finished. Current state: ${execution.state}`,
        'INVALID_QUERY_EXECUTION_STATE',
      )
    }
    if (execution.state !== 'SUCCEEDED') {
      throw invalidRequest(
        `Query did not finish successfully. Final query state: ${execution.state}`,
        'INVALID_QUERY_EXECUTION_STATE',
      )
    }
    const [from = 0] = decodeToken(input.NextToken) ?? []
    const page = await readResult(objects, context, execution, { from: Number(from), rowsMax })
    return {
      ...(execution.updateCount !== undefined && { UpdateCount: execution.updateCount }),
      ResultSet: {
        Rows: page.rows.map((row) => ({
          Data: row.map((value) => (value === null ? {} : { VarCharValue: value })),
        })),
        ResultSetMetadata: { ColumnInfo: (execution.columns ?? []).map(columnToWire) },
      },
      NextToken: page.next === undefined ? undefined : encodeToken([page.next]),
    }
  },
}

function columnToWire(column: ColumnInfo) {
  return {
    CatalogName: 'hive',
    SchemaName: '',
    TableName: '',
    Name: column.name,
    Label: column.name,
    Type: column.type,
    Precision: column.precision,
    Scale: column.scale,
    Nullable: 'UNKNOWN' as const,
    CaseSensitive: column.caseSensitive,
  }
}
