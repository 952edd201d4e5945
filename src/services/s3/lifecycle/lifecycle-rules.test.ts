import { expect, test } from 'vitest'
import { LIFECYCLE_ID_MAX, LIFECYCLE_RULES_MAX } from '../limits.ts'
import { requireLifecycleRules } from './lifecycle-check.ts'
import type { LifecycleRule, Lived } from './lifecycle-rules.ts'
import {
  AWS_DAY_MS,
  dueAction,
  dueAfterDays,
  expirationOf,
  isAbandoned,
} from './lifecycle-rules.ts'

const dayMs = 1_000
const plain: LifecycleRule = {
  id: 'one',
  isEnabled: true,
  isOldForm: false,
  filter: { prefix: 'raw/', tags: {} },
  transitions: [],
}

function object(more: Partial<Lived> = {}): Lived {
  return { key: 'raw/a', sizeBytes: 1_000_000, modifiedMs: 0, attributes: {}, ...more }
}

function act(rule: Partial<LifecycleRule>, nowMs: number, subject = object()) {
  const minimumSize = 'all_storage_classes_128K' as const
  const version = { object: subject, isOldest: true }
  return dueAction({ minimumSize, rules: [{ ...plain, ...rule }] }, version, { nowMs, dayMs })
}

test('days of the usual length end at midnight in UTC, others to the millisecond', () => {
  const noonMs = AWS_DAY_MS / 2
  expect(dueAfterDays(noonMs, 1, AWS_DAY_MS)).toBe(2 * AWS_DAY_MS)
  expect(dueAfterDays(0, 1, AWS_DAY_MS)).toBe(AWS_DAY_MS)
  expect(dueAfterDays(7, 3, dayMs)).toBe(3_007)
})

test('an object expires on its day and not a millisecond before', () => {
  const expiration = { days: 2 }
  expect(act({ expiration }, 1_999)).toBeUndefined()
  expect(act({ expiration }, 2_000)).toEqual({ kind: 'expire', ruleId: 'one' })
  expect(act({ expiration, isEnabled: false }, 2_000)).toBeUndefined()
  expect(act({ expiration: { dateMs: 5_000 } }, 5_000)?.kind).toBe('expire')
})

test('every part of a filter has to hold', () => {
  const filter = { prefix: 'raw/', tags: { a: '1', b: '2' }, sizeAbove: 10, sizeBelow: 20 }
  const rule = { expiration: { days: 1 }, filter }
  const right = { sizeBytes: 11, attributes: { tags: { a: '1', b: '2', c: '3' } } }
  expect(act(rule, 1_000, object(right))?.kind).toBe('expire')
  expect(act(rule, 1_000, object({ ...right, sizeBytes: 10 }))).toBeUndefined()
  expect(act(rule, 1_000, object({ ...right, sizeBytes: 20 }))).toBeUndefined()
  expect(act(rule, 1_000, object({ ...right, key: 'cooked/a' }))).toBeUndefined()
  expect(act(rule, 1_000, object({ ...right, attributes: { tags: { a: '1' } } }))).toBeUndefined()
})

test('of the transitions that are due the coldest is taken, and none leads back', () => {
  const transitions = [
    { days: 1, storageClass: 'GLACIER' },
    { days: 0, storageClass: 'STANDARD_IA' },
  ]
  expect(act({ transitions }, 0)).toMatchObject({ storageClass: 'STANDARD_IA' })
  expect(act({ transitions }, 1_000)).toMatchObject({ storageClass: 'GLACIER' })
  const cold = object({ attributes: { storageClass: 'GLACIER' } })
  expect(act({ transitions }, 1_000, cold)).toBeUndefined()
})

test('objects below 128 KiB stay where they are unless the rule names sizes', () => {
  const transitions = [{ days: 0, storageClass: 'GLACIER' }]
  expect(act({ transitions }, 0, object({ sizeBytes: 131_071 }))).toBeUndefined()
  expect(act({ transitions }, 0, object({ sizeBytes: 131_072 }))).toBeDefined()
  const filter = { tags: {}, sizeAbove: 5 }
  expect(act({ transitions, filter }, 0, object({ sizeBytes: 6 }))).toBeDefined()
})

test('the earliest expiration is the one that is told', () => {
  const rules = [
    { ...plain, id: 'late', expiration: { days: 9 } },
    { ...plain, id: 'soon', expiration: { days: 3 } },
  ]
  const configuration = { minimumSize: 'all_storage_classes_128K' as const, rules }
  expect(expirationOf(configuration, object(), dayMs)).toEqual({ atMs: 3_000, ruleId: 'soon' })
})

test('an upload is given up after its days', () => {
  const rules = [{ ...plain, abortAfterDays: 1 }]
  const configuration = { minimumSize: 'all_storage_classes_128K' as const, rules }
  const upload = { key: 'raw/a', initiatedMs: 0 }
  expect(isAbandoned(configuration, upload, { nowMs: 999, dayMs })).toBe(false)
  expect(isAbandoned(configuration, upload, { nowMs: 1_000, dayMs })).toBe(true)
  expect(isAbandoned(configuration, { ...upload, key: 'b' }, { nowMs: 1_000, dayMs })).toBe(false)
})

test('a configuration has its limits of rules and of names', () => {
  const rule = (id: string): LifecycleRule => ({ ...plain, id, expiration: { days: 1 } })
  const many = Array.from({ length: LIFECYCLE_RULES_MAX }, (_, index) => rule(String(index)))
  expect(() => requireLifecycleRules(many)).not.toThrow()
  expect(() => requireLifecycleRules([...many, rule('more')])).toThrow(/allowed limit of 1000/)
  expect(() => requireLifecycleRules([rule('x'.repeat(LIFECYCLE_ID_MAX))])).not.toThrow()
  expect(() => requireLifecycleRules([rule('x'.repeat(LIFECYCLE_ID_MAX + 1))])).toThrow(/ID length/)
})
