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
import type { LifecycleRule } from './lifecycle-rules.ts'
import { createLifecycleRun } from './lifecycle-run.ts'
import { createLifecycleSettings } from './lifecycle-settings.ts'

/** The rules of the documentation, over a list of versions of each key: the newest stands first. */
interface ModelVersion {
  readonly id: string
  readonly atMs: number
  readonly isMarker: boolean
  readonly tag: string
  readonly held: boolean
}

const scope = { accountId: '111122223333', region: 'us-east-1' }
const origin = { principalId: 'AWS:me', sourceAddress: '10.0.0.1', requestId: 'R1' }
const dayMs = 96_000
/** Between two writes; passes take less time than this, all together. */
const TURN_MS = dayMs / 4
const PASSES = 5
const keys = ['a/1', 'a/2', 'b', 'k\u00fc']

async function openHouse() {
  const time = createVirtualClock()
  const random = createSeededRandom(5)
  const meta = createMemoryMeta()
  const { disk } = createFaultyDisk(random)
  const deps = { meta, clock: time.clock, random }
  async function open() {
    const objects = await openDiskObjects({ ...deps, disk, directory: '/d', inlineMaxBytes: 30 })
    return openS3Nouns({ ...deps, objects })
  }
  const nouns = await open()
  const given = { tags: {}, objectLock: {}, versioning: 'Enabled' as const }
  await nouns.buckets.create(scope, 'lake', given)
  const settings = createLifecycleSettings({ meta })

  /** One pass; `failAt` kills it at that removal, before or after it is done. */
  async function pass(running: typeof nouns, failAt: number): Promise<boolean> {
    let round = async (_signal: AbortSignal): Promise<number | 'done'> => 'done'
    let removals = 0
    const remove: typeof running.objects.remove = async (...request) => {
      removals++
      if (removals === failAt) throw new Error('killed before a removal')
      const removal = await running.objects.remove(...request)
      if (removals + 1 === failAt) throw new Error('killed behind a removal')
      return removal
    }
    const run = createLifecycleRun({
      ...deps,
      ...running,
      objects: { ...running.objects, remove },
      settings,
      dayMs,
      background: {
        async run(work) {
          round = work.round
        },
      },
    })
    await run.start(AbortSignal.timeout(60_000))
    try {
      await round(AbortSignal.timeout(60_000))
      return true
    } catch (error) {
      expect(String(error)).toContain('killed')
      return false
    }
  }
  return { time, nouns, open, settings, pass }
}

type Nouns = Awaited<ReturnType<typeof openHouse>>['nouns']

async function versionsOf(nouns: Nouns): Promise<Map<string, ReadonlyArray<string>>> {
  const bucket = await nouns.buckets.find(scope.accountId, 'lake')
  const page = await nouns.listVersions(bucket, { prefix: '', limit: 1_000 })
  const found = new Map<string, ReadonlyArray<string>>()
  for (const entry of page.entries) {
    if (!('version' in entry)) continue
    const record = recordOf(entry.version)
    // What a pass makes has an id that no model knows.
    const id = record.isDeleteMarker ? 'marker' : versionIdOf(record)
    found.set(entry.version.key, [...(found.get(entry.version.key) ?? []), id])
  }
  return found
}

type Model = Map<string, ReadonlyArray<ModelVersion>>

function stateOf(model: Model): Map<string, ReadonlyArray<string>> {
  const state = new Map<string, ReadonlyArray<string>>()
  for (const key of keys) {
    const versions = model.get(key) ?? []
    if (versions.length > 0) {
      state.set(
        key,
        versions.map(({ id, isMarker }) => (isMarker ? 'marker' : id)),
      )
    }
  }
  return state
}

/** What a pass leaves of the versions of one key. */
function passed(
  key: string,
  versions: ReadonlyArray<ModelVersion>,
  rules: ReadonlyArray<LifecycleRule>,
  now: { readonly ms: number; readonly isSuspended: boolean },
): ReadonlyArray<ModelVersion> {
  const isOver = (fromMs: number, days: number) => fromMs + days * dayMs <= now.ms
  const rulesOf = ({ tag }: ModelVersion) =>
    rules.filter(
      ({ isEnabled, filter }) =>
        isEnabled &&
        key.startsWith(filter.prefix ?? '') &&
        Object.values(filter.tags).every((value) => value === tag),
    )
  const kept = versions.filter((version, index) => {
    const successor = versions[index - 1]
    if (!successor) return true
    const isDue = rulesOf(version).some(
      ({ noncurrentExpiration: time }) =>
        time && index - 1 >= (time.newerCount ?? 0) && isOver(successor.atMs, time.days),
    )
    return !isDue || version.held
  })
  const newest = versions[0]
  if (!newest) return []
  const isExpired = rulesOf(newest).some(
    ({ expiration }) => expiration && 'days' in expiration && isOver(newest.atMs, expiration.days),
  )
  if (newest.isMarker) {
    const cleans = isExpired || rulesOf(newest).some(({ expiresMarkers }) => expiresMarkers)
    return cleans && versions.length === 1 ? [] : kept
  }
  if (!isExpired) return kept
  const marker = { id: 'new', atMs: now.ms, isMarker: true, tag: '', held: false }
  return [{ ...marker, id: now.isSuspended ? 'null' : 'new' }, ...kept.filter(isKeptUnder(now))]
}

function isKeptUnder({ isSuspended }: { readonly isSuspended: boolean }) {
  return ({ id }: ModelVersion) => !isSuspended || id !== 'null'
}

