import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import { createFaultyDisk } from '../../../test/support/faulty-disk.ts'
import { createMemoryMeta } from '../../../test/support/memory-meta.ts'
import { createVirtualClock } from '../../../test/support/virtual-clock.ts'
import { EngineError } from '../../base/errors.ts'
import type { EventTarget } from '../../base/event-target.ts'
import { silentLogger as log } from '../../base/logger.ts'
import { silentMetrics as metrics } from '../../base/metrics.ts'
import { createSeededRandom } from '../../base/random.ts'
import { createBackground } from '../../engines/meta/background.ts'
import { createLeases } from '../../engines/meta/leases.ts'
import type { MetaBatch, MetaStore } from '../../engines/meta/port.ts'
import { openDiskObjects } from '../../engines/objects/disk/disk-objects.ts'
import { createNotificationDelivery } from './notifications/notification-delivery.ts'
import type { NotificationRule } from './notifications/notification-rules.ts'
import { recordOf } from './objects/object-record.ts'
import { openS3Nouns } from './s3-nouns.ts'

const scope = { accountId: '111122223333', region: 'eu-west-1' }
const arn = 'arn:aws:lambda:eu-west-1:111122223333:function:score'
const rule: NotificationRule = {
  id: 'raw',
  service: 'lambda',
  arn,
  events: ['s3:ObjectCreated:*', 's3:ObjectRemoved:*', 's3:ObjectTagging:*'],
  prefix: 'raw/',
}

/** One house whose process can die and start again on what it left. */
function createHouse() {
  const kept = createMemoryMeta()
  const { clock, advance } = createVirtualClock()
  const random = createSeededRandom(5)
  const faulty = createFaultyDisk(random)
  let disk = faulty.disk
  let life = 0
  /** Called before each commit; may throw, and then the process is as good as dead. */
  let onCommit: (batch: MetaBatch) => void = () => undefined

  async function start() {
    const born = ++life
    const meta: MetaStore = {
      ...kept,
      async commit(batch) {
        if (born !== life) throw new EngineError('unavailable', 'the process is dead')
        onCommit(batch)
        await kept.commit(batch)
      },
    }
    const deps = { meta, clock, random }
    const objects = await openDiskObjects({ ...deps, disk, directory: '/d', inlineMaxBytes: 100 })
    return openS3Nouns({ ...deps, objects })
  }

  function deliver(nouns: Awaited<ReturnType<typeof start>>, target: EventTarget) {
    const stop = new AbortController()
    const leases = createLeases({ meta: kept, clock, owner: random.uuid(), log })
    const background = createBackground({ leases, clock, random, log, metrics })
    const targets = new Map([[target.service, target]])
    const { outbox } = nouns
    const delivery = createNotificationDelivery({
      outbox,
      targets,
      background,
      clock,
      log,
      metrics,
    })
    const running = delivery.start(stop.signal)
    return {
      async stop() {
        stop.abort()
        await running
      },
    }
  }

  return {
    start,
    deliver,
    advance,
    setOnCommit(hook: (batch: MetaBatch) => void) {
      onCommit = hook
    },
    die() {
      life++
      disk = faulty.crash()
    },
  }
}

interface Delivered {
  readonly eventName: string
  readonly s3: {
    readonly configurationId: string
    readonly object: {
      readonly key: string
      readonly size?: number
      readonly eTag?: string
      readonly sequencer?: string
      readonly versionId?: string
    }
  }
}

function createTarget(fails: (count: number) => boolean = () => false) {
  const records: Delivered[] = []
  let attempts = 0
  const target: EventTarget = {
    service: 'lambda',
    validate: async () => undefined,
    async deliver(_arn, { body }) {
      if (fails(++attempts)) throw new Error('not now')
      const { Records } = JSON.parse(Buffer.from(body).toString('utf8')) as {
        Records: Delivered[]
      }
      records.push(...Records)
    },
  }
  return { target, records, attempts: () => attempts }
}

type Nouns = Awaited<ReturnType<ReturnType<typeof createHouse>['start']>>

async function makeBucket({ buckets }: Nouns) {
  await buckets.create(scope, 'lake', { tags: {} })
  await buckets.change(scope.accountId, 'lake', (bucket) => ({
    ...bucket,
    notificationRules: [rule],
  }))
  return buckets.find(scope.accountId, 'lake')
}

