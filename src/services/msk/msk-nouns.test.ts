import { expect, test } from 'vitest'
import { createMemoryMeta } from '../../../test/support/memory-meta.ts'
import { createVirtualClock } from '../../../test/support/virtual-clock.ts'
import { silentLogger } from '../../base/logger.ts'
import { createSeededRandom } from '../../base/random.ts'
import type { BrokerAddress } from '../kafka/broker-entrance.ts'
import type { ClusterAccess } from './cluster-access.ts'
import { checkAccess, entryRefusal } from './cluster-access.ts'
import { mskLimits } from './limits.ts'
import { configurationArn } from './msk-arns.ts'
import { createMskNouns } from './msk-nouns.ts'
import { createReopening } from './reopening.ts'
import { readServerProperties } from './server-properties.ts'
import { withTags } from './tags.ts'

const scope = { accountId: '000000000000', region: 'us-east-1' }
const elsewhere = { ...scope, region: 'eu-west-1' }
const access: ClusterAccess = {
  scram: false,
  iam: true,
  certificate: false,
  unauthenticated: false,
  encryption: 'TLS',
}
const machines = { instanceType: 'kafka.m7g.large', subnets: ['subnet-1'], securityGroups: [] }
const provisioned = { type: 'provisioned', kafkaVersion: '4.1.x.kraft', machines } as const
const events = { name: 'events', tags: {}, access, kind: provisioned }

function createHouse() {
  const { clock, advance } = createVirtualClock()
  const random = createSeededRandom(1)
  return { ...createMskNouns({ meta: createMemoryMeta(), clock, random }), clock, advance }
}

