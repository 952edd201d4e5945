import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createFaultyDisk } from '../../../../test/support/faulty-disk.ts'
import { createMemoryMeta } from '../../../../test/support/memory-meta.ts'
import { createVirtualClock } from '../../../../test/support/virtual-clock.ts'
import { ServiceError } from '../../../base/errors.ts'
import type { Random } from '../../../base/random.ts'
import { createSeededRandom } from '../../../base/random.ts'
import type { MetaStore } from '../../../engines/meta/port.ts'
import { openDiskObjects } from '../../../engines/objects/disk/disk-objects.ts'
import { defaultPlan } from '../objects/digests.ts'
import { recordOf } from '../objects/object-record.ts'
import { openS3Nouns } from '../s3-nouns.ts'
import { versionIdOf } from './version-keys.ts'

/** One version as S3's documentation has it: the newest of a key stands first. */
interface ModelVersion {
  readonly id: string
  readonly body: string | undefined
  held: boolean
  tag: string
}

type Versioning = 'Enabled' | 'Suspended' | undefined

const scope = { accountId: '111122223333', region: 'us-east-1' }
const origin = { principalId: 'AWS:me', sourceAddress: '10.0.0.1', requestId: 'R1' }
const keys = ['k', 'k', 'k/1', 'ü']

/** Answers after a while that differs from call to call, so that writers come in between each other. */
function slowed(meta: MetaStore, random: Random): MetaStore {
  async function rest() {
    for (let turns = (random.bytes(1)[0] ?? 0) % 16; turns > 0; turns--) await undefined
  }
  return {
    ...meta,
    async get(key) {
      await rest()
      return meta.get(key)
    },
    async commit(batch) {
      await rest()
      return meta.commit(batch)
    },
  }
}

async function openHouse(versioning?: 'Enabled') {
  const { clock } = createVirtualClock()
  const random = createSeededRandom(9)
  const meta = slowed(createMemoryMeta(), random)
  const { disk } = createFaultyDisk(random)
  const deps = { meta, clock, random }
  async function open() {
    const objects = await openDiskObjects({ ...deps, disk, directory: '/d', inlineMaxBytes: 30 })
    return openS3Nouns({ ...deps, objects })
  }
  const nouns = await open()
  await nouns.buckets.create(scope, 'lake', {
    tags: {},
    objectLock: {},
    ...(versioning && { versioning }),
  })
  return { open, nouns }
}

type Step =
  | { readonly do: 'put' | 'complete' | 'copy'; readonly key: string; readonly size: number }
  | { readonly do: 'remove' | 'list' | 'reopen'; readonly key: string }
  | {
      readonly do: 'removeVersion' | 'hold' | 'release' | 'tag' | 'read'
      readonly key: string
      readonly nth: number
    }
  | { readonly do: 'versioning'; readonly to: 'Enabled' | 'Suspended' }

const stepOf: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constantFrom('put' as const, 'put' as const, 'complete' as const, 'copy' as const),
      key: fc.constantFrom(...keys),
      size: fc.constantFrom(0, 5, 50),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom('remove' as const, 'remove' as const, 'list' as const, 'reopen' as const),
      key: fc.constantFrom(...keys),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constantFrom(
        'removeVersion' as const,
        'removeVersion' as const,
        'hold' as const,
        'release' as const,
        'tag' as const,
        'read' as const,
      ),
      key: fc.constantFrom(...keys),
      nth: fc.nat(3),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('versioning' as const),
      to: fc.constantFrom('Enabled' as const, 'Suspended' as const),
    }),
  },
)

/** What the store is compared with. */
function createModel() {
  const versions = new Map<string, ModelVersion[]>()
  const of = (key: string) => versions.get(key) ?? []
  return {
    of,
    write(key: string, id: string, body: string | undefined, versioning: Versioning) {
      const kept = versioning === 'Enabled' ? of(key) : of(key).filter((one) => one.id !== 'null')
      const next = body === undefined && !versioning ? [] : [{ id, body, held: false, tag: '' }]
      versions.set(key, [...next, ...kept])
    },
    drop(key: string, id: string) {
      versions.set(
        key,
        of(key).filter((one) => one.id !== id),
      )
    },
    keys: () => [...versions.keys()].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
  }
}

type House = Awaited<ReturnType<typeof openHouse>>
type Nouns = House['nouns']

async function codeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call
    return ''
  } catch (error) {
    if (error instanceof ServiceError) return error.code
    throw error
  }
}

