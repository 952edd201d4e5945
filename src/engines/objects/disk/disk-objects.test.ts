import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createFaultyDisk } from '../../../../test/support/faulty-disk.ts'
import { createMemoryMeta } from '../../../../test/support/memory-meta.ts'
import { present } from '../../../base/assert.ts'
import { systemClock as clock } from '../../../base/clock.ts'
import type { Disk } from '../../../base/disk.ts'
import { EngineError } from '../../../base/errors.ts'
import { encodeKey } from '../../../base/ordered-key.ts'
import { createSeededRandom, systemRandom as random } from '../../../base/random.ts'
import { openLmdbMeta } from '../../meta/lmdb/lmdb-meta.ts'
import type { MetaStore } from '../../meta/port.ts'
import { nodeDisk } from '../../node-disk.ts'
import { describeObjectStore } from '../conformance.ts'
import { bytesOf, contentOf } from '../conformance-fixtures.ts'
import type { ObjectStore } from '../port.ts'
import { openDiskObjects } from './disk-objects.ts'

const INLINE_MAX = 1_000
let home: string
const places = new Map<ObjectStore, { readonly directory: string; readonly meta: MetaStore }>()

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'headrace-objects-'))
})
afterAll(() => rm(home, { recursive: true }))

async function openIn(directory: string): Promise<ObjectStore> {
  const meta = await openLmdbMeta({ directory: join(directory, 'meta') })
  const deps = { disk: nodeDisk, directory, meta, clock, random, inlineMaxBytes: INLINE_MAX }
  const opened = await openDiskObjects(deps)
  const store = {
    ...opened,
    async close() {
      await opened.close()
      await meta.close()
    },
  }
  places.set(store, { directory, meta })
  return store
}

async function open(): Promise<ObjectStore> {
  return openIn(await mkdtemp(join(home, 'store-')))
}

async function reopen(store: ObjectStore): Promise<ObjectStore> {
  await store.close()
  return openIn(places.get(store)?.directory ?? '')
}

describeObjectStore({
  name: 'the disk store',
  open,
  reopen,
  sizes: [0, 1, INLINE_MAX, INLINE_MAX + 1, 300_000, 1_200_000],
})

async function filesOf(store: ObjectStore): Promise<ReadonlyArray<string>> {
  const { directory = '' } = places.get(store) ?? {}
  const names = await readdir(directory, { recursive: true, withFileTypes: true })
  return names.filter((one) => one.isFile() && !one.name.endsWith('.mdb')).map(({ name }) => name)
}

it('entries of metadata are written with the change that they stand beside, or not at all', async () => {
  const store = await open()
  const { meta } = present(places.get(store), 'it was opened here')
  const id = { bucket: 'b', key: 'k' }
  const noted = (name: string) => ({
    puts: [{ key: Buffer.from(`note/${name}`), value: Buffer.from('1') }],
  })
  const names = async () => {
    const entries = await meta.scan({ prefix: Buffer.from('note/'), limit: 9 })
    return entries.map(({ key }) => Buffer.from(key).toString().slice(5))
  }
  await store.put(id, bytesOf(9), { publish: () => ({}), beside: () => noted('put') })
  await store.setAttributes(
    id,
    () => ({ changed: true }),
    () => noted('set'),
  )
  await store.rearrange(async () => noted('rearranged'))
  const refuse = () => {
    throw new RangeError('no')
  }
  await expect(store.remove(id, refuse, () => noted('refused'))).rejects.toBeInstanceOf(RangeError)
  expect(await store.remove(id, undefined, () => noted('removed'))).toBe(true)
  expect(await store.remove(id, undefined, () => noted('absent'))).toBe(false)
  expect(await names()).toEqual(['put', 'rearranged', 'removed', 'set'])
  await store.close()
})

