import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createMemoryMeta } from '../../../../test/support/memory-meta.ts'
import type { SeenObject } from './bookmarks.ts'
import { createBookmarks, hasSeen } from './bookmarks.ts'

const scope = { accountId: '111122223333', region: 'eu-west-1' }
const MINUTE_MS = 60_000

test('every object is read by exactly one committed run, in whatever rhythm objects come', async () => {
  const arrival = fc.record({
    key: fc.integer({ min: 0, max: 30 }),
    afterMs: fc.integer({ min: 0, max: 40 * MINUTE_MS }),
    // Became visible after others that were modified later.
    lateMs: fc.integer({ min: 0, max: 5 * MINUTE_MS }),
    runs: fc.boolean(),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(arrival, { maxLength: 30 }), async (arrivals) => {
      const bookmarks = createBookmarks(createMemoryMeta())
      const objects: SeenObject[] = []
      const reads = new Map<string, number>()
      let nowMs = 1_700_000_000_000
      const run = async () => {
        const before = await bookmarks.find(scope, 'job')
        const isSeen = hasSeen(before?.sources['ctx'])
        const fresh = objects.filter((object) => !isSeen(object))
        for (const { path, modifiedMs } of fresh) {
          const name = `${path}@${modifiedMs}`
          reads.set(name, (reads.get(name) ?? 0) + 1)
        }
        const read = new Map([['ctx', fresh]])
        const baseVersion = before?.version ?? 0
        await bookmarks.commit(scope, 'job', { baseVersion, runId: 'r', attempt: 0, read })
      }
      for (const { key, afterMs, lateMs, runs } of arrivals) {
        nowMs += afterMs
        objects.push({ path: `s3://b/${key}`, modifiedMs: nowMs - lateMs })
        if (runs) await run()
      }
      await run()
      for (const { path, modifiedMs } of objects) {
        expect(reads.get(`${path}@${modifiedMs}`)).toBeGreaterThanOrEqual(1)
      }
      const distinct = new Set(objects.map(({ path, modifiedMs }) => `${path}@${modifiedMs}`))
      const twice = [...distinct].filter((name) => {
        const copies = objects.filter(({ path, modifiedMs }) => `${path}@${modifiedMs}` === name)
        return (reads.get(name) ?? 0) > copies.length
      })
      expect(twice).toEqual([])
    }),
    { seed: 5, numRuns: 200 },
  )
})

test('of two runs that began at the same bookmark only the first commits', async () => {
  const bookmarks = createBookmarks(createMemoryMeta())
  const read = new Map([['ctx', [{ path: 's3://b/a', modifiedMs: 1 }]]])
  const commit = (runId: string) =>
    bookmarks.commit(scope, 'job', { baseVersion: 0, runId, attempt: 0, read })
  await commit('one')
  await expect(commit('two')).rejects.toMatchObject({ code: 'VersionMismatchException' })
  expect((await bookmarks.find(scope, 'job'))?.runId).toBe('one')
})

test('a reset forgets, and is refused when there is nothing to forget', async () => {
  const bookmarks = createBookmarks(createMemoryMeta())
  await expect(bookmarks.reset(scope, 'job')).rejects.toMatchObject({
    code: 'EntityNotFoundException',
  })
  const read = new Map([['ctx', [{ path: 's3://b/a', modifiedMs: 1 }]]])
  await bookmarks.commit(scope, 'job', { baseVersion: 0, runId: 'r', attempt: 0, read })
  expect((await bookmarks.reset(scope, 'job')).version).toBe(1)
  expect(await bookmarks.find(scope, 'job')).toBeUndefined()
})
