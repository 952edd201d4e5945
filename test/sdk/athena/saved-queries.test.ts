import {
  BatchGetNamedQueryCommand,
  BatchGetPreparedStatementCommand,
  CreateNamedQueryCommand,
  CreatePreparedStatementCommand,
  DeleteNamedQueryCommand,
  DeletePreparedStatementCommand,
  GetNamedQueryCommand,
  GetPreparedStatementCommand,
  ListNamedQueriesCommand,
  ListPreparedStatementsCommand,
  UpdateNamedQueryCommand,
  UpdatePreparedStatementCommand,
} from '@aws-sdk/client-athena'
import { beforeAll, describe, expect, test } from 'vitest'
import { openAthena } from './athena-session.ts'

let session: Awaited<ReturnType<typeof openAthena>>

beforeAll(async () => {
  session = await openAthena()
})

describe('named queries', () => {
  test('are kept, listed, changed and removed', async () => {
    const { athena } = session
    const create = (Name: string) =>
      athena.send(
        new CreateNamedQueryCommand({
          Name,
          Database: 'default',
          QueryString: 'SELECT 1',
          Description: 'one',
          ClientRequestToken: `${Name}-${'x'.repeat(32)}`,
        }),
      )
    const { NamedQueryId: id = '' } = await create('first')
    expect((await create('first')).NamedQueryId).toBe(id)
    const second = (await create('second')).NamedQueryId ?? ''
    const got = await athena.send(new GetNamedQueryCommand({ NamedQueryId: id }))
    expect(got.NamedQuery).toEqual({
      NamedQueryId: id,
      Name: 'first',
      Database: 'default',
      QueryString: 'SELECT 1',
      Description: 'one',
      WorkGroup: 'primary',
    })
    const page = await athena.send(new ListNamedQueriesCommand({ MaxResults: 1 }))
    const rest = await athena.send(new ListNamedQueriesCommand({ NextToken: page.NextToken }))
    const ids = [...(page.NamedQueryIds ?? []), ...(rest.NamedQueryIds ?? [])]
    expect(ids.sort()).toEqual([id, second].sort())
    await athena.send(
      new UpdateNamedQueryCommand({ NamedQueryId: id, Name: 'new', QueryString: 'SELECT 2' }),
    )
    const batch = await athena.send(new BatchGetNamedQueryCommand({ NamedQueryIds: [id, 'nope'] }))
    expect(batch.NamedQueries?.[0]).toMatchObject({ Name: 'new', QueryString: 'SELECT 2' })
    expect(batch.UnprocessedNamedQueryIds).toHaveLength(1)
    await athena.send(new DeleteNamedQueryCommand({ NamedQueryId: id }))
    await expect(athena.send(new GetNamedQueryCommand({ NamedQueryId: id }))).rejects.toThrow(
      `NamedQuery ${id} was not found`,
    )
  })
})

describe('prepared statements', () => {
  const where = { WorkGroup: 'primary' }

  test('are kept by the API and run by EXECUTE', async () => {
    const { athena, run, start } = session
    const QueryStatement = 'SELECT x + ? FROM UNNEST(sequence(1, 3)) AS t(x) WHERE x > ?'
    const named = { ...where, StatementName: 'above' }
    await athena.send(new CreatePreparedStatementCommand({ ...named, QueryStatement }))
    await expect(
      athena.send(new CreatePreparedStatementCommand({ ...named, QueryStatement })),
    ).rejects.toThrow('already exists')
    const got = await athena.send(new GetPreparedStatementCommand(named))
    expect(got.PreparedStatement).toMatchObject({ StatementName: 'above', QueryStatement })
    const { rows, execution } = await run('EXECUTE above USING 10, 2')
    expect(rows).toEqual([['13']])
    expect(execution).toMatchObject({ Query: 'EXECUTE above USING 10, 2', StatementType: 'DML' })
    expect((await run('EXECUTE above', { ExecutionParameters: ['0', '2'] })).rows).toEqual([['3']])
    await expect(start('EXECUTE above USING 1')).rejects.toThrow('expected 2 but found 1')
    await athena.send(new UpdatePreparedStatementCommand({ ...named, QueryStatement: 'SELECT ?' }))
    expect((await run("EXECUTE above USING 'x'")).rows).toEqual([['x']])
    await athena.send(new DeletePreparedStatementCommand(named))
    await expect(start('EXECUTE above USING 1')).rejects.toThrow(
      'PreparedStatement above was not found in workGroup primary',
    )
    await expect(athena.send(new GetPreparedStatementCommand(named))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    })
  })

  test('are made and removed by PREPARE and DEALLOCATE', async () => {
    const { athena, run, failure } = session
    await run('PREPARE mine FROM SELECT ?')
    const list = await athena.send(new ListPreparedStatementsCommand(where))
    expect(list.PreparedStatements?.map(({ StatementName }) => StatementName)).toEqual(['mine'])
    const batch = await athena.send(
      new BatchGetPreparedStatementCommand({ ...where, PreparedStatementNames: ['mine', 'nope'] }),
    )
    expect(batch.PreparedStatements?.[0]?.QueryStatement).toBe('SELECT ?')
    expect(batch.UnprocessedPreparedStatementNames?.[0]?.StatementName).toBe('nope')
    await run('DEALLOCATE PREPARE mine')
    expect(await failure('DEALLOCATE PREPARE mine')).toContain('mine was not found')
  })
})
