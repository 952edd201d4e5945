import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import type { FaultyStore, StoreCall } from '../../../../test/support/faulty-store.ts'
import { startFaultyStore } from '../../../../test/support/faulty-store.ts'
import { createMemoryMeta } from '../../../../test/support/memory-meta.ts'
import type { Clock } from '../../../base/clock.ts'
import { systemClock } from '../../../base/clock.ts'
import { EngineError } from '../../../base/errors.ts'
import { silentLogger as log } from '../../../base/logger.ts'
import { silentMetrics as metrics } from '../../../base/metrics.ts'
import { encodeKey } from '../../../base/ordered-key.ts'
import { createSeededRandom, systemRandom } from '../../../base/random.ts'
import type { MetaStore } from '../../meta/port.ts'
import { nodeDisk } from '../../node-disk.ts'
import { bytesOf, contentOf } from '../conformance-fixtures.ts'
import type { ObjectStore } from '../port.ts'
import { parseBucketUrl } from './bucket-url.ts'
import { remoteLimits } from './limits.ts'
import { openS3Objects } from './s3-objects.ts'

const { partBytes } = remoteLimits
let home: string
let bucket: FaultyStore
const opened: ObjectStore[] = []

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'headrace-s3-'))
})
afterEach(async () => {
  bucket.setFault(() => undefined)
  await Promise.all(opened.splice(0).map((store) => store.close()))
  await bucket.stop()
})
afterAll(() => rm(home, { recursive: true }))

/** Rests between attempts are over at once; those between sweeps last. */
const hasty: Clock = {
  ...systemClock,
  sleep: (ms, signal) => systemClock.sleep(ms < 10_000 ? 1 : ms, signal),
}

interface OpenOptions {
  readonly meta?: MetaStore
  readonly accessKeyId?: string
  readonly clock?: Clock
  readonly seed?: number
}

async function open(options: OpenOptions = {}): Promise<ObjectStore> {
  const { meta = createMemoryMeta(), accessKeyId = 'test', clock = hasty, seed } = options
  const url = parseBucketUrl(`s3://lake/house?endpoint=${bucket.endpoint}`)
  if (typeof url === 'string') throw new Error(url)
  const store = await openS3Objects({
    url,
    credentials: { accessKeyId, secretAccessKey: 'secret' },
    disk: nodeDisk,
    directory: await mkdtemp(join(home, 'd-')),
    random: seed === undefined ? systemRandom : createSeededRandom(seed),
    inlineMaxBytes: 100,
    ...{ meta, clock, log, metrics },
  })
  opened.push(store)
  return store
}

const id = { bucket: 'b', key: 'k.bin' }
const plain = { publish: () => ({}) }

it('what fails once goes on: lost requests, lost answers, answers that break off', async () => {
  bucket = await startFaultyStore('lake')
  const store = await open()
  for (const size of [5_000, 2 * partBytes + 5_000]) {
    let count = 0
    const faults = ['refuse', 'busy', 'forget', undefined, 'half', undefined] as const
    bucket.setFault(() => faults[count++ % faults.length])
    const bytes = bytesOf(size)
    await store.put(id, bytes, plain)
    expect((await contentOf(await store.get(id)))?.equals(bytes)).toBe(true)
  }
  bucket.setFault(() => undefined)
  await expect.poll(() => bucket.blobs.size).toBe(1)
})

it('an upload whose last answer was lost is there', async () => {
  bucket = await startFaultyStore('lake')
  const store = await open()
  let isLost = false
  bucket.setFault(({ method, query }) => {
    if (isLost || method !== 'POST' || !query.has('uploadId')) return undefined
    isLost = true
    return 'forget'
  })
  const bytes = bytesOf(partBytes + 1)
  await store.put(id, bytes, plain)
  expect(isLost).toBe(true)
  expect((await contentOf(await store.get(id)))?.equals(bytes)).toBe(true)
})

it('a store that is gone is `unavailable`; what lies in the metadata is still read', async () => {
  bucket = await startFaultyStore('lake')
  const store = await open()
  await store.put(id, bytesOf(5_000), plain)
  const small = { bucket: 'b', key: 'small' }
  await store.put(small, bytesOf(10), plain)
  bucket.setFault(() => 'refuse')
  const before = bucket.calls.length
  await expect(store.get(id)).rejects.toMatchObject({ kind: 'unavailable' })
  expect(bucket.calls.length - before).toBe(remoteLimits.attemptsMax)
  await expect(store.put(id, bytesOf(5_000, 2), plain)).rejects.toMatchObject({
    kind: 'unavailable',
  })
  expect((await contentOf(await store.get(small)))?.equals(bytesOf(10))).toBe(true)
  expect(await store.remove(small)).toBe(true)
  bucket.setFault(() => undefined)
  expect((await contentOf(await store.get(id)))?.equals(bytesOf(5_000))).toBe(true)
})

