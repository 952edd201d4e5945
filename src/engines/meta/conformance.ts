import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { EngineError } from '../../base/errors.ts'
import { encodeKey } from '../../base/ordered-key.ts'
import type { MetaBatch, MetaEntry, MetaStore } from './port.ts'

const bytes = (text: string) => Buffer.from(text, 'latin1')
const text = (entry: MetaEntry | undefined) => entry && Buffer.from(entry.value).toString('latin1')
const keys = (entries: ReadonlyArray<MetaEntry>) =>
  entries.map(({ key }) => Buffer.from(key).toString('latin1'))
const put = (key: string, value: string) => ({ puts: [{ key: bytes(key), value: bytes(value) }] })

/**
 * What every adapter of the port must keep. `open` gives an empty store; `reopen` the same one as a
 * new process would find it, where the store outlives its process.
 */
export function describeMetaStore(adapter: {
  readonly name: string
  open(): Promise<MetaStore>
  reopen(store: MetaStore): Promise<MetaStore>
}): void {
  describe(`${adapter.name} keeps the promises of the meta port`, () => {
    readsAndWrites(adapter.open)
    comparesAndSets(adapter.open)
    scansInOrder(adapter.open)

    it('what was committed is there after the store was opened again', async () => {
      const first = await adapter.open()
      await first.commit(put('a', '1'))
      const before = await first.get(bytes('a'))
      const second = await adapter.reopen(first)
      expect(await second.get(bytes('a'))).toEqual(before)
      await second.commit({ removals: [bytes('a')] })
      await second.commit(put('a', '2'))
      const after = await second.get(bytes('a'))
      expect(after?.version).not.toBe(before?.version)
      await second.close()
    })
  })
}

function readsAndWrites(open: () => Promise<MetaStore>): void {
  it('an absent key is undefined; a put one is there with its value', async () => {
    const meta = await open()
    expect(await meta.get(bytes('a'))).toBeUndefined()
    await meta.commit(put('a', '1'))
    expect(text(await meta.get(bytes('a')))).toBe('1')
    await meta.commit(put('a', ''))
    expect((await meta.get(bytes('a')))?.value.length).toBe(0)
    await meta.commit({ removals: [bytes('a'), bytes('never there')] })
    expect(await meta.get(bytes('a'))).toBeUndefined()
    await meta.close()
  })

  it('values of any size come back as they were, also while others are read', async () => {
    const meta = await open()
    const sizes = [1, 2_000, 4_096, 40_000, 3_000_000]
    await meta.commit({
      puts: sizes.map((size) => ({ key: bytes(`size ${size}`), value: Buffer.alloc(size, size) })),
    })
    const read = await Promise.all(sizes.map((size) => meta.get(bytes(`size ${size}`))))
    const whole = read.map((entry, at) =>
      Buffer.alloc(sizes[at] ?? 0, sizes[at]).equals(entry?.value ?? bytes('')),
    )
    expect(whole).toEqual(sizes.map(() => true))
    const scanned = await meta.scan({ prefix: bytes('size'), limit: 9 })
    expect(scanned.map(({ value }) => value.length).sort((a, b) => a - b)).toEqual(sizes)
    await meta.close()
  })

  it('keys of 1,900 bytes are taken, longer and empty ones refused', async () => {
    const meta = await open()
    await meta.commit(put('k'.repeat(1_900), '1'))
    expect(text(await meta.get(bytes('k'.repeat(1_900))))).toBe('1')
    for (const key of ['k'.repeat(1_901), '']) {
      await expect(meta.commit(put(key, '1'))).rejects.toMatchObject({ kind: 'invalid' })
    }
    await meta.close()
  })

  it('the version of a key changes with every write of it', async () => {
    const meta = await open()
    const versions = new Set<number | undefined>()
    for (let round = 0; round < 5; round++) {
      await meta.commit(put('a', 'the same'))
      versions.add((await meta.get(bytes('a')))?.version)
    }
    expect(versions.size).toBe(5)
    expect(versions).not.toContain(0)
    await meta.close()
  })
}

