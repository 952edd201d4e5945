import { readFile } from 'node:fs/promises'
import { Readable } from 'node:stream'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type {
  ListEntry,
  ObjectBody,
  ObjectStore,
  OpenedObject,
  PartId,
  StoredObject,
} from './port.ts'

export interface ObjectStoreAdapter {
  readonly name: string
  /** An empty store. */
  open(): Promise<ObjectStore>
  /** The same store as a new process would find it. */
  reopen(store: ObjectStore): Promise<ObjectStore>
  /** Sizes on both sides of every border that the adapter has. */
  readonly sizes: ReadonlyArray<number>
}

const bucket = 'b'
const publishAs = (attributes: Record<string, unknown>) => ({ publish: () => attributes })

/** What every adapter of the port must keep. */
export function describeObjectStore(adapter: ObjectStoreAdapter): void {
  describe(`${adapter.name} keeps the promises of the objects port`, () => {
    putsAndGets(adapter)
    refusesAndRetries(adapter)
    composes(adapter)
    lists(adapter)
    opensPaths(adapter)
    agreesWithAMap(adapter)
  })
}

export function bytesOf(size: number, seed = 1): Buffer {
  const bytes = Buffer.allocUnsafe(size)
  let state = seed * 2_654_435_761 + size
  for (let at = 0; at < size; at++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    bytes[at] = state >>> 24
  }
  return bytes
}

export async function contentOf(opened: OpenedObject | undefined): Promise<Buffer | undefined> {
  if (!opened) return undefined
  if (opened.body instanceof Uint8Array) return Buffer.from(opened.body)
  const chunks: Uint8Array[] = []
  for await (const chunk of opened.body) chunks.push(chunk as Uint8Array)
  return Buffer.concat(chunks)
}

/** In chunks of odd sizes, as a socket gives them. */
async function* chunksOf(bytes: Buffer): AsyncGenerator<Uint8Array> {
  for (let at = 0, size = 1; at < bytes.length; at += size, size = (size * 7) % 60_001) {
    yield bytes.subarray(at, at + size)
  }
}

function putsAndGets({ open, reopen, sizes }: ObjectStoreAdapter): void {
  it('objects of every size come back whole, in part, and after the store was opened again', async () => {
    const store = await open()
    for (const size of sizes) {
      const bytes = bytesOf(size)
      const body: ObjectBody = size % 2 === 0 ? bytes : chunksOf(bytes)
      const seen: Uint8Array[] = []
      const stored = await store.put({ bucket, key: `k${size}` }, body, {
        publish: () => ({ size }),
        observe: (chunk) => void seen.push(chunk),
      })
      expect(Buffer.concat(seen).equals(bytes)).toBe(true)
      expect(stored).toMatchObject({ key: `k${size}`, sizeBytes: size, attributes: { size } })
    }
    const again = await reopen(store)
    for (const size of sizes) {
      const id = { bucket, key: `k${size}` }
      const bytes = bytesOf(size)
      expect((await contentOf(await again.get(id)))?.equals(bytes)).toBe(true)
      expect(await again.head(id)).toMatchObject({ sizeBytes: size, attributes: { size } })
      if (size < 3) continue
      const part = await again.get(id, () => ({ first: 1, last: size - 2 }))
      expect((await contentOf(part))?.equals(bytes.subarray(1, size - 1))).toBe(true)
    }
    await again.close()
  })

  it('an absent object is undefined, and its removal false', async () => {
    const store = await open()
    const id = { bucket, key: 'nothing' }
    expect(await store.head(id)).toBeUndefined()
    expect(await store.get(id)).toBeUndefined()
    expect(await store.remove(id)).toBe(false)
    await expect(store.setAttributes(id, () => ({}))).rejects.toMatchObject({ kind: 'not-found' })
    expect(await store.localPath(id)).toBeUndefined()
    await store.close()
  })

  it('a reader that has begun keeps its object when it is replaced or removed', async () => {
    const store = await open()
    const id = { bucket, key: 'k' }
    const size = Math.max(...sizes)
    await store.put(id, bytesOf(size, 1), publishAs({}))
    const first = await store.get(id)
    await store.put(id, bytesOf(size, 2), publishAs({}))
    const second = await store.get(id)
    await store.remove(id)
    expect((await contentOf(first))?.equals(bytesOf(size, 1))).toBe(true)
    expect((await contentOf(second))?.equals(bytesOf(size, 2))).toBe(true)
    expect(await store.get(id)).toBeUndefined()
    await store.close()
  })

  it('keys of 1,024 bytes and of any characters are kept apart', async () => {
    const store = await open()
    const keys = [
      'k'.repeat(1_024),
      '\0'.repeat(1_024),
      'ä/ö ü',
      '../..',
      '/',
      '//',
      '.',
      'a\u{1f600}',
      '\n',
      '%2F',
    ]
    for (const key of keys) await store.put({ bucket, key }, Buffer.from(key), publishAs({}))
    for (const key of keys) {
      expect((await contentOf(await store.get({ bucket, key })))?.toString()).toBe(key)
    }
    expect(await store.get({ bucket: 'c', key: '/' })).toBeUndefined()
    await store.close()
  })
}

