import { expect, it } from 'vitest'
import type { ObjectStoreAdapter } from './conformance-fixtures.ts'
import { bucket, bytesOf, contentOf, namesOf, publishAs } from './conformance-fixtures.ts'
import type { ObjectId, ObjectStore, PartId, SeenObject } from './port.ts'

const older = 'older'

async function seenAt(store: ObjectStore, id: ObjectId): Promise<SeenObject> {
  return { ...id, revision: (await store.head(id))?.revision ?? '' }
}

async function namesIn(store: ObjectStore, where: string) {
  return namesOf((await store.list({ bucket: where, prefix: '', limit: 99 })).entries)
}

/** Changes of several objects in one commit. */
export function rearranges(adapter: ObjectStoreAdapter): void {
  movesAndRemoves(adapter)
  publishesBeside(adapter)
}

function movesAndRemoves({ open, reopen, sizes }: ObjectStoreAdapter): void {
  it('objects move into places that others leave, go, and come, all at once', async () => {
    const store = await open()
    const [a, b] = [
      { bucket, key: 'a' },
      { bucket, key: 'b' },
    ]
    const size = Math.max(...sizes)
    await store.put(a, bytesOf(size, 1), publishAs({ of: 'a' }))
    const second = await store.put(b, bytesOf(size, 2), publishAs({ of: 'b' }))
    await store.rearrange(async () => ({
      seen: [{ bucket, key: 'nothing', revision: undefined }],
      moves: [{ from: await seenAt(store, b), to: a }],
      removals: [await seenAt(store, a)],
      empties: [{ bucket: older, key: 'mark', attributes: { marks: true } }],
    }))
    const again = await reopen(store)
    expect(await namesIn(again, bucket)).toEqual(['a'])
    expect(await again.head(a)).toEqual({ ...second, key: 'a' })
    expect((await contentOf(await again.get(a)))?.equals(bytesOf(size, 2))).toBe(true)
    const mark = await again.get({ bucket: older, key: 'mark' })
    expect(mark?.object).toMatchObject({ sizeBytes: 0, attributes: { marks: true } })
    expect(await contentOf(mark)).toHaveLength(0)
    await again.close()
  })

  it('decides again when something is not as it was seen, and does nothing when it refuses', async () => {
    const store = await open()
    const id = { bucket, key: 'k' }
    await store.put(id, bytesOf(9), publishAs({}))
    const stale = await seenAt(store, id)
    await store.setAttributes(id, () => ({ changed: true }))
    let count = 0
    await store.rearrange(async () => ({
      removals: [count++ === 0 ? stale : await seenAt(store, id)],
    }))
    expect(count).toBe(2)
    expect(await store.head(id)).toBeUndefined()
    await store.put(id, bytesOf(9), publishAs({}))
    const refused = store.rearrange(async () => {
      throw new RangeError('no')
    })
    await expect(refused).rejects.toBeInstanceOf(RangeError)
    const before = await seenAt(store, id)
    let isFree = false
    await store.rearrange(async () => {
      if (isFree) return {}
      isFree = true
      const seen = [{ ...id, revision: undefined }]
      return { seen, removals: [before] }
    })
    expect(await store.head(id)).toBeDefined()
    await store.close()
  })
}

function publishesBeside({ open, reopen, sizes }: ObjectStoreAdapter): void {
  it('what is replaced stays under another key, whole, with its attributes and its time', async () => {
    const store = await open()
    const id = { bucket, key: 'k' }
    const parts: PartId[] = []
    for (const [index, size] of sizes.entries()) {
      const part = { bucket: 'parts', key: String(index) }
      const { revision } = await store.put(part, bytesOf(size, index), publishAs({}))
      parts.push({ ...part, revision })
    }
    const first = await store.compose(id, parts, publishAs({ version: 1 }))
    const move = async (key: string) => ({
      moves: [{ from: await seenAt(store, id), to: { bucket: older, key } }],
    })
    const second = await store.put(id, bytesOf(7), {
      publish: () => ({ version: 2 }),
      beside: () => move('1'),
    })
    await store.put(id, bytesOf(8), { publish: () => ({ version: 3 }), beside: () => move('2') })
    const again = await reopen(store)
    const whole = Buffer.concat(sizes.map((size, index) => bytesOf(size, index)))
    const kept = await again.get({ bucket: older, key: '1' })
    expect(kept?.object).toEqual({ ...first, key: '1' })
    expect((await contentOf(kept))?.equals(whole)).toBe(true)
    expect(await again.head({ bucket: older, key: '2' })).toEqual({ ...second, key: '2' })
    await again.remove({ bucket: older, key: '1' })
    expect((await contentOf(await again.get(id)))?.equals(bytesOf(8))).toBe(true)
    await again.close()
  })

  it('no version is lost, however many write at once', async () => {
    const store = await open()
    const id = { bucket, key: 'k' }
    const count = 20
    const puts = Array.from({ length: count }, (_, index) =>
      store.put(id, bytesOf(1 + index), {
        publish: (current) => ({ number: Number(current?.attributes['number'] ?? 0) + 1 }),
        beside: (current) => ({
          moves: current
            ? [
                {
                  from: { ...id, revision: current.revision },
                  to: { bucket: older, key: `n${current.attributes['number']}` },
                },
              ]
            : [],
        }),
      }),
    )
    const stored = await Promise.all(puts)
    expect(await namesIn(store, older)).toHaveLength(count - 1)
    const sizesThere = [await store.head(id)]
    for (const key of await namesIn(store, older)) {
      sizesThere.push(await store.head({ bucket: older, key }))
    }
    expect(new Set(sizesThere.map((one) => one?.sizeBytes))).toEqual(
      new Set(stored.map((one) => one.sizeBytes)),
    )
    await store.close()
  })
}