it('writes, removals and tags are told in AWS record shape, in the order of the key', async () => {
  const house = createHouse()
  const nouns = await house.start()
  const bucket = await makeBucket(nouns)
  const { target, records } = createTarget()
  const delivery = house.deliver(nouns, target)
  const { access, objects } = nouns
  await access.put(scope, { bucket: 'lake', key: 'raw/a b+ä.json', body: Buffer.from('one') })
  await access.put(scope, { bucket: 'lake', key: 'other/x', body: Buffer.from('x') })
  await house.advance(10)
  const origin = { principalId: 'AWS:me', sourceAddress: '10.0.0.1', requestId: 'R1' }
  await objects.setTags(
    bucket,
    'raw/a b+ä.json',
    { a: '1' },
    { origin, event: 'ObjectTagging:Put' },
  )
  await house.advance(10)
  await objects.remove(bucket, 'raw/a b+ä.json', { origin })
  await access.remove(scope, 'lake', 'raw/never there')
  await house.advance(10)
  await delivery.stop()
  expect(records.map(({ eventName }) => eventName)).toEqual([
    'ObjectCreated:Put',
    'ObjectTagging:Put',
    'ObjectRemoved:Delete',
  ])
  const [created, tagged, removed] = records
  const eTag = createHash('md5').update('one').digest('hex')
  expect(created).toMatchObject({
    eventVersion: '2.1',
    eventSource: 'aws:s3',
    awsRegion: 'eu-west-1',
    s3: {
      s3SchemaVersion: '1.0',
      configurationId: 'raw',
      bucket: { name: 'lake', arn: 'arn:aws:s3:::lake' },
      object: { key: 'raw/a+b%2B%C3%A4.json', size: 3, eTag },
    },
  })
  expect(tagged).toMatchObject({
    eventVersion: '2.3',
    userIdentity: { principalId: 'AWS:me' },
    requestParameters: { sourceIPAddress: '10.0.0.1' },
    responseElements: { 'x-amz-request-id': 'R1' },
  })
  expect(Object.keys(tagged?.s3.object ?? {})).toEqual(['key', 'eTag'])
  expect(Object.keys(removed?.s3.object ?? {})).toEqual(['key', 'sequencer'])
  const [first = '', last = ''] = [created?.s3.object.sequencer, removed?.s3.object.sequencer]
  expect(first).toMatch(/^[0-9A-F]{18}$/)
  expect(last > first).toBe(true)
})

it('a crash at any commit loses no event of an acknowledged write', async () => {
  for (let crashAt = 1; crashAt <= 14; crashAt++) {
    const house = createHouse()
    let nouns = await house.start()
    await makeBucket(nouns)
    let commits = 0
    house.setOnCommit(() => {
      if (++commits === crashAt) {
        house.die()
        throw new EngineError('unavailable', 'the process is dead')
      }
    })
    const acknowledged: string[] = []
    for (const key of ['raw/1', 'raw/2', 'raw/1']) {
      try {
        const body = Buffer.alloc(key === 'raw/2' ? 500 : 10)
        const { etag } = await nouns.access.put(scope, { bucket: 'lake', key, body })
        acknowledged.push(`${key} ${etag}`)
      } catch {
        break
      }
    }
    house.setOnCommit(() => undefined)
    house.die()
    nouns = await house.start()
    const { target, records } = createTarget()
    const delivery = house.deliver(nouns, target)
    await house.advance(100)
    await delivery.stop()
    const told = records.map(({ s3: { object } }) => `${object.key} "${object.eTag}"`)
    for (const one of acknowledged) expect(told, `crash at commit ${crashAt}`).toContain(one)
    const there = await nouns.access.listLevel(scope, 'lake', 'raw/')
    for (const { key } of there.objects) {
      expect(told.join(), `crash at commit ${crashAt}`).toContain(key)
    }
  }
})