async function bodyOf(nouns: Nouns, key: string, versionId?: string): Promise<string> {
  const bucket = await nouns.buckets.find(scope.accountId, 'lake')
  const { body } = await nouns.objects.open(bucket, key, { versionId: versionId })
  if (body instanceof Uint8Array) return Buffer.from(body).toString()
  const chunks: Uint8Array[] = []
  for await (const chunk of body) chunks.push(chunk as Uint8Array)
  return Buffer.concat(chunks).toString()
}

async function listAll(nouns: Nouns, limit: number) {
  const bucket = await nouns.buckets.find(scope.accountId, 'lake')
  const found: Array<{ key: string; id: string; isLatest: boolean; isMarker: boolean }> = []
  let after: { key: string; versionId: string } | undefined
  for (;;) {
    const request = { prefix: '', limit, ...(after && { after }) }
    const page = await nouns.listVersions(bucket, request)
    for (const entry of page.entries) {
      if (!('version' in entry)) throw new Error('no delimiter was given')
      const record = recordOf(entry.version)
      const id = versionIdOf(record)
      after = { key: entry.version.key, versionId: id }
      const isMarker = record.isDeleteMarker === true
      found.push({ key: entry.version.key, id, isLatest: entry.isLatest, isMarker })
    }
    if (!page.truncated) return found
  }
}

async function agree(nouns: Nouns, model: ReturnType<typeof createModel>, limit: number) {
  const wanted = model.keys().flatMap((key) =>
    model.of(key).map(({ id, body }, index) => ({
      key,
      id,
      isLatest: index === 0,
      isMarker: body === undefined,
    })),
  )
  expect(await listAll(nouns, limit)).toEqual(wanted)
  const bucket = await nouns.buckets.find(scope.accountId, 'lake')
  const page = await nouns.listObjects(bucket, { prefix: '', limit: 100 })
  const current = model.keys().filter((key) => model.of(key)[0]?.body !== undefined)
  expect(page.entries.map((entry) => ('object' in entry ? entry.object.key : ''))).toEqual(current)
}

async function write(nouns: Nouns, step: Extract<Step, { size: number }>, body: string) {
  const bucket = await nouns.buckets.find(scope.accountId, 'lake')
  const { key } = step
  // Some are enciphered, which changes nothing that is to be seen.
  const encryption = step.size === 50 ? undefined : ({ algorithm: 'AES256' } as const)
  const there = step.do === 'copy' && (await nouns.objects.find(bucket, 'k'))
  if (there) {
    const source = { bucket, key: 'k', conditions: {} }
    const { stored } = await nouns.copies.copy({
      source,
      target: { bucket, key },
      replaced: { tags: {} },
      origin,
      encryption,
    })
    return stored
  }
  if (step.do === 'complete') {
    const record = { algorithm: 'CRC32', type: 'FULL_OBJECT', isChosen: false } as const
    const upload = await nouns.uploads.begin(bucket, key, record, encryption)
    const request = { partNumber: 1, body: Buffer.from(body), digests: defaultPlan }
    const part = await nouns.uploads.putPart(bucket, upload, request)
    const parts = [{ partNumber: 1, etag: part.etag }]
    return nouns.completeUpload(bucket, { key, uploadId: upload.uploadId, parts, origin })
  }
  return nouns.objects.put(bucket, {
    key,
    body: Buffer.from(body),
    digests: defaultPlan,
    event: 'ObjectCreated:Put',
    origin,
    encryption,
  })
}

async function takeVersionStep(
  nouns: Nouns,
  model: ReturnType<typeof createModel>,
  step: Extract<Step, { nth: number }>,
) {
  const bucket = await nouns.buckets.find(scope.accountId, 'lake')
  const { key, nth } = step
  const version = model.of(key)[nth]
  if (!version || !bucket.versioning) return
  const { id } = version
  const isMarker = version.body === undefined
  switch (step.do) {
    case 'read':
      if (isMarker) expect(await codeOf(bodyOf(nouns, key, id))).toBe('MethodNotAllowed')
      else expect(await bodyOf(nouns, key, id)).toBe(version.body)
      return
    case 'tag': {
      const event = 'ObjectTagging:Put' as const
      const tagging = nouns.objects.setTags(
        bucket,
        key,
        { a: '1' },
        { origin, event, versionId: id },
      )
      expect(await codeOf(tagging)).toBe(isMarker ? 'MethodNotAllowed' : '')
      if (!isMarker) version.tag = '1'
      return
    }
    case 'hold':
    case 'release': {
      const held = step.do === 'hold'
      const locking = nouns.versionLocks.setLegalHold(bucket, key, held, { origin, versionId: id })
      expect(await codeOf(locking)).toBe(isMarker ? 'MethodNotAllowed' : '')
      if (!isMarker) version.held = held
      return
    }
    case 'removeVersion': {
      const removal = nouns.objects.remove(bucket, key, { origin, versionId: id })
      expect(await codeOf(removal)).toBe(version.held ? 'AccessDenied' : '')
      if (!version.held) model.drop(key, id)
    }
  }
}