test('of two clusters that are made at once in an account and region one is made', async () => {
  const { clusters } = createHouse()
  const made = await Promise.allSettled(
    ['a', 'b', 'c'].map((name) => clusters.create(scope, { ...events, name })),
  )
  expect(made.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  expect(await clusters.list(scope)).toHaveLength(1)
  await clusters.create(elsewhere, events)
  expect(await clusters.list(elsewhere)).toHaveLength(1)
})

test('a change of a cluster that somebody else has changed is refused', async () => {
  const { clusters } = createHouse()
  const cluster = await clusters.create(scope, events)
  const iamOff = () => clusters.change(scope, cluster, cluster.version, (current) => current)
  await iamOff()
  await expect(iamOff()).rejects.toMatchObject({ code: 'BadRequestException' })
})

test('of the changes of a cluster the latest are remembered', async () => {
  const { history, advance } = createHouse()
  const cluster = { name: 'events', id: 'id-1' }
  const note = async (index: number) => {
    await advance(1)
    const target = { configuration: { arn: 'arn', revision: index } }
    const startedMs = 1_000 + index
    return history.note(scope, cluster, { type: 'UPDATE_SECURITY', startedMs, source: {}, target })
  }
  const first = await note(0)
  for (let index = 1; index < mskLimits.operationsKept; index++) await note(index)
  expect(await history.get(scope, cluster, first.id)).toEqual(first)
  const last = await note(mskLimits.operationsKept)
  await expect(history.get(scope, cluster, first.id)).rejects.toMatchObject({
    code: 'NotFoundException',
  })
  const all = await history.list(scope, cluster)
  expect(all).toHaveLength(mskLimits.operationsKept)
  expect(all[0]).toEqual(last)
  await history.forget(scope, cluster)
  expect(await history.list(scope, cluster)).toEqual([])
})

test('of two revisions that are made at once one is made', async () => {
  const { configurations } = createHouse()
  const description = ''
  const made = await configurations.create(scope, {
    name: 'mine',
    description,
    kafkaVersions: [],
    properties: 'num.partitions=1',
  })
  const outcomes = await Promise.allSettled(
    [2, 3, 4].map((count) =>
      configurations.revise(scope, made, { description, properties: `num.partitions=${count}` }),
    ),
  )
  const kept = outcomes.flatMap((one) => (one.status === 'fulfilled' ? [one.value.latest] : []))
  expect(kept).toHaveLength(1)
  expect(await configurations.revision(scope, made, 2)).toEqual(kept[0])
  expect(await configurations.revision(scope, made, 1)).toEqual(made.latest)
  expect((await configurations.revisions(scope, made)).map(({ revision }) => revision)).toEqual([
    1, 2,
  ])
})

test('a cluster has the defaults of its configuration, and an account without one has none', async () => {
  const { clusters, configurations, rules } = createHouse()
  const made = await configurations.create(scope, {
    name: 'mine',
    description: '',
    kafkaVersions: [],
    properties: 'num.partitions=5\nauto.create.topics.enable=false\nlog.retention.minutes=10',
  })
  expect(await rules.defaults(scope)).toEqual({ topicConfigs: {} })
  const configuration = { arn: configurationArn(scope, made), revision: 1 }
  await clusters.create(scope, { ...events, kind: { ...provisioned, configuration } })
  expect(await rules.defaults(scope)).toEqual({
    autoCreateTopics: false,
    partitionsDefault: 5,
    topicConfigs: { 'retention.ms': '600000' },
  })
  expect(await rules.defaults(elsewhere)).toEqual({ topicConfigs: {} })
})

test('clients come in as the cluster of their account says, and freely where there is none', async () => {
  const { clusters, rules } = createHouse()
  const plain = { by: 'nothing', isEncrypted: false } as const
  expect(await rules.entryRefusal(scope, plain)).toBeUndefined()
  await clusters.create(scope, events)
  expect(await rules.entryRefusal(scope, plain)).toBeDefined()
  expect(await rules.entryRefusal(scope, { by: 'iam', isEncrypted: true })).toBeUndefined()
  expect(await rules.entryRefusal(elsewhere, plain)).toBeUndefined()
})

test.each([
  ['TLS', true, true],
  ['TLS', false, false],
  ['TLS_PLAINTEXT', true, true],
  ['TLS_PLAINTEXT', false, true],
  ['PLAINTEXT', true, false],
  ['PLAINTEXT', false, true],
] as const)(
  'with %s in transit a client with TLS %s comes in: %s',
  (encryption, isEncrypted, isIn) => {
    const refusal = entryRefusal({ ...access, encryption }, { by: 'iam', isEncrypted })
    expect(refusal === undefined).toBe(isIn)
  },
)

test.each([
  ['scram', 'scram'],
  ['iam', 'iam'],
  ['certificate', 'certificate'],
  ['unauthenticated', 'nothing'],
] as const)('with %s on, clients come by %s and nothing else', (method, way) => {
  const off = { scram: false, iam: false, certificate: false, unauthenticated: false }
  const open = { ...off, [method]: true, encryption: 'TLS' } as const
  const ways = ['scram', 'iam', 'certificate', 'nothing', 'password'] as const
  const taken = ways.filter((by) => !entryRefusal(open, { by, isEncrypted: true }))
  expect(taken).toEqual([way])
})

test('what the server cannot keep is not promised', () => {
  const address: BrokerAddress = {
    host: '127.0.0.1',
    port: 9092,
    tls: true,
    takesCertificates: true,
    needsLogin: false,
  }
  const all = { ...access, certificate: true, unauthenticated: true, encryption: 'TLS' } as const
  expect(checkAccess(all, address)).toBe(all)
  const refused: ReadonlyArray<readonly [ClusterAccess, Partial<BrokerAddress>]> = [
    [all, { tls: false }],
    [all, { takesCertificates: false }],
    [all, { needsLogin: true }],
    [{ ...all, encryption: 'PLAINTEXT' }, {}],
    [{ ...all, iam: false, certificate: false, unauthenticated: false }, {}],
  ]
  for (const [asked, less] of refused) {
    expect(() => checkAccess(asked, { ...address, ...less })).toThrow()
  }
})

test('of several retention times the finest holds, and the last of two equal names', () => {
  const { topicConfigs } = readServerProperties(
    'log.retention.hours=1\nlog.retention.minutes = 2\nlog.retention.ms: 3\n! no\nnum.partitions=1\nnum.partitions=2',
  )
  expect(topicConfigs).toEqual({ 'retention.ms': '3' })
  expect(readServerProperties('num.partitions=1\nnum.partitions=2').partitionsDefault).toBe(2)
  expect(readServerProperties('log.retention.hours=-1').topicConfigs).toEqual({
    'retention.ms': '-1',
  })
})

test('properties have so many bytes and not one more', () => {
  const text = `#${'x'.repeat(mskLimits.propertiesBytesMax - 1)}`
  expect(readServerProperties(text)).toEqual({ topicConfigs: {} })
  expect(() => readServerProperties(`${text}x`)).toThrow(/bytes/)
})

test('tags have their lengths and their number', () => {
  const key = 'k'.repeat(mskLimits.tagKeyLengthMax)
  const value = 'v'.repeat(mskLimits.tagValueLengthMax)
  expect(withTags({}, { [key]: value })).toEqual({ [key]: value })
  const many = Object.fromEntries(
    Array.from({ length: mskLimits.tagsMax }, (_, index) => [`k${index}`, '']),
  )
  expect(withTags({}, many)).toEqual(many)
  for (const wrong of [{ [`${key}k`]: '' }, { k: `${value}v` }, { '': '' }, { 'AWS:k': '' }]) {
    expect(() => withTags({}, wrong)).toThrow()
  }
  expect(() => withTags(many, { more: '' })).toThrow()
})

test('the broker is started again where there are clusters, as often as it takes', async () => {
  const { clusters, clock, advance } = createHouse()
  let attempts = 0
  const reopening = createReopening({
    clusters,
    entrance: {
      address: () => undefined,
      async ensureStarted() {
        attempts++
        if (attempts < 3) throw new Error('the port is taken')
        return undefined
      },
    },
    clock,
    log: silentLogger,
  })
  const { signal } = new AbortController()
  await reopening.run(signal)
  expect(attempts).toBe(0)
  await clusters.create(scope, events)
  const running = reopening.run(signal)
  await advance(20_000)
  await running
  expect(attempts).toBe(3)
})
