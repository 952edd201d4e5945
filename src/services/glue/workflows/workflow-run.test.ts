import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Trigger, TriggerAction } from '../triggers/triggers.ts'
import type { ActionEnd, WorkflowRun } from './workflow-run.ts'
import { begun, isOver, resumed, stopping, withEnd, withStarted } from './workflow-run.ts'

const job = (name: string): TriggerAction => ({ kind: 'job', name })

const trigger = (name: string, more: Partial<Trigger>): Trigger => ({
  ...{ name, type: 'CONDITIONAL', state: 'ACTIVATED', workflow: 'w' },
  ...{ actions: [], met: [], firings: [], seen: [] },
  ...more,
})

const after = (names: ReadonlyArray<string>, next: string, logical: 'AND' | 'ANY' = 'AND') =>
  trigger(`then-${next}`, {
    actions: [job(next)],
    predicate: {
      logical,
      conditions: names.map((name) => ({ kind: 'job', name, state: 'SUCCEEDED' })),
    },
  })

const start = (...names: string[]) =>
  trigger('start', { type: 'ON_DEMAND', state: 'CREATED', actions: names.map(job) })

const begin = (...triggers: Trigger[]) =>
  begun({ workflow: 'w', id: 'wr_1', properties: {}, startedMs: 5 }, triggers, 'start')

const statesOf = ({ actions }: WorkflowRun) =>
  Object.fromEntries(actions.map(({ action, state }) => [action.name, state]))

function end(run: WorkflowRun, name: string, state: ActionEnd = 'SUCCEEDED'): WorkflowRun {
  const id = run.actions.find((one) => one.action.name === name)?.id ?? ''
  return withEnd(withStarted(run, id, 6), id, { state }, 7)
}

test('AND waits for all its jobs, and the run is complete when nothing is left', () => {
  let run = begin(start('a', 'b'), after(['a', 'b'], 'c'))
  run = end(run, 'a')
  expect(statesOf(run)).toEqual({ a: 'SUCCEEDED', b: 'WAITING' })
  run = end(run, 'b')
  expect(statesOf(run)).toEqual({ a: 'SUCCEEDED', b: 'SUCCEEDED', c: 'WAITING' })
  expect(run.state).toBe('RUNNING')
  run = end(run, 'c')
  expect(run).toMatchObject({ state: 'COMPLETED', completedMs: 7 })
})

test('ANY fires once, however many of its conditions come to hold', () => {
  let run = begin(start('a', 'b'), after(['a', 'b'], 'c', 'ANY'))
  run = end(end(run, 'a'), 'b')
  expect(run.actions.filter(({ action }) => action.name === 'c')).toHaveLength(1)
})

test('a failed job fires nothing that waits for its success, and the run is complete', () => {
  const run = end(begin(start('a'), after(['a'], 'b')), 'a', 'FAILED')
  expect(run.state).toBe('COMPLETED')
  expect(statesOf(run)).toEqual({ a: 'FAILED' })
})

test('a trigger that is not activated fires nothing', () => {
  const asleep = { ...after(['a'], 'b'), state: 'DEACTIVATED' } as const
  expect(end(begin(start('a'), asleep), 'a').state).toBe('COMPLETED')
})

test('a run that is stopped starts nothing more and is stopped when all has ended', () => {
  let run = stopping(begin(start('a', 'b'), after(['a'], 'c')), 6)
  expect(run.state).toBe('STOPPING')
  run = end(run, 'a')
  expect(statesOf(run)).toEqual({ a: 'SUCCEEDED', b: 'WAITING' })
  expect(end(run, 'b', 'STOPPED')).toMatchObject({ state: 'STOPPED' })
})

test('a run is resumed from a failed job: it and what is behind it run, the others stay', () => {
  const triggers = [start('a', 'b'), after(['b'], 'c'), after(['a', 'c'], 'd')]
  const old = end(end(begin(...triggers), 'a'), 'b', 'FAILED')
  expect(old.state).toBe('COMPLETED')
  let run = resumed(old, { id: 'wr_2', startedMs: 20 }, ({ name }) => name === 'b')
  expect(run).toMatchObject({ id: 'wr_2', state: 'RUNNING', previousRunId: 'wr_1' })
  expect(run.completedMs).toBeUndefined()
  expect(statesOf(run)).toEqual({ a: 'SUCCEEDED', b: 'WAITING' })
  const idOf = ({ actions }: WorkflowRun, name: string) =>
    actions.find(({ action }) => action.name === name)?.id
  expect(idOf(run, 'b')).not.toBe(idOf(old, 'b'))
  for (const name of ['b', 'c', 'd']) run = end(run, name)
  expect(run.state).toBe('COMPLETED')
  const again = resumed(run, { id: 'wr_3', startedMs: 30 }, ({ name }) => name === 'b')
  expect(statesOf(again)).toEqual({ a: 'SUCCEEDED', b: 'WAITING' })
})

/** Layers of jobs: each waits for some of the layer before. */
const workflows = fc
  .array(
    fc.record({
      waitsFor: fc.array(fc.nat(5), { minLength: 1, maxLength: 3 }),
      logical: fc.constantFrom('AND' as const, 'ANY' as const),
    }),
    { maxLength: 8 },
  )
  .map((layers) => [
    start('j0'),
    ...layers.map(({ waitsFor, logical }, at) =>
      after(
        [...new Set(waitsFor.map((back) => `j${Math.max(0, at - back)}`))],
        `j${at + 1}`,
        logical,
      ),
    ),
  ])

const ends = fc.array(
  fc.record({
    pick: fc.nat(20),
    state: fc.constantFrom<ActionEnd>('SUCCEEDED', 'SUCCEEDED', 'FAILED', 'TIMEOUT', 'ERROR'),
    isRepeated: fc.boolean(),
    stops: fc.nat(12).map((one) => one === 0),
  }),
  { minLength: 30, maxLength: 30 },
)

test('whatever ends in whatever order: a run comes to its end, every action runs once', () => {
  fc.assert(
    fc.property(workflows, ends, (triggers, steps) => {
      let run = begin(...triggers)
      for (const { pick, state, isRepeated, stops } of steps) {
        if (stops && !isOver(run)) run = stopping(run, 8)
        const active = run.actions.filter((one) => ['WAITING', 'RUNNING'].includes(one.state))
        expect(isOver(run)).toBe(active.length === 0)
        const chosen = active[pick % Math.max(active.length, 1)]
        if (!chosen) break
        const next = withEnd(run, chosen.id, { state }, 9)
        run = isRepeated ? withEnd(next, chosen.id, { state: 'STOPPED' }, 10) : next
        expect(run.actions.find(({ id }) => id === chosen.id)?.state).toBe(state)
      }
      expect(isOver(run)).toBe(true)
      expect(new Set(run.actions.map(({ id }) => id)).size).toBe(run.actions.length)
      expect(new Set(run.actions.map(({ action }) => action.name)).size).toBe(run.actions.length)
    }),
    { seed: 7, numRuns: 300 },
  )
})