async function run(
  versioning: 'Enabled' | undefined,
  steps: ReadonlyArray<Step>,
  limit: number,
): Promise<void> {
  const house = await openHouse(versioning)
  let { nouns } = house
  const model = createModel()
  for (const [index, step] of steps.entries()) {
    const bucket = await nouns.buckets.find(scope.accountId, 'lake')
    if (step.do === 'versioning') {
      await nouns.buckets.change(scope.accountId, 'lake', (one) => ({
        ...one,
        versioning: step.to,
      }))
    } else if ('size' in step) {
      const source = step.do === 'copy' ? model.of('k')[0]?.body : undefined
      const body = source ?? `${index}`.padEnd(step.size, '.')
      const stored = await write(nouns, step, body)
      const id = versionIdOf(recordOf(stored))
      expect(id === 'null').toBe(bucket.versioning !== 'Enabled')
      model.write(step.key, id, body, bucket.versioning)
    } else if ('nth' in step) {
      await takeVersionStep(nouns, model, step)
    } else if (step.do === 'remove') {
      const { versionId = 'null' } = await nouns.objects.remove(bucket, step.key, { origin })
      model.write(step.key, versionId, undefined, bucket.versioning)
    } else if (step.do === 'reopen') {
      nouns = await house.open()
    } else {
      await agree(nouns, model, limit)
    }
  }
  await agree(nouns, model, limit)
  await comparePresent(nouns, model)
}

/** Every version has its bytes and its tags, and the object is the newest one. */
async function comparePresent(nouns: Nouns, model: ReturnType<typeof createModel>) {
  const bucket = await nouns.buckets.find(scope.accountId, 'lake')
  for (const key of model.keys()) {
    const versions = model.of(key)
    const newest = versions[0]
    if (newest?.body !== undefined) expect(await bodyOf(nouns, key)).toBe(newest.body)
    else expect(await codeOf(bodyOf(nouns, key))).toBe('NoSuchKey')
    for (const { id, body, tag } of versions) {
      if (body === undefined) continue
      expect(await bodyOf(nouns, key, id)).toBe(body)
      const { tags = {}, etag } = recordOf(await nouns.objects.head(bucket, key, id))
      expect(tags['a'] ?? '').toBe(tag)
      if (!etag.includes('-')) expect(etag).toBe(createHash('md5').update(body).digest('hex'))
    }
  }
}

it('any sequence of writes, removals, versions and locks agrees with a model', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('Enabled' as const, undefined),
      fc.array(stepOf, { minLength: 20, maxLength: 60, size: 'max' }),
      fc.integer({ min: 1, max: 5 }),
      run,
    ),
    { seed: 17, numRuns: 150 },
  )
})

it('no version is lost and each has its place, however many write and remove one key at once', async () => {
  const { nouns } = await openHouse('Enabled')
  const bucket = await nouns.buckets.find(scope.accountId, 'lake')
  const random = createSeededRandom(3)
  const isPut = Array.from({ length: 300 }, () => random.bytes(1)[0] ?? 0).map((one) => one % 2)
  const names = Array.from({ length: 120 }, (_, index) => `k${String(index).padStart(3, '0')}`)
  const made = await Promise.all(
    isPut.map(async (put, index) => {
      const key = names[index % names.length] ?? ''
      if (!put) return (await nouns.objects.remove(bucket, key, { origin })).versionId
      const stored = await write(nouns, { do: 'put', key, size: 5 }, `${index}`)
      return versionIdOf(recordOf(stored))
    }),
  )
  const listed = await listAll(nouns, 7)
  expect(listed.map(({ id }) => id).sort()).toEqual([...made].sort())
  for (const name of names) {
    const own = listed.filter(({ key }) => key === name)
    expect(own.map(({ isLatest }) => isLatest)).toEqual(own.map((_, index) => index === 0))
    const times = own.map(({ id }) => Buffer.from(id, 'base64url').toString('hex'))
    expect(times).toEqual([...times].sort().reverse())
  }
  await Promise.all(
    listed.map(({ key, id }) => nouns.objects.remove(bucket, key, { origin, versionId: id })),
  )
  expect(await listAll(nouns, 7)).toEqual([])
  for (const name of names) expect(await nouns.objects.find(bucket, name)).toBeUndefined()
})
