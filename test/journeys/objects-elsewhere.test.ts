import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CreateBucketCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3'
import { afterAll, expect, it } from 'vitest'
import type { ObjectPeer } from '../../scripts/peers/s3rver/server.ts'
import { startS3rver } from '../../scripts/peers/s3rver/server.ts'
import { systemClock as clock } from '../../src/base/clock.ts'
import { silentLogger as log } from '../../src/base/logger.ts'
import { silentMetrics as metrics } from '../../src/base/metrics.ts'
import { systemRandom as random } from '../../src/base/random.ts'
import { openLmdbMeta } from '../../src/engines/meta/lmdb/lmdb-meta.ts'
import { nodeDisk } from '../../src/engines/node-disk.ts'
import { describeObjectStore } from '../../src/engines/objects/conformance.ts'
import { bytesOf, contentOf } from '../../src/engines/objects/conformance-fixtures.ts'
import type { ObjectStore } from '../../src/engines/objects/port.ts'
import { parseBucketUrl } from '../../src/engines/objects/s3/bucket-url.ts'
import { openS3Objects } from '../../src/engines/objects/s3/s3-objects.ts'
import { startHeadrace } from '../support/headrace.ts'
import { orSaid } from '../support/missing-peer.ts'

const home = await mkdtemp(join(tmpdir(), 'headrace-elsewhere-'))
const headrace = await startPeer()
const s3rver = await orSaid(startS3rver)
const INLINE_MAX = 1_000
const PART_BYTES = 8 * 1024 * 1024
const sizes = [0, 1, INLINE_MAX, INLINE_MAX + 1, 300_000, 1_200_000]

afterAll(async () => {
  await headrace.stop()
  await s3rver?.stop()
  await rm(home, { recursive: true })
})

/** Headrace as the store of another Headrace. */
async function startPeer(): Promise<ObjectPeer> {
  const { endpoint, stop } = await startHeadrace()
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
  const peer = { endpoint, bucket: 'elsewhere', credentials, stop: async () => void (await stop()) }
  await clientOf(peer).send(new CreateBucketCommand({ Bucket: peer.bucket }))
  return peer
}

function clientOf({ endpoint, credentials }: ObjectPeer): S3Client {
  return new S3Client({ endpoint, region: 'us-east-1', credentials, forcePathStyle: true })
}

interface Place {
  readonly directory: string
  readonly prefix: string
}

/** Stores over the peer, each under a prefix of its own. */
function storesOver(peer: ObjectPeer) {
  const places = new Map<ObjectStore, Place>()
  let count = 0

  async function openIn({ directory, prefix }: Place): Promise<ObjectStore> {
    const meta = await openLmdbMeta({ directory: join(directory, 'meta') })
    const url = parseBucketUrl(`s3://${peer.bucket}/${prefix}?endpoint=${peer.endpoint}`)
    if (typeof url === 'string') throw new Error(url)
    const store = await openS3Objects({
      url,
      credentials: peer.credentials,
      disk: nodeDisk,
      directory: join(directory, 'objects'),
      ...{ meta, clock, random, log, metrics },
      inlineMaxBytes: INLINE_MAX,
    })
    const opened = {
      ...store,
      async close() {
        await store.close()
        await meta.close()
      },
    }
    places.set(opened, { directory, prefix })
    return opened
  }

  return {
    open: async () => openIn({ directory: await mkdtemp(join(home, 'd-')), prefix: `p${count++}` }),
    async reopen(store: ObjectStore) {
      await store.close()
      const place = places.get(store)
      if (!place) throw new Error('not one of these stores')
      return openIn(place)
    },
    /** Names of what the store has in the bucket. */
    async blobsOf(store: ObjectStore): Promise<ReadonlyArray<string>> {
      const Prefix = `${places.get(store)?.prefix}/`
      const page = await clientOf(peer).send(
        new ListObjectsV2Command({ Bucket: peer.bucket, Prefix }),
      )
      return (page.Contents ?? []).map(({ Key = '' }) => Key)
    },
  }
}

for (const [name, peer] of Object.entries({ headrace, s3rver })) {
  if (!peer) continue
  const stores = storesOver(peer)
  describeObjectStore({ name: `a bucket of ${name}`, ...stores, sizes })

  it(`${name}: a blob of several parts comes back, whole and in part, and is removed`, async () => {
    const store = await stores.open()
    const id = { bucket: 'b', key: 'k.bin' }
    for (const size of [PART_BYTES, PART_BYTES + 1, 2 * PART_BYTES + 300_000]) {
      const bytes = bytesOf(size, size)
      await store.put(id, bytes, { publish: () => ({}) })
      expect((await contentOf(await store.get(id)))?.equals(bytes)).toBe(true)
      const range = { first: size - 200_000, last: size - 7 }
      const part = await contentOf(await store.get(id, () => range))
      expect(part?.equals(bytes.subarray(range.first, range.last + 1))).toBe(true)
      expect(await store.verify(id)).toEqual({ uncheckedBytes: 0 })
      await expect.poll(() => stores.blobsOf(store)).toHaveLength(1)
    }
    await store.remove(id)
    await expect.poll(() => stores.blobsOf(store)).toEqual([])
    await store.close()
  })

  it(`${name}: refused and broken puts leave no blob`, async () => {
    const store = await stores.open()
    const id = { bucket: 'b', key: 'k' }
    async function* broken() {
      yield bytesOf(PART_BYTES + 5_000)
      throw new RangeError('the client went away')
    }
    const put = store.put(id, broken(), { publish: () => ({}) })
    await expect(put).rejects.toBeInstanceOf(RangeError)
    const refuse = () => {
      throw new RangeError('no')
    }
    const refused = store.put(id, bytesOf(5_000), { publish: refuse })
    await expect(refused).rejects.toBeInstanceOf(RangeError)
    expect(await stores.blobsOf(store)).toEqual([])
    await store.close()
  })
}