it('replaced and removed objects give their files back', async () => {
  const store = await open()
  const id = { bucket: 'b', key: 'k.bin' }
  for (let seed = 0; seed < 5; seed++) {
    await store.put(id, bytesOf(5_000, seed), { publish: () => ({}) })
  }
  await expect.poll(() => filesOf(store)).toHaveLength(1)
  const reader = await store.get(id)
  await store.remove(id)
  expect(await filesOf(store)).toHaveLength(1)
  await contentOf(reader)
  await expect.poll(() => filesOf(store)).toHaveLength(0)
  await store.close()
})

it('a stream that is destroyed or never read gives its file back', async () => {
  const store = await open()
  const id = { bucket: 'b', key: 'k' }
  await store.put(id, bytesOf(900_000), { publish: () => ({}) })
  const untouched = await store.get(id)
  const begun = await store.get(id)
  await store.remove(id)
  for (const opened of [untouched, begun]) {
    if (!opened || opened.body instanceof Uint8Array) throw new Error('expected a stream')
    if (opened === begun)
      await new Promise(
        (resolve) => opened.body instanceof Uint8Array || opened.body.once('data', resolve),
      )
    opened.body.destroy()
  }
  await expect.poll(() => filesOf(store)).toHaveLength(0)
  await store.close()
})

it('refused and broken puts leave no file', async () => {
  const store = await open()
  const id = { bucket: 'b', key: 'k' }
  const refuse = () => {
    throw new RangeError('no')
  }
  async function* broken() {
    yield bytesOf(5_000)
    throw new RangeError('the client went away')
  }
  await expect(store.put(id, bytesOf(5_000), { publish: refuse })).rejects.toBeInstanceOf(
    RangeError,
  )
  await expect(store.put(id, broken(), { publish: () => ({}) })).rejects.toBeInstanceOf(RangeError)
  expect(await filesOf(store)).toEqual([])
  await store.close()
})

it('after a crash at any moment, acknowledged objects are whole and nothing else takes space', async () => {
  for (let seed = 1; seed <= 40; seed++) {
    const chance = createSeededRandom(seed)
    const faulty = createFaultyDisk(chance)
    const kept = createMemoryMeta()
    let life = 0
    let clockMs = 0
    const steady = { ...clock, wallMs: () => ++clockMs }
    const openOn = (disk: Disk) => {
      const born = ++life
      const meta: MetaStore = {
        ...kept,
        async commit(batch) {
          if (born !== life) throw new EngineError('unavailable', 'the process is dead')
          await kept.commit(batch)
        },
      }
      const deps = { disk, directory: '/d', meta, clock: steady, random: chance }
      return openDiskObjects({ ...deps, inlineMaxBytes: 100 })
    }
    let store = await openOn(faulty.disk)
    const acknowledged = new Map<string, Buffer>()
    for (let round = 0; round < 3; round++) {
      const puts = Array.from({ length: 6 }, async (_, index) => {
        const key = `k${index % 4}`
        const bytes = bytesOf(Math.floor(chance.unit() * 4_000), seed * 100 + round * 10 + index)
        await store.put({ bucket: 'b', key }, bytes, {
          publish: () => {
            acknowledged.delete(key)
            return { hash: bytes.toString('latin1') }
          },
        })
        acknowledged.set(key, bytes)
      })
      const settled = Promise.allSettled(puts)
      for (let turns = Math.floor(chance.unit() * 60); turns > 0; turns--) await Promise.resolve()
      const disk = faulty.crash()
      life++
      await settled
      store = await openOn(disk)
      for (const [key, bytes] of acknowledged) {
        const found = await contentOf(await store.get({ bucket: 'b', key }))
        expect(found?.equals(bytes), `seed ${seed}, ${key}`).toBe(true)
      }
      const page = await store.list({ bucket: 'b', prefix: '', limit: 99 })
      let files = 0
      for (const entry of page.entries) {
        if (!('object' in entry)) continue
        const { key, attributes, sizeBytes } = entry.object
        const bytes = await contentOf(await store.get({ bucket: 'b', key }))
        expect(bytes?.toString('latin1') === attributes['hash'], `seed ${seed}`).toBe(true)
        if (sizeBytes > 100) files++
      }
      expect(
        faulty.paths().filter((path) => path.startsWith('/d/files/')),
        `seed ${seed}`,
      ).toHaveLength(files)
    }
  }
})

