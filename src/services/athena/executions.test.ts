import { expect, test } from 'vitest'
import { createMemoryMeta } from '../../../test/support/memory-meta.ts'
import { createVirtualClock } from '../../../test/support/virtual-clock.ts'
import { createSeededRandom } from '../../base/random.ts'
import { silentServiceEvents } from '../../base/service-events.ts'
import type { NewExecution } from './executions.ts'
import { createExecutions } from './executions.ts'

const scope = { accountId: '111111111111', region: 'us-east-1' }

const fresh: NewExecution = {
  workgroup: 'primary',
  sql: 'SELECT 1',
  runnable: { sql: 'SELECT 1' },
  statementType: 'DML',
  outputPrefix: 's3://b/',
  outputLocationOf: (id) => `s3://b/${id}.csv`,
}

function setUp() {
  const { clock, advance } = createVirtualClock()
  const executions = createExecutions({
    events: silentServiceEvents,
    meta: createMemoryMeta(),
    clock,
    random: createSeededRandom(7),
  })
  const active = async () => {
    const ids: string[] = []
    for await (const { id } of executions.active()) ids.push(id)
    return ids
  }
  return { executions, advance, active }
}

test('a token stands for one execution, however often and at once it is sent', async () => {
  const { executions } = setUp()
  const token = { token: 't'.repeat(32), fingerprint: 'a' }
  const made = await Promise.all([1, 2, 3].map(() => executions.create(scope, fresh, token)))
  expect(new Set(made.map(({ id }) => id)).size).toBe(1)
  const other = executions.create(scope, fresh, { ...token, fingerprint: 'b' })
  await expect(other).rejects.toThrow('Idempotent parameters do not match')
  expect(await executions.list(scope, 'primary', { limit: 10 })).toHaveLength(1)
})

test('an execution begins once and ends once', async () => {
  const { executions, active } = setUp()
  const { id } = await executions.create(scope, fresh)
  expect(await active()).toEqual([id])
  expect((await executions.begin(scope, id))?.state).toBe('RUNNING')
  expect(await executions.begin(scope, id)).toBeUndefined()
  await executions.end(scope, id, { state: 'CANCELLED', reason: 'stopped' })
  const late = await executions.end(scope, id, { state: 'SUCCEEDED' })
  expect(late).toMatchObject({ state: 'CANCELLED', reason: 'stopped' })
  expect(await active()).toEqual([])
})

test('executions are listed newest first, page by page, each workgroup for itself', async () => {
  const { executions, advance } = setUp()
  const ids: string[] = []
  for (let count = 0; count < 5; count++) {
    ids.unshift((await executions.create(scope, fresh)).id)
    await advance(1)
  }
  await executions.create(scope, { ...fresh, workgroup: 'other' })
  const first = await executions.list(scope, 'primary', { limit: 3 })
  const after = first.at(-1)?.position ?? []
  const second = await executions.list(scope, 'primary', { limit: 3, after })
  expect([...first, ...second].map(({ id }) => id)).toEqual(ids)
})

test('history goes when it is old enough', async () => {
  const { executions, advance } = setUp()
  const old = await executions.create(scope, fresh)
  await advance(1000)
  const young = await executions.create(scope, fresh)
  await executions.removeBefore(old.submittedMs + 1000)
  await expect(executions.find(scope, old.id)).rejects.toThrow('was not found')
  expect((await executions.find(scope, young.id)).id).toBe(young.id)
})
