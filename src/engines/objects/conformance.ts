import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { InvariantError } from '../../base/errors.ts'
import type { ObjectStoreAdapter } from './conformance-fixtures.ts'
import { bucket, bytesOf, chunksOf, contentOf, namesOf, publishAs } from './conformance-fixtures.ts'
import { agreesWithAMap } from './conformance-model.ts'
import { rearranges } from './conformance-rearranging.ts'
import type { ObjectBody, PartId, StoredObject } from './port.ts'

/** What every adapter of the port must keep. */
export function describeObjectStore(adapter: ObjectStoreAdapter): void {
  describe(`${adapter.name} keeps the promises of the objects port`, () => {
    putsAndGets(adapter)
    refusesAndRetries(adapter)
    composes(adapter)
    enciphers(adapter)
    rearranges(adapter)
    lists(adapter)
    opensPaths(adapter)
    agreesWithAMap(adapter)
  })
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

function enciphers({ open, reopen, sizes }: ObjectStoreAdapter): void {
  const key = bytesOf(32, 5)

  it('what is put with a key comes back with it: whole, in part, from a path, and composed', async () => {
    const store = await open()
    const parts: PartId[] = []
    for (const [index, size] of sizes.entries()) {
      const part = { bucket: 'parts', key: String(index) }
      const body: ObjectBody =
        size % 2 === 0 ? bytesOf(size, index) : chunksOf(bytesOf(size, index))
      const stored = await store.put(part, body, { ...publishAs({}), key })
      expect(stored.sizeBytes).toBe(size)
      const first = Math.floor(size / 3)
      if (size > 0) {
        const range = await store.get(part, () => ({ range: { first, last: size - 1 }, key }))
        expect((await contentOf(range))?.equals(bytesOf(size, index).subarray(first))).toBe(true)
      }
      parts.push({ ...part, revision: stored.revision })
    }
    const whole = Buffer.concat(sizes.map((size, index) => bytesOf(size, index)))
    const id = { bucket, key: 'whole.bin' }
    await store.compose(id, parts, publishAs({}))
    const again = await reopen(store)
    expect((await contentOf(await again.get(id, async () => ({ key }))))?.equals(whole)).toBe(true)
    const range = { first: Math.floor(whole.length / 5), last: whole.length - 2 }
    const part = await contentOf(await again.get(id, () => ({ range, key })))
    expect(part?.equals(whole.subarray(range.first, range.last + 1))).toBe(true)
    const local = await again.localPath(id, () => key)
    expect((await readFile(local?.path ?? '')).equals(whole)).toBe(true)
    local?.release()
    expect(await again.verify(id)).toEqual({ uncheckedBytes: 0 })
    await again.close()
  })

  it('without its key an object cannot be read, with another it is noise', async () => {
    const store = await open()
    for (const size of sizes.filter((one) => one > 16)) {
      const id = { bucket, key: String(size) }
      await store.put(id, bytesOf(size), { ...publishAs({}), key })
      await expect(store.get(id)).rejects.toBeInstanceOf(InvariantError)
      await expect(store.localPath(id)).rejects.toBeInstanceOf(InvariantError)
      const noise = await contentOf(await store.get(id, () => ({ key: bytesOf(32, 6) })))
      expect(noise?.equals(bytesOf(size))).toBe(false)
    }
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