it('a full disk refuses the put with `full`, keeps no part of it, and serves reads', async () => {
  const faulty = createFaultyDisk(createSeededRandom(3))
  const meta = createMemoryMeta()
  const store = await openDiskObjects({
    disk: faulty.disk,
    directory: '/d',
    meta,
    clock,
    random,
    inlineMaxBytes: 100,
  })
  await store.put({ bucket: 'b', key: 'there' }, bytesOf(5_000), { publish: () => ({}) })
  faulty.setSpace(3_000)
  const put = store.put({ bucket: 'b', key: 'k' }, bytesOf(5_000), { publish: () => ({}) })
  await expect(put).rejects.toMatchObject({ kind: 'full' })
  expect(faulty.paths().filter((path) => path.startsWith('/d/files/'))).toHaveLength(1)
  expect(
    (await contentOf(await store.get({ bucket: 'b', key: 'there' })))?.equals(bytesOf(5_000)),
  ).toBe(true)
  faulty.setSpace(undefined)
  await store.put({ bucket: 'b', key: 'k' }, bytesOf(5_000), { publish: () => ({}) })
  await store.close()
})

it('a finished local file is moved in, and given back when the put is refused', async () => {
  const store = await open()
  const { directory = '' } = places.get(store) ?? {}
  for (const size of [10, 50_000]) {
    const path = join(directory, `finished-${size}`)
    const file = await nodeDisk.open(path, { create: true })
    await file.write([bytesOf(size)], 0)
    await file.close()
    const id = { bucket: 'b', key: `k${size}` }
    const refuse = () => {
      throw new RangeError('no')
    }
    await expect(store.put(id, { path }, { publish: refuse })).rejects.toBeInstanceOf(RangeError)
    expect(await nodeDisk.size(path)).toBe(size)
    let seenBytes = 0
    await store.put(
      id,
      { path },
      {
        publish: () => ({}),
        observe: (chunk) => {
          seenBytes += chunk.length
        },
      },
    )
    expect(seenBytes).toBe(size)
    expect(await nodeDisk.size(path)).toBeUndefined()
    expect((await contentOf(await store.get(id)))?.equals(bytesOf(size))).toBe(true)
  }
  await store.close()
})

/** Turns one byte around in the only file of the store. */
async function damageFile(store: ObjectStore, at: number): Promise<void> {
  const { directory = '' } = places.get(store) ?? {}
  const found = await readdir(join(directory, 'files'), { recursive: true, withFileTypes: true })
  const [file] = found.filter((one) => one.isFile())
  const handle = await nodeDisk.open(join(file?.parentPath ?? '', file?.name ?? ''))
  const byte = Buffer.alloc(1)
  await handle.read(byte, at)
  await handle.write([Buffer.from([byte.readUInt8() ^ 1])], at)
  await handle.close()
}

it.each([undefined, bytesOf(32)])(
  'a byte that turned on the medium is found by every read of its block',
  async (key) => {
    const store = await open()
    const id = { bucket: 'b', key: 'k' }
    await store.put(id, bytesOf(900_000), { publish: () => ({}), ...(key && { key }) })
    await damageFile(store, 500_000)
    const read = async (first: number, last: number) =>
      contentOf(await store.get(id, () => ({ range: { first, last }, key })))
    expect((await read(0, 400_000))?.equals(bytesOf(900_000).subarray(0, 400_001))).toBe(true)
    expect((await read(600_000, 899_999))?.equals(bytesOf(900_000).subarray(600_000))).toBe(true)
    await expect(read(499_000, 499_001)).rejects.toMatchObject({ kind: 'corrupt' })
    await expect(read(0, 899_999)).rejects.toMatchObject({ kind: 'corrupt' })
    expect(await store.verify(id)).toEqual({ damagedBytes: 65_536, uncheckedBytes: 0 })
    await store.remove(id)
    await expect.poll(() => filesOf(store)).toHaveLength(0)
    await store.close()
  },
)