it('events of versions name them; after a crash only those of what happened go out', async () => {
  const house = createHouse()
  let nouns = await house.start()
  await makeBucket(nouns)
  await nouns.buckets.change(scope.accountId, 'lake', (one) => ({ ...one, versioning: 'Enabled' }))
  const bucket = await nouns.buckets.find(scope.accountId, 'lake')
  const origin = { principalId: 'AWS:me', sourceAddress: '10.0.0.1', requestId: 'R1' }
  const put = async () => {
    const body = Buffer.from('x')
    await nouns.access.put(scope, { bucket: 'lake', key: 'raw/k', body })
    return recordOf(await nouns.objects.head(bucket, 'raw/k')).versionId ?? ''
  }
  const [first, second, third] = [await put(), await put(), await put()]
  await nouns.objects.remove(bucket, 'raw/k', { origin, versionId: first })
  const event = 'ObjectTagging:Put'
  await nouns.objects.setTags(bucket, 'raw/k', { a: '1' }, { origin, event, versionId: second })
  house.setOnCommit(() => {
    throw new EngineError('unavailable', 'the process is dead')
  })
  const unhappened = nouns.objects.remove(bucket, 'raw/k', { origin, versionId: second })
  await expect(unhappened).rejects.toThrow()
  house.setOnCommit(() => undefined)
  house.die()
  nouns = await house.start()
  const { versionId: marker } = await nouns.objects.remove(bucket, 'raw/k', { origin })
  const { target, records } = createTarget()
  const delivery = house.deliver(nouns, target)
  await house.advance(100)
  await delivery.stop()
  const told = records.map(({ eventName, s3: { object } }) => `${eventName} ${object.versionId}`)
  const happened = [
    `ObjectCreated:Put ${first}`,
    `ObjectCreated:Put ${second}`,
    `ObjectCreated:Put ${third}`,
    `ObjectRemoved:Delete ${first}`,
    `ObjectTagging:Put ${second}`,
    `ObjectRemoved:DeleteMarkerCreated ${marker}`,
  ]
  expect(told.sort()).toEqual(happened.sort())
})

it('an event is written in the commit of the change that it tells of, and costs none of its own', async () => {
  const house = createHouse()
  const nouns = await house.start()
  const bucket = await makeBucket(nouns)
  const batches: MetaBatch[] = []
  house.setOnCommit((batch) => batches.push(batch))
  const origin = { principalId: 'AWS:me', sourceAddress: '10.0.0.1', requestId: 'R1' }
  const event = 'ObjectTagging:Put'
  await nouns.access.put(scope, { bucket: 'lake', key: 'raw/k', body: Buffer.from('x') })
  await nouns.objects.setTags(bucket, 'raw/k', { a: '1' }, { origin, event })
  await nouns.objects.remove(bucket, 'raw/k', { origin })
  const telling = batches.map(({ puts = [] }) => {
    const notices = puts.filter(({ key }) => Buffer.from(key).includes('s3/outbox'))
    return notices.length
  })
  expect(telling).toEqual([1, 1, 1])
})

it('events that wait go with the account that they are of', async () => {
  const house = createHouse()
  const nouns = await house.start()
  await makeBucket(nouns)
  await nouns.access.put(scope, { bucket: 'lake', key: 'raw/k', body: Buffer.from('x') })
  await nouns.outbox.removeEverything('444455556666')
  expect(await nouns.outbox.due(9)).toHaveLength(1)
  await nouns.outbox.removeEverything(scope.accountId)
  expect(await nouns.outbox.due(9)).toEqual([])
})

it('a refused write is told to nobody', async () => {
  const house = createHouse()
  const nouns = await house.start()
  const bucket = await makeBucket(nouns)
  const { target, records } = createTarget()
  const delivery = house.deliver(nouns, target)
  const origin = { principalId: 'AWS:me', sourceAddress: '10.0.0.1', requestId: 'R1' }
  const request = {
    key: 'raw/x',
    body: Buffer.from('x'),
    digests: { algorithm: 'CRC32' as const },
    event: 'ObjectCreated:Put' as const,
    origin,
    ifNoneMatch: '*',
  }
  await nouns.objects.put(bucket, request)
  await expect(nouns.objects.put(bucket, request)).rejects.toMatchObject({
    code: 'PreconditionFailed',
  })
  await house.advance(60_000)
  await delivery.stop()
  expect(records).toHaveLength(1)
})

it('a destination that fails is tried again with growing rests, and given up after a day', async () => {
  const house = createHouse()
  const nouns = await house.start()
  await makeBucket(nouns)
  const flaky = createTarget((count) => count <= 3)
  let delivery = house.deliver(nouns, flaky.target)
  await nouns.access.put(scope, { bucket: 'lake', key: 'raw/1', body: Buffer.from('1') })
  await house.advance(500)
  expect(flaky.attempts()).toBe(1)
  await house.advance(8_000)
  await delivery.stop()
  expect(flaky.attempts()).toBe(4)
  expect(flaky.records).toHaveLength(1)
  const dead = createTarget(() => true)
  delivery = house.deliver(nouns, dead.target)
  await nouns.access.put(scope, { bucket: 'lake', key: 'raw/2', body: Buffer.from('2') })
  await house.advance(25 * 3_600_000)
  const attempts = dead.attempts()
  expect(attempts).toBeGreaterThan(100)
  await house.advance(3_600_000)
  expect(dead.attempts()).toBe(attempts)
  await delivery.stop()
})