it('bytes that the store changed or lost are found by every read, and by verify', async () => {
  bucket = await startFaultyStore('lake')
  const store = await open()
  await store.put(id, bytesOf(200_000), plain)
  const [name = ''] = bucket.blobs.keys()
  const kept = bucket.blobs.get(name) ?? Buffer.alloc(0)
  const turned = Buffer.from(kept)
  turned[150_000] = (turned[150_000] ?? 0) ^ 1
  const cases = [
    { damaged: turned, damagedBytes: 65_536 },
    { damaged: kept.subarray(0, 100_000), damagedBytes: 134_464 },
  ]
  for (const { damaged, damagedBytes } of cases) {
    bucket.blobs.set(name, damaged)
    const read = async () => contentOf(await store.get(id))
    await expect(read()).rejects.toMatchObject({ kind: 'corrupt' })
    expect(await store.verify(id)).toMatchObject({ damagedBytes })
  }
  bucket.blobs.delete(name)
  await expect(store.get(id)).rejects.toMatchObject({ kind: 'corrupt' })
})

it.each([
  [{ publish: () => ({}) }, (bytes: Buffer, there: Buffer) => there.equals(bytes), true],
  [
    { publish: () => ({}), key: bytesOf(32) },
    (bytes: Buffer, there: Buffer) => there.equals(bytes),
    false,
  ],
])('with a key the store has nothing but noise', async (options, isSame, expected) => {
  bucket = await startFaultyStore('lake')
  const store = await open()
  const bytes = bytesOf(5_000)
  await store.put(id, bytes, options)
  const [there = Buffer.alloc(0)] = bucket.blobs.values()
  expect(isSame(bytes, there)).toBe(expected)
})

it('after a crash at any moment, acknowledged objects are whole and nothing else takes space', async () => {
  bucket = await startFaultyStore('lake')
  for (let seed = 1; seed <= 12; seed++) {
    bucket.blobs.clear()
    const chance = createSeededRandom(seed)
    const kept = createMemoryMeta()
    let life = 0
    bucket.setFault(({ accessKeyId }) => {
      if (accessKeyId !== `life${life}`) return 'refuse'
      return chance.unit() < 0.1 ? (['busy', 'forget', 'half'] as const)[seed % 3] : undefined
    })
    const reopen = async () => {
      const born = ++life
      const meta: MetaStore = {
        ...kept,
        async commit(batch) {
          if (born !== life) throw new EngineError('unavailable', 'the process is dead')
          await kept.commit(batch)
        },
      }
      return open({ meta, accessKeyId: `life${born}`, seed: seed * 10 + born })
    }
    let store = await reopen()
    const acknowledged = new Map<string, Buffer>()
    for (let round = 0; round < 3; round++) {
      const puts = Array.from({ length: 6 }, async (_, index) => {
        const key = `k${index % 4}`
        const isLarge = index === 0 && round === 1
        const size = isLarge ? partBytes + 10 : Math.floor(chance.unit() * 4_000)
        const bytes = bytesOf(size, seed * 100 + round * 10 + index)
        await store.put({ bucket: 'b', key }, bytes, {
          publish: () => {
            acknowledged.delete(key)
            return { head: bytes.subarray(0, 50).toString('latin1') }
          },
        })
        acknowledged.set(key, bytes)
      })
      const settled = Promise.allSettled(puts)
      await systemClock.sleep(chance.unit() * 30)
      life++
      await settled
      life--
      store = await reopen()
      for (const [key, bytes] of acknowledged) {
        const found = await contentOf(await store.get({ bucket: 'b', key }))
        expect(found?.equals(bytes), `seed ${seed}, ${key}`).toBe(true)
      }
      const page = await store.list({ bucket: 'b', prefix: '', limit: 99 })
      let blobs = 0
      for (const entry of page.entries) {
        if (!('object' in entry)) continue
        const { key, attributes, sizeBytes } = entry.object
        const bytes = await contentOf(await store.get({ bucket: 'b', key }))
        expect(bytes?.subarray(0, 50).toString('latin1'), `seed ${seed}`).toBe(attributes['head'])
        if (sizeBytes > 100) blobs++
      }
      const message = `seed ${seed}, round ${round}`
      await expect.poll(() => bucket.blobs.size, { message }).toBe(blobs)
      await expect.poll(() => bucket.unfinished(), { message }).toEqual([])
    }
  }
}, 60_000)