function refusesAndRetries({ open, sizes }: ObjectStoreAdapter): void {
  const size = Math.max(...sizes)
  const id = { bucket, key: 'k' }

  it('a body or a decision that throws leaves what was there', async () => {
    const store = await open()
    await store.put(id, bytesOf(size, 1), publishAs({ first: true }))
    async function* broken() {
      yield bytesOf(size, 2)
      throw new RangeError('the client went away')
    }
    await expect(store.put(id, broken(), publishAs({}))).rejects.toBeInstanceOf(RangeError)
    const refuse = () => {
      throw new RangeError('no')
    }
    for (const body of [bytesOf(size, 3), bytesOf(1)]) {
      await expect(store.put(id, body, { publish: refuse })).rejects.toBeInstanceOf(RangeError)
    }
    await expect(store.remove(id, refuse)).rejects.toBeInstanceOf(RangeError)
    await expect(store.setAttributes(id, refuse)).rejects.toBeInstanceOf(RangeError)
    await expect(store.get(id, refuse)).rejects.toBeInstanceOf(RangeError)
    expect((await contentOf(await store.get(id)))?.equals(bytesOf(size, 1))).toBe(true)
    await store.close()
  })

  it('an aborted put rejects and publishes nothing', async () => {
    const store = await open()
    const stop = new AbortController()
    async function* body() {
      yield bytesOf(size)
      stop.abort()
      yield bytesOf(size)
    }
    const put = store.put(id, body(), { ...publishAs({}), signal: stop.signal })
    await expect(put).rejects.toThrow()
    expect(await store.head(id)).toBeUndefined()
    await store.close()
  })

  it('what a decision saw is what its object replaced, however many write at once', async () => {
    const store = await open()
    const count = 20
    const publish = (current: StoredObject | undefined) => ({
      count: Number(current?.attributes['count'] ?? 0) + 1,
    })
    const puts = Array.from({ length: count }, (_, index) =>
      store.put(id, bytesOf(index % 2 === 0 ? 1 : size, index), { publish }),
    )
    await Promise.all([
      ...puts,
      ...puts.map(() => store.setAttributes(id, publish).catch(() => undefined)),
    ])
    const { attributes } = (await store.head(id)) ?? {}
    expect(Number(attributes?.['count'])).toBeGreaterThanOrEqual(count)
    expect(Number(attributes?.['count'])).toBeLessThanOrEqual(2 * count)
    const onlyFirst = (current: StoredObject | undefined) => {
      if (current) throw new RangeError('there already')
      return {}
    }
    await store.remove(id)
    const tries = Array.from({ length: 10 }, () =>
      store.put(id, bytesOf(1), { publish: onlyFirst }),
    )
    const outcomes = await Promise.allSettled(tries)
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    await store.close()
  })

  it('attributes change without the bytes, and every change gives a new revision', async () => {
    const store = await open()
    const put = await store.put(id, bytesOf(size), publishAs({ tags: {} }))
    const changed = await store.setAttributes(id, (current) => ({
      ...current.attributes,
      tags: { a: '1' },
    }))
    expect(changed).toMatchObject({ sizeBytes: size, modifiedMs: put.modifiedMs })
    expect(changed.revision).not.toBe(put.revision)
    const opened = await store.get(id)
    expect(opened?.object).toEqual(changed)
    expect((await contentOf(opened))?.equals(bytesOf(size))).toBe(true)
    await store.close()
  })
}

