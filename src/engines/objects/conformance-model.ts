import { readFile } from 'node:fs/promises'
import { Readable } from 'node:stream'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { ObjectStoreAdapter } from './conformance-fixtures.ts'
import { bucket, bytesOf, chunksOf, contentOf, namesOf, publishAs } from './conformance-fixtures.ts'
import type { ObjectStore, PartId } from './port.ts'

/** The listing as S3 defines it, over all keys. */
function expectedListing(
  keys: ReadonlyArray<string>,
  query: {
    prefix: string
    delimiter: string | undefined
    after: string | undefined
    limit: number
  },
) {
  const { prefix, delimiter, after, limit } = query
  const rolledUp = (key: string) => {
    const end = delimiter ? key.indexOf(delimiter, prefix.length) : -1
    return end < 0 ? key : key.slice(0, end + (delimiter?.length ?? 0))
  }
  const start = after?.startsWith(prefix) ? rolledUp(after) : after
  const isBehind = (name: string) =>
    after === undefined ||
    (Buffer.compare(Buffer.from(name), Buffer.from(after)) > 0 && name !== start)
  const names = new Set<string>()
  for (const key of keys) {
    if (key.startsWith(prefix) && isBehind(key) && rolledUp(key) !== start) names.add(rolledUp(key))
  }
  const sorted = [...names].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
  return { names: sorted.slice(0, limit), truncated: sorted.length > limit }
}

type Step =
  | {
      readonly kind: 'put'
      readonly key: string
      readonly size: number
      readonly streamed: boolean
    }
  | { readonly kind: 'remove'; readonly key: string }
  | { readonly kind: 'tag'; readonly key: string }
  | { readonly kind: 'compose'; readonly key: string; readonly parts: ReadonlyArray<string> }
  | { readonly kind: 'path'; readonly key: string }
  | { readonly kind: 'reopen' }
  | {
      readonly kind: 'list'
      readonly prefix: string
      readonly delimiter: string | undefined
      readonly after: string | undefined
      readonly limit: number
    }

function stepsOf(sizes: ReadonlyArray<number>): fc.Arbitrary<ReadonlyArray<Step>> {
  const text = (maxLength: number) =>
    fc.string({ unit: fc.constantFrom('a', 'b', '/', 'ü', '\u{1f600}', '\uffee'), maxLength })
  const key = text(5).filter((one) => one !== '')
  const of = <K extends Step['kind']>(kind: K) => fc.constant(kind)
  return fc.array(
    fc.oneof(
      {
        weight: 6,
        arbitrary: fc.record({
          kind: of('put'),
          key,
          size: fc.constantFrom(...sizes),
          streamed: fc.boolean(),
        }),
      },
      { weight: 2, arbitrary: fc.record({ kind: of('remove'), key }) },
      { weight: 1, arbitrary: fc.record({ kind: of('tag'), key }) },
      {
        weight: 2,
        arbitrary: fc.record({
          kind: of('compose'),
          key,
          parts: fc.uniqueArray(key, { maxLength: 3 }),
        }),
      },
      { weight: 1, arbitrary: fc.record({ kind: of('path'), key }) },
      { weight: 1, arbitrary: fc.record({ kind: of('reopen') }) },
      {
        weight: 4,
        arbitrary: fc.record({
          kind: of('list'),
          prefix: text(2),
          delimiter: fc.option(fc.constantFrom('/', 'a', '/a'), { nil: undefined }),
          after: fc.option(key, { nil: undefined }),
          limit: fc.integer({ min: 1, max: 4 }),
        }),
      },
    ),
    { maxLength: 30 },
  )
}

export function agreesWithAMap(adapter: ObjectStoreAdapter): void {
  it('any sequence of operations agrees with a map', async () => {
    await fc.assert(
      fc.asyncProperty(stepsOf(adapter.sizes), async (steps) => {
        let store = await adapter.open()
        const model = new Map<string, Buffer>()
        for (const [seed, step] of steps.entries()) {
          if (step.kind === 'reopen') store = await adapter.reopen(store)
          else await take(store, model, step, seed)
        }
        for (const [key, bytes] of model) {
          expect((await contentOf(await store.get({ bucket, key })))?.equals(bytes)).toBe(true)
        }
        const all = await store.list({ bucket, prefix: '', limit: 1_000 })
        expect(namesOf(all.entries)).toEqual(
          expectedListing([...model.keys()], {
            prefix: '',
            delimiter: undefined,
            after: undefined,
            limit: 1_000,
          }).names,
        )
        await store.close()
      }),
      { seed: 11, numRuns: 40 },
    )
  })
}

async function take(
  store: ObjectStore,
  model: Map<string, Buffer>,
  step: Exclude<Step, { kind: 'reopen' }>,
  seed: number,
): Promise<void> {
  if (step.kind === 'list') {
    const page = await store.list({ ...step, bucket } as Parameters<ObjectStore['list']>[0])
    const expected = expectedListing([...model.keys()], step)
    expect({ names: namesOf(page.entries), truncated: page.truncated }).toEqual(expected)
    return
  }
  const id = { bucket, key: step.key }
  const there = model.get(step.key)
  switch (step.kind) {
    case 'put': {
      const bytes = bytesOf(step.size, seed)
      const body = step.streamed ? Readable.from(chunksOf(bytes)) : bytes
      await store.put(id, body, publishAs({ seed }))
      model.set(step.key, bytes)
      return
    }
    case 'remove':
      expect(await store.remove(id)).toBe(model.delete(step.key))
      return
    case 'tag':
      if (there) await store.setAttributes(id, () => ({ seed }))
      return
    case 'path': {
      const local = await store.localPath(id)
      expect(local && (await readFile(local.path)).equals(there ?? Buffer.alloc(0))).toBe(
        there && true,
      )
      local?.release()
      return
    }
    case 'compose': {
      const names = step.parts.filter((part) => model.has(part) && part !== step.key)
      if (names.length === 0) return
      const whole = Buffer.concat(names.map((part) => model.get(part) ?? Buffer.alloc(0)))
      const parts: PartId[] = []
      for (const key of names) {
        parts.push({ bucket, key, revision: (await store.head({ bucket, key }))?.revision ?? '' })
      }
      await store.compose(id, parts, publishAs({ seed }))
      for (const part of names) model.delete(part)
      model.set(step.key, whole)
    }
  }
}