it('a bucket that is deleted while objects are put keeps what was acknowledged, or goes empty', async () => {
  for (let round = 0; round < 20; round++) {
    const house = createHouse()
    const nouns = await house.start()
    await makeBucket(nouns)
    const put = nouns.access
      .put(scope, { bucket: 'lake', key: 'k', body: Buffer.alloc(round % 2 === 0 ? 1 : 500) })
      .then(
        () => true,
        () => false,
      )
    for (let turns = round * 3; turns > 0; turns--) await Promise.resolve()
    const removed = nouns.buckets.remove(scope.accountId, 'lake').then(
      () => true,
      () => false,
    )
    await house.advance(1_000)
    const outcome = { put: await put, removed: await removed }
    expect(outcome.put && outcome.removed, `round ${round}`).toBe(false)
    const there = await nouns.access.bucketExists(scope, 'lake')
    expect(there).toBe(!outcome.removed)
    if (outcome.put) expect(await nouns.access.head(scope, 'lake', 'k')).toBeDefined()
  }
})

it('a bucket made anew shows nothing of the one before', async () => {
  const house = createHouse()
  const nouns = await house.start()
  const bucket = await makeBucket(nouns)
  await nouns.uploads.begin(bucket, 'k', {
    algorithm: 'CRC32',
    type: 'FULL_OBJECT',
    isChosen: false,
  })
  await nouns.buckets.remove(scope.accountId, 'lake')
  const again = await makeBucket(nouns)
  expect((await nouns.uploads.list(again, { prefix: '', limit: 9 })).entries).toEqual([])
})

it('emptying an account leaves the others alone', async () => {
  const house = createHouse()
  const nouns = await house.start()
  await makeBucket(nouns)
  const other = { ...scope, accountId: '444455556666' }
  await nouns.buckets.create(other, 'other-lake', { tags: {} })
  await nouns.access.put(scope, { bucket: 'lake', key: 'k', body: Buffer.alloc(500) })
  await nouns.buckets.empty(scope.accountId)
  expect(await nouns.access.bucketExists(scope, 'lake')).toBe(false)
  expect(await nouns.access.bucketExists(other, 'other-lake')).toBe(true)
})

it('the other services put, list, read and open objects as the API does', async () => {
  const house = createHouse()
  const { access, buckets } = await house.start()
  await buckets.create(scope, 'lake', { tags: {} })
  const keys = ['a/1.json', 'a/2.json', 'a/b/3.json', 'c.json']
  for (const key of keys) {
    const summary = await access.put(scope, {
      bucket: 'lake',
      key,
      body: Buffer.from(key),
      contentType: 'application/json',
      metadata: { rows: '1' },
    })
    const etag = createHash('md5').update(key).digest('hex')
    expect(summary).toMatchObject({ key, sizeBytes: key.length, etag: `"${etag}"` })
  }
  const listed: string[] = []
  for await (const { key } of access.list(scope, 'lake', 'a/')) listed.push(key)
  expect(listed).toEqual(keys.slice(0, 3))
  const level = await access.listLevel(scope, 'lake', 'a/')
  expect(level.prefixes).toEqual(['a/b/'])
  expect(level.objects.map(({ key }) => key)).toEqual(['a/1.json', 'a/2.json'])
  const { body } = await access.get(scope, 'lake', 'c.json')
  expect(Buffer.from(body as Uint8Array).toString()).toBe('c.json')
  expect(await access.head(scope, 'lake', 'no')).toBeUndefined()
  await access.remove(scope, 'lake', 'c.json')
  await expect(access.get(scope, 'lake', 'c.json')).rejects.toMatchObject({ code: 'NoSuchKey' })
  await expect(access.get(scope, 'sea', 'x')).rejects.toMatchObject({ code: 'NoSuchBucket' })
  const file = await access.localFile(scope, 'lake', 'a/1.json')
  expect(file.path).toMatch(/\.json$/)
  file.release()
})