function composes({ open, reopen, sizes }: ObjectStoreAdapter): void {
  it('parts become one object in their order and are gone; ranges cross their borders', async () => {
    const store = await open()
    const parts: PartId[] = []
    for (const [index, size] of sizes.entries()) {
      const part = { bucket: 'parts', key: String(index) }
      const { revision } = await store.put(part, bytesOf(size, index), publishAs({}))
      parts.push({ ...part, revision })
    }
    const whole = Buffer.concat(sizes.map((size, index) => bytesOf(size, index)))
    const id = { bucket, key: 'whole.bin' }
    await store.put(id, bytesOf(9), publishAs({}))
    const stored = await store.compose(id, parts, publishAs({ composed: true }))
    expect(stored.sizeBytes).toBe(whole.length)
    expect((await store.list({ bucket: 'parts', prefix: '', limit: 99 })).entries).toEqual([])
    const again = await reopen(store)
    expect((await contentOf(await again.get(id)))?.equals(whole)).toBe(true)
    const range = { first: Math.floor(whole.length / 5), last: whole.length - 2 }
    const part = await contentOf(await again.get(id, () => range))
    expect(part?.equals(whole.subarray(range.first, range.last + 1))).toBe(true)
    const local = await again.localPath(id)
    expect((await readFile(local?.path ?? '')).equals(whole)).toBe(true)
    local?.release()
    expect(await again.head(id)).toMatchObject({ attributes: { composed: true } })
    expect((await contentOf(await again.get(id)))?.equals(whole)).toBe(true)
    await again.remove(id)
    await again.close()
  })

  it('a missing or replaced part leaves the others and the object as they were', async () => {
    const store = await open()
    const id = { bucket: 'parts', key: '1' }
    const part = { ...id, ...(await store.put(id, bytesOf(9), publishAs({}))) }
    const absent = { ...part, key: '2' }
    const compose = store.compose({ bucket, key: 'k' }, [part, absent], publishAs({}))
    await expect(compose).rejects.toMatchObject({ kind: 'not-found' })
    await store.put(part, bytesOf(9), publishAs({}))
    const stale = store.compose({ bucket, key: 'k' }, [part], publishAs({}))
    await expect(stale).rejects.toMatchObject({ kind: 'conflict' })
    expect(await store.head(part)).toBeDefined()
    expect(await store.head({ bucket, key: 'k' })).toBeUndefined()
    await store.close()
  })
}

function opensPaths({ open, sizes }: ObjectStoreAdapter): void {
  it('a local path has the bytes and the extensions of the key until it is released', async () => {
    const store = await open()
    for (const size of sizes) {
      const id = { bucket, key: `year=2026/part-${size}.json.gz` }
      await store.put(id, bytesOf(size), publishAs({}))
      const [one, two] = await Promise.all([store.localPath(id), store.localPath(id)])
      expect(one?.path).toMatch(/\.json\.gz$/)
      one?.release()
      one?.release()
      await store.remove(id)
      expect((await readFile(two?.path ?? '')).equals(bytesOf(size))).toBe(true)
      two?.release()
    }
    await store.close()
  })
}

function lists({ open }: ObjectStoreAdapter): void {
  it('a level of a deep tree is listed without walking what lies below', async () => {
    const store = await open()
    const keys = Array.from({ length: 1_200 }, (_, index) => `year=${index % 3}/${index}`)
    await Promise.all(
      [...keys, 'a', 'z'].map((key) => store.put({ bucket, key }, bytesOf(1), publishAs({}))),
    )
    const page = await store.list({ bucket, prefix: '', delimiter: '/', limit: 1_000 })
    expect(namesOf(page.entries)).toEqual(['a', 'year=0/', 'year=1/', 'year=2/', 'z'])
    expect(page.truncated).toBe(false)
    const rest = await store.list({
      bucket,
      prefix: '',
      delimiter: '/',
      after: 'year=0/',
      limit: 2,
    })
    expect(namesOf(rest.entries)).toEqual(['year=1/', 'year=2/'])
    expect(rest.truncated).toBe(true)
    await store.close()
  })
}

function namesOf(entries: ReadonlyArray<ListEntry>): string[] {
  return entries.map((entry) => ('object' in entry ? entry.object.key : entry.commonPrefix))
}

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

function agreesWithAMap(adapter: ObjectStoreAdapter): void {
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