function comparesAndSets(open: () => Promise<MetaStore>): void {
  it('a batch is applied whole when all checks hold, and not at all when one fails', async () => {
    const meta = await open()
    await meta.commit(put('a', '1'))
    const { version = 0 } = (await meta.get(bytes('a'))) ?? {}
    const both: MetaBatch = {
      checks: [
        { key: bytes('a'), version },
        { key: bytes('b'), version: 0 },
      ],
      puts: [
        { key: bytes('a'), value: bytes('2') },
        { key: bytes('b'), value: bytes('2') },
      ],
    }
    await meta.commit(both)
    await expect(meta.commit(both)).rejects.toBeInstanceOf(EngineError)
    await expect(
      meta.commit({ ...both, puts: [{ key: bytes('c'), value: bytes('3') }] }),
    ).rejects.toMatchObject({ kind: 'conflict' })
    expect(await meta.get(bytes('c'))).toBeUndefined()
    expect(text(await meta.get(bytes('b')))).toBe('2')
    await meta.close()
  })

  it('of many writers at once that check the same version, one wins', async () => {
    const meta = await open()
    const tries = Array.from({ length: 50 }, (_, index) =>
      meta.commit({ checks: [{ key: bytes('a'), version: 0 }], ...put('a', String(index)) }),
    )
    const outcomes = await Promise.allSettled(tries)
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    await meta.close()
  })

  it('counting up under contention loses no count', async () => {
    const meta = await open()
    const count = async () => {
      for (;;) {
        const entry = await meta.get(bytes('n'))
        const next = put('n', String(Number(text(entry) ?? 0) + 1))
        const checks = [{ key: bytes('n'), version: entry?.version ?? 0 }]
        try {
          return await meta.commit({ checks, ...next })
        } catch (error) {
          expect(error).toMatchObject({ kind: 'conflict' })
        }
      }
    }
    await Promise.all(Array.from({ length: 20 }, count))
    expect(text(await meta.get(bytes('n')))).toBe('20')
    await meta.close()
  })
}

function scansInOrder(open: () => Promise<MetaStore>): void {
  it('pages walk a subtree of tuples in order, both ways', async () => {
    const meta = await open()
    const ids = [0, 1, 255, 256, 70_000].map((id) => encodeKey(['t', 'x', id]))
    await meta.commit({
      puts: [...ids, encodeKey(['t', 'xa', 1]), encodeKey(['t', 'w'])].map((key) => ({
        key,
        value: key,
      })),
    })
    const prefix = encodeKey(['t', 'x'])
    const page = await meta.scan({ prefix, limit: 3 })
    const rest = await meta.scan({ prefix, limit: 3, after: page.at(-1)?.key ?? bytes('') })
    expect([...page, ...rest].map(({ key }) => Buffer.from(key))).toEqual(ids)
    const back = await meta.scan({ prefix, limit: 9, reverse: true })
    expect(back.map(({ key }) => Buffer.from(key))).toEqual([...ids].reverse())
    await meta.close()
  })

  it('scans answer what a sorted list would', async () => {
    const meta = await open()
    const key = fc.string({
      unit: fc.constantFrom('a', 'b', '\0', '\xff'),
      minLength: 1,
      maxLength: 4,
    })
    const start = fc.string({ unit: fc.constantFrom('a', 'b', '\0', '\xff'), maxLength: 2 })
    const query = fc.record({
      prefix: start,
      after: fc.option(key),
      limit: fc.integer({ min: 1, max: 6 }),
      reverse: fc.boolean(),
    })
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(key, { maxLength: 12 }),
        fc.array(query),
        async (present, queries) => {
          const there = keys(await meta.scan({ prefix: bytes(''), limit: 1_000 }))
          await meta.commit({ removals: there.map(bytes), puts: [] })
          await meta.commit({
            puts: present.map((one) => ({ key: bytes(one), value: bytes(one) })),
          })
          for (const { prefix, after, limit, reverse } of queries) {
            const found = await meta.scan({
              prefix: bytes(prefix),
              limit,
              reverse,
              ...(after !== null && { after: bytes(after) }),
            })
            const sorted = present.filter((one) => one.startsWith(prefix)).sort()
            if (reverse) sorted.reverse()
            const wanted = sorted.filter(
              (one) => after === null || (reverse ? one < after : one > after),
            )
            expect(keys(found)).toEqual(wanted.slice(0, limit))
          }
        },
      ),
      { seed: 7, numRuns: 60 },
    )
    await meta.close()
  })
}
