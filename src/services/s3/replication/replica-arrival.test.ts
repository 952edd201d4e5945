import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createFaultyDisk } from '../../../../test/support/faulty-disk.ts'
import { createMemoryMeta } from '../../../../test/support/memory-meta.ts'
import { createVirtualClock } from '../../../../test/support/virtual-clock.ts'
import { createSeededRandom } from '../../../base/random.ts'
import { openDiskObjects } from '../../../engines/objects/disk/disk-objects.ts'
import { defaultPlan } from '../objects/digests.ts'
import { recordOf } from '../objects/object-record.ts'
import { openS3Nouns } from '../s3-nouns.ts'
import { versionIdOf } from '../versions/version-keys.ts'

const scope = { accountId: '111122223333', region: 'us-east-1' }
const origin = { principalId: 'AWS:me', sourceAddress: '10.0.0.1', requestId: 'R1' }
const put = { digests: defaultPlan, event: 'ObjectCreated:Put', origin } as const
const key = 'k'

async function openHouse() {
  const { clock } = createVirtualClock()
  const random = createSeededRandom(9)
  const deps = { meta: createMemoryMeta(), clock, random }
  const { disk } = createFaultyDisk(random)
  const objects = await openDiskObjects({ ...deps, disk, directory: '/d', inlineMaxBytes: 30 })
  const nouns = await openS3Nouns({ ...deps, objects })
  for (const name of ['source', 'target']) {
    await nouns.buckets.create(scope, name, { tags: {}, versioning: 'Enabled' })
  }
  const bucketOf = (name: string) => nouns.buckets.find(scope.accountId, name)

  async function list(name: string) {
    const page = await nouns.listVersions(await bucketOf(name), { prefix: '', limit: 1_000 })
    return page.entries.flatMap((entry) => {
      if (!('version' in entry)) return []
      const record = recordOf(entry.version)
      const isMarker = record.isDeleteMarker === true
      return [{ id: versionIdOf(record), isLatest: entry.isLatest, isMarker }]
    })
  }

  /** Brings one version of the source to the target. */
  async function bring(id: string) {
    const version = await nouns.history.find(await bucketOf('source'), key, id)
    if (!version) throw new Error('it was never removed')
    const { sequencer, etag, isDeleteMarker } = recordOf(version.object)
    const source = { versionId: id, sequencer, etag }
    const to = await bucketOf('target')
    if (isDeleteMarker) return nouns.replicaArrival.marker(to, key, source, origin)
    await nouns.objects.put(to, { ...put, key, body: Buffer.from(id), replicaOf: source })
  }

  return { nouns, bucketOf, list, bring }
}

it('in whatever order copies arrive, and how often, the versions stand in the order of the writes', async () => {
  const property = fc.asyncProperty(
    fc.array(fc.constantFrom('put', 'put', 'remove'), { minLength: 1, maxLength: 8 }),
    fc.array(fc.nat(7), { maxLength: 12 }),
    async (writes, order) => {
      const { nouns, bucketOf, list, bring } = await openHouse()
      const from = await bucketOf('source')
      for (const [index, write] of writes.entries()) {
        if (write === 'remove') await nouns.objects.remove(from, key, { origin })
        else await nouns.objects.put(from, { ...put, key, body: Buffer.from(`${index}`) })
      }
      const wanted = await list('source')
      const ids = wanted.map(({ id }) => id)
      const arriving = [...order.map((nth) => ids[nth % ids.length] ?? ''), ...ids]
      await Promise.all(arriving.slice(0, 3).map(bring))
      for (const id of arriving.slice(3)) await bring(id)
      expect(await list('target')).toEqual(wanted)
      const newest = wanted[0]
      const found = await nouns.objects.find(await bucketOf('target'), key)
      expect(found && recordOf(found).versionId).toBe(newest?.isMarker ? undefined : newest?.id)
    },
  )
  await fc.assert(property, { seed: 3, numRuns: 60 })
})

it('a write in the destination stands above every copy that came before it', async () => {
  const { nouns, bucketOf, list, bring } = await openHouse()
  await nouns.objects.put(await bucketOf('source'), { ...put, key, body: Buffer.from('1') })
  const [first] = await list('source')
  await bring(first?.id ?? '')
  const own = await nouns.objects.put(await bucketOf('target'), {
    ...put,
    key,
    body: Buffer.from('own'),
  })
  await bring(first?.id ?? '')
  const ids = (await list('target')).map(({ id }) => id)
  expect(ids).toEqual([recordOf(own).versionId, first?.id])
})