it('nodes that share metadata keep removed bytes for readers elsewhere, for an hour', async () => {
  bucket = await startFaultyStore('lake')
  const meta = { ...createMemoryMeta(), capabilities: { shared: true } }
  let nowMs = systemClock.wallMs()
  const clock: Clock = {
    ...hasty,
    wallMs: () => nowMs,
    sleep: (ms, signal) => systemClock.sleep(ms < 10_000 ? 1 : 20, signal),
  }
  const [one, two] = [await open({ meta, clock }), await open({ meta, clock })]
  await one.put(id, bytesOf(900_000), plain)
  const reader = await two.get(id)
  await one.remove(id)
  nowMs += remoteLimits.graceMs / 2
  expect((await contentOf(reader))?.equals(bytesOf(900_000))).toBe(true)
  expect(bucket.blobs.size).toBe(1)
  nowMs += remoteLimits.graceMs
  await expect.poll(() => bucket.blobs.size).toBe(0)
  for (const collection of ['sums', 'bytes', 'file', 'pieces', 'garbage', 'row']) {
    const prefix = encodeKey([`objects/${collection}`])
    await expect.poll(() => meta.scan({ prefix, limit: 1 }), { message: collection }).toEqual([])
  }
})

it('what a dead node left is swept after a day, and a put that took longer publishes nothing', async () => {
  bucket = await startFaultyStore('lake')
  const meta = { ...createMemoryMeta(), capabilities: { shared: true } }
  let nowMs = systemClock.wallMs()
  const clock: Clock = {
    ...hasty,
    wallMs: () => nowMs,
    sleep: (ms, signal) => systemClock.sleep(ms < 10_000 ? 1 : 20, signal),
  }
  const store = await open({ meta, clock })
  let isSwept = false
  const putThatWaits = store.put(id, bytesOf(5_000), {
    async publish() {
      if (isSwept) return {}
      expect(bucket.blobs.size).toBe(1)
      nowMs += 2 * remoteLimits.directoryMs + 1
      await expect.poll(() => bucket.blobs.size).toBe(0)
      isSwept = true
      return {}
    },
  })
  await expect(putThatWaits).rejects.toMatchObject({ kind: 'unavailable' })
  expect(await store.head(id)).toBeUndefined()
  await store.put(id, bytesOf(5_000), plain)
  expect((await contentOf(await store.get(id)))?.equals(bytesOf(5_000))).toBe(true)
})

it('a bucket that cannot be used, and metadata of objects elsewhere, are refused at the start', async () => {
  bucket = await startFaultyStore('lake')
  const meta = createMemoryMeta()
  const store = await open({ meta })
  await store.put(id, bytesOf(5_000), plain)
  const other = parseBucketUrl(`s3://other?endpoint=${bucket.endpoint}`)
  if (typeof other === 'string') throw new Error(other)
  const deps = {
    credentials: { accessKeyId: 'test', secretAccessKey: 'secret' },
    disk: nodeDisk,
    directory: await mkdtemp(join(home, 'd-')),
    random: systemRandom,
    ...{ meta, clock: hasty, log, metrics },
  }
  await expect(openS3Objects({ ...deps, url: other })).rejects.toMatchObject({ kind: 'invalid' })
  bucket.setFault(({ method }: StoreCall) => (method === 'PUT' ? 'refuse' : undefined))
  await expect(open({ meta: createMemoryMeta() })).rejects.toMatchObject({ kind: 'unavailable' })
})

it('copies for engines that read paths go when all have released them', async () => {
  bucket = await startFaultyStore('lake')
  const store = await open()
  await store.put(id, bytesOf(900_000), plain)
  const local = await store.localPath(id)
  expect(await nodeDisk.size(local?.path ?? '')).toBe(900_000)
  local?.release()
  const directory = join(local?.path ?? '', '..')
  await expect.poll(() => readdir(directory)).toEqual([])
})