it('a place that the disk cannot read is damage, and only its block counts', async () => {
  let isBroken = false
  const disk: Disk = {
    ...nodeDisk,
    async open(path, options) {
      const file = await nodeDisk.open(path, options)
      return {
        ...file,
        async read(target, position) {
          const isHit = position <= 500_000 && position + target.length > 500_000
          if (!isBroken || !isHit) return file.read(target, position)
          const cause = Object.assign(new Error('a bad sector'), { code: 'EIO' })
          throw new EngineError('unavailable', 'the disk failed', cause)
        },
      }
    },
  }
  const directory = await mkdtemp(join(home, 'unreadable-'))
  const meta = await openLmdbMeta({ directory: join(directory, 'meta') })
  const store = await openDiskObjects({ disk, directory, meta, clock, random })
  const id = { bucket: 'b', key: 'k' }
  await store.put(id, bytesOf(900_000), { publish: () => ({}) })
  isBroken = true
  expect(await store.verify(id)).toEqual({ damagedBytes: 65_536, uncheckedBytes: 0 })
  await expect(contentOf(await store.get(id))).rejects.toMatchObject({ kind: 'corrupt' })
  isBroken = false
  expect(await store.verify(id)).toEqual({ uncheckedBytes: 0 })
  await store.close()
  await meta.close()
})

it('bytes in the metadata are checked as well, and those of earlier versions are read without', async () => {
  const store = await open()
  const { meta } = places.get(store) ?? {}
  if (!meta) throw new Error('no metadata')
  await store.put({ bucket: 'b', key: 'small' }, bytesOf(500), { publish: () => ({}) })
  const [entry] = await meta.scan({ prefix: encodeKey(['objects/bytes']), limit: 1 })
  await meta.commit({ puts: [{ key: present(entry, 'the bytes').key, value: bytesOf(500, 2) }] })
  await expect(store.get({ bucket: 'b', key: 'small' })).rejects.toMatchObject({ kind: 'corrupt' })
  const [row] = await meta.scan({ prefix: encodeKey(['objects/row']), limit: 1 })
  const { key, value } = present(row, 'the row')
  const earlier = (JSON.parse(Buffer.from(value).toString()) as unknown[]).slice(0, 6)
  await meta.commit({ puts: [{ key, value: Buffer.from(JSON.stringify(earlier)) }] })
  const found = await contentOf(await store.get({ bucket: 'b', key: 'small' }))
  expect(found?.equals(bytesOf(500, 2))).toBe(true)
  expect(await store.verify({ bucket: 'b', key: 'small' })).toEqual({ uncheckedBytes: 500 })
  await store.close()
})

it('removed objects leave nothing in the metadata, and a composed one is read to its end', async () => {
  const store = await open()
  const { meta } = places.get(store) ?? {}
  const left = async () =>
    (await meta?.scan({ prefix: encodeKey(['objects/sums']), limit: 9 }))?.length
  const parts = []
  for (const [number, size] of [700_000, 10, 300_000].entries()) {
    const part = { bucket: 'parts', key: String(number) }
    parts.push({ ...part, ...(await store.put(part, bytesOf(size), { publish: () => ({}) })) })
  }
  const ids = parts.map(({ bucket, key, revision }) => ({ bucket, key, revision }))
  const id = { bucket: 'b', key: 'whole' }
  await store.compose(id, ids, { publish: () => ({}) })
  expect(await left()).toBe(2)
  const reader = await store.get(id)
  await store.remove(id)
  expect((await contentOf(reader))?.length).toBe(1_000_010)
  for (const collection of ['sums', 'bytes', 'file', 'pieces', 'garbage', 'row']) {
    const prefix = encodeKey([`objects/${collection}`])
    await expect.poll(() => meta?.scan({ prefix, limit: 1 }), { message: collection }).toEqual([])
  }
  await store.close()
})