const days = fc.integer({ min: 1, max: 3 })

function ruleOf(usesTags: boolean): fc.Arbitrary<Omit<LifecycleRule, 'id'>> {
  return fc.record(
    {
      isEnabled: fc.constantFrom(true, true, true, false),
      isOldForm: fc.constant(false),
      transitions: fc.constant([]),
      filter: fc.record({
        prefix: fc.constantFrom('', 'a/', 'b'),
        tags: usesTags ? fc.constantFrom({}, { t: '1' }) : fc.constant({}),
      }),
      expiration: fc.record({ days }),
      expiresMarkers: fc.constant(true),
      noncurrentExpiration: fc.record(
        { days, newerCount: fc.integer({ min: 1, max: 3 }) },
        { requiredKeys: ['days'] },
      ),
    },
    { requiredKeys: ['isEnabled', 'isOldForm', 'transitions', 'filter'] },
  ) as fc.Arbitrary<Omit<LifecycleRule, 'id'>>
}

const write = fc.record({
  key: fc.constantFrom(...keys),
  does: fc.constantFrom('put', 'put', 'put', 'remove'),
  tag: fc.constantFrom('', '1'),
  held: fc.constantFrom(false, false, false, true),
  restTurns: fc.nat(3),
})

interface Case {
  readonly failAt: number
  readonly rules: ReadonlyArray<Omit<LifecycleRule, 'id'>>
  readonly writes: ReadonlyArray<typeof write extends fc.Arbitrary<infer T> ? T : never>
  readonly suspendAfter: number
}

async function fill(house: Awaited<ReturnType<typeof openHouse>>, given: Case): Promise<Model> {
  const { nouns, time } = house
  const model: Model = new Map()
  for (const [index, { key, does, tag, held, restTurns }] of given.writes.entries()) {
    const isSuspended = index >= given.suspendAfter
    if (index === given.suspendAfter) {
      await nouns.buckets.change(scope.accountId, 'lake', (one) => ({
        ...one,
        versioning: 'Suspended',
      }))
    }
    const bucket = await nouns.buckets.find(scope.accountId, 'lake')
    const atMs = time.clock.wallMs()
    const before = (model.get(key) ?? []).filter(isKeptUnder({ isSuspended }))
    if (does === 'remove') {
      const { versionId = 'null' } = await nouns.objects.remove(bucket, key, { origin })
      const marker = { id: versionId, atMs, isMarker: true, tag: '', held: false }
      model.set(key, [marker, ...before])
    } else {
      const stored = await nouns.objects.put(bucket, {
        key,
        body: Buffer.from(String(index)),
        digests: defaultPlan,
        event: 'ObjectCreated:Put',
        origin,
        tags: { t: tag },
        // AWS: nothing in a bucket with locks can be overwritten, so that it is never suspended.
        legalHold: held && !isSuspended,
      })
      const isHeld = held && !isSuspended
      const id = versionIdOf(recordOf(stored))
      model.set(key, [{ id, atMs, isMarker: false, tag, held: isHeld }, ...before])
    }
    await time.advance(restTurns * TURN_MS)
  }
  await time.advance(TURN_MS)
  return model
}

async function agree(given: Case): Promise<void> {
  const house = await openHouse()
  const { time, settings, pass } = house
  let { nouns } = house
  let model = await fill(house, given)
  const isSuspended = given.writes.length > given.suspendAfter
  const rules = given.rules.map((rule, index) => ({ ...rule, id: `${index}` }))
  const bucket = await nouns.buckets.find(scope.accountId, 'lake')
  await settings.replace(bucket, { minimumSize: 'all_storage_classes_128K', rules })
  let isWhole = true
  for (let turn = 0; turn < PASSES; turn++) {
    const now = { ms: time.clock.wallMs(), isSuspended }
    if (!(await pass(nouns, turn === 0 ? given.failAt : 0))) {
      isWhole = false
      nouns = await house.open()
      expect(await pass(nouns, 0)).toBe(true)
    }
    model = new Map([...model].map(([key, versions]) => [key, passed(key, versions, rules, now)]))
    if (isWhole) expect(await versionsOf(nouns)).toEqual(stateOf(model))
    await time.advance(dayMs / 24)
  }
  expect(await versionsOf(nouns)).toEqual(stateOf(model))
}

// A version counts its days from the one above it. Where that one goes first, it begins anew: not in
// plain cases, so that they come out alike however they are cut.
function caseOf(failAt: fc.Arbitrary<number>, isPlain: boolean): fc.Arbitrary<Case> {
  return fc.record({
    failAt,
    rules: fc.array(ruleOf(!isPlain), { minLength: 1, maxLength: 3 }),
    writes: fc.array(write, { minLength: 5, maxLength: 40, size: 'max' }),
    suspendAfter: isPlain ? fc.constant(100) : fc.constantFrom(10, 20, 100),
  })
}

it('a pass over any versions and rules leaves what a model says, and no locked version goes', async () => {
  await fc.assert(fc.asyncProperty(caseOf(fc.constant(0), false), agree), { seed: 4, numRuns: 80 })
})

it('a pass that was killed anywhere is made up for, and what must stay has stayed', async () => {
  const failAt = fc.integer({ min: 1, max: 8 })
  await fc.assert(fc.asyncProperty(caseOf(failAt, true), agree), { seed: 8, numRuns: 80 })
})
