import { expect, test } from 'vitest'
import { createVirtualClock } from '../../../../test/support/virtual-clock.ts'
import type { FunctionSpec, Invocation, InvocationOutcome } from '../port.ts'
import type { FunctionInstance } from './function-instance.ts'
import { createFunctionPool } from './function-pool.ts'

const limits = { instancesMax: 2, waitingMax: 10, idleMaxMs: 60_000, ageMaxMs: 600_000 }
const invocation = {} as Invocation
const spec = (functionId: string) =>
  ({ functionId, version: '1', concurrencyMax: 5 }) as FunctionSpec

/** Instances that answer at once, after `workMs`. */
function setUp(workMs = 0) {
  const { clock, advance } = createVirtualClock()
  const alive = new Set<string>()
  let count = 0
  const pool = createFunctionPool({
    clock,
    limits,
    async startInstance(of) {
      const id = `${of.functionId}-${++count}`
      alive.add(id)
      let freeSinceMs: number | undefined
      const end = () => {
        freeSinceMs = undefined
        alive.delete(id)
        queueMicrotask(() => pool.onInstanceChange())
      }
      const instance: FunctionInstance = {
        id,
        spec: of,
        startedMs: clock.monotonicMs(),
        freeSinceMs: () => freeSinceMs,
        isReturning: () => false,
        isOver: () => !alive.has(id),
        async handle() {
          freeSinceMs = undefined
          await clock.sleep(workMs)
          freeSinceMs = clock.monotonicMs()
          queueMicrotask(() => pool.onInstanceChange())
          return { kind: 'timed-out', durationMs: 0, memoryUsedBytes: 0, id } as InvocationOutcome
        },
        retire: end,
        kill: end,
      }
      return instance
    },
  })
  const invoke = async (functionId: string) =>
    (await pool.invoke(spec(functionId), invocation)) as unknown as { id: string }
  return { pool, advance, alive, invoke }
}

test('an instance that had nothing to do for long ends, one in use stays', async () => {
  const { advance, alive, invoke } = setUp()
  await invoke('a')
  await invoke('b')
  await advance(50_000)
  await invoke('b')
  await advance(20_000)
  expect([...alive]).toEqual(['b-2'])
  await advance(60_000)
  expect([...alive]).toEqual([])
})

test('an instance gets no event any more when it is old', async () => {
  const { advance, alive, invoke } = setUp()
  for (let minute = 0; minute <= 10; minute++) {
    await invoke('a')
    await advance(59_000)
  }
  await advance(10_000)
  expect((await invoke('a')).id).not.toBe('a-1')
  expect(alive.has('a-1')).toBe(false)
})

test('an idle instance of another function makes room', async () => {
  const { alive, invoke } = setUp()
  await invoke('a')
  await invoke('b')
  expect((await invoke('c')).id).toBe('c-3')
  expect([...alive]).toEqual(['b-2', 'c-3'])
})

test('a closed pool refuses, also those that wait', async () => {
  const { pool, invoke } = setUp(1000)
  const running = [invoke('a'), invoke('b')]
  const waiting = invoke('c')
  pool.close()
  await expect(waiting).rejects.toMatchObject({ kind: 'unavailable' })
  await expect(invoke('d')).rejects.toMatchObject({ kind: 'unavailable' })
  expect(running).toHaveLength(2)
})
