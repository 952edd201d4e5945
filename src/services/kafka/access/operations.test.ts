import { expect, test } from 'vitest'
import { createMemoryMeta } from '../../../../test/support/memory-meta.ts'
import { createVirtualClock } from '../../../../test/support/virtual-clock.ts'
import { EngineError } from '../../../base/errors.ts'
import type { Logger } from '../../../base/logger.ts'
import { silentLogger } from '../../../base/logger.ts'
import { createSeededRandom } from '../../../base/random.ts'
import type { MetaStore } from '../../../engines/meta/port.ts'
import type { KafkaApiName, KafkaClientRequest, KafkaResponse } from '../../../wire/kafka/apis.ts'
import type { KafkaErrorName } from '../../../wire/kafka/errors.ts'
import { kafkaErrorCode } from '../../../wire/kafka/errors.ts'
import type { KafkaConnection } from '../../../wire/kafka/operation.ts'
import { createAccess } from './access.ts'
import { bindAccessOperations } from './access-operations.ts'
import { accessLimits } from './limits.ts'
import { saltPassword } from './scram.ts'

const connection: KafkaConnection = {
  accountId: '111111111111',
  region: 'us-east-1',
  id: 'one',
  principal: 'User:alice',
  clientAddress: '10.0.0.1',
  advertised: { host: 'localhost', port: 9092 },
  signal: new AbortController().signal,
  log: silentLogger,
}

async function setUp() {
  const { clock } = createVirtualClock()
  const access = createAccess({
    meta: createMemoryMeta(),
    clock,
    random: createSeededRandom(5),
    log: silentLogger,
  })
  await access.hold(connection)
  const operations = new Map(bindAccessOperations(access).map((one) => [one.name, one]))
  async function call<Name extends KafkaApiName>(
    name: Name,
    request: KafkaClientRequest<Name>,
    as: Partial<KafkaConnection> = {},
  ): Promise<KafkaResponse<Name>> {
    const context = { connection: { ...connection, ...as }, apiVersion: 3, clientId: 'c' }
    return (await operations.get(name)?.run(request, context)) as KafkaResponse<Name>
  }
  return { access, call }
}

const acl = {
  resourceType: 2,
  resourceName: 'orders',
  resourcePatternType: 3,
  principal: 'User:alice',
  host: '*',
  operation: 3,
  permissionType: 3,
}
const anyAcl = {
  resourceTypeFilter: 1,
  resourceNameFilter: null,
  patternTypeFilter: 1,
  principalFilter: null,
  hostFilter: null,
  operation: 1,
  permissionType: 1,
}
const code = (name: KafkaErrorName) => kafkaErrorCode(name)

test('rules are made, hold at once, are found and removed', async () => {
  const { access, call } = await setUp()
  const orders = { type: 'topic', name: 'orders' } as const
  const bob = { ...connection, principal: 'User:bob' }
  expect(access.authorizer.allows(bob, 'read', orders)).toBe(true)
  expect(await call('createAcls', { creations: [acl, { ...acl, operation: 8 }] })).toMatchObject({
    results: [{ errorCode: 0 }, { errorCode: 0 }],
  })
  expect(access.authorizer.allows(bob, 'read', orders)).toBe(false)
  expect(access.authorizer.allows(connection, 'read', orders)).toBe(true)
  const { resourceType, resourceName, resourcePatternType: patternType, ...rest } = acl
  expect(await call('describeAcls', { ...anyAcl, operation: 3 })).toEqual({
    errorCode: 0,
    errorMessage: null,
    resources: [{ resourceType, resourceName, patternType, acls: [expect.objectContaining(rest)] }],
  })
  const { filterResults } = await call('deleteAcls', { filters: [anyAcl] })
  expect(filterResults[0]?.matchingAcls).toHaveLength(2)
  expect(access.authorizer.allows(bob, 'read', orders)).toBe(true)
})

test('who came by IAM stands above the rules', async () => {
  const { access, call } = await setUp()
  await call('createAcls', { creations: [{ ...acl, permissionType: 2, principal: 'User:*' }] })
  const orders = { type: 'topic', name: 'orders' } as const
  const ada = { ...connection, principal: 'User:arn:aws:iam::111111111111:user/ada' }
  expect(access.authorizer.allows(connection, 'read', orders)).toBe(false)
  expect(access.authorizer.allows(ada, 'read', orders)).toBe(true)
})

test('rules are those of their account and region, and of nobody who has no connection', async () => {
  const { access, call } = await setUp()
  await call('createAcls', { creations: [{ ...acl, resourceName: '*', principal: 'User:carol' }] })
  const topic = { type: 'topic', name: 'x' } as const
  const elsewhere = { ...connection, region: 'eu-west-1' }
  expect(access.authorizer.allows(connection, 'read', topic)).toBe(false)
  expect(access.authorizer.allows(elsewhere, 'read', topic)).toBe(false)
  const release = await access.hold(elsewhere)
  expect(access.authorizer.allows(elsewhere, 'read', topic)).toBe(true)
  release()
})

test.each([
  [{ resourceType: 7 }, /resource type 7 is not served/],
  [{ resourceType: 4, resourceName: 'other' }, /only valid name for the CLUSTER/],
  [{ resourceName: '' }, /empty resource name/],
  [{ resourcePatternType: 2 }, /pattern type 2/],
  [{ operation: 1 }, /operation 1/],
  [{ operation: 13 }, /operation 13/],
  [{ permissionType: 1 }, /permission type 1/],
  [{ principal: 'Group:x' }, /not one of a user/],
  [{ host: '' }, /host/],
  [{ resourceName: 'x'.repeat(accessLimits.ruleTextLengthMax + 1) }, /at most 1024/],
])('a rule that cannot hold is refused, and the others are made: %o', async (change, message) => {
  const { access, call } = await setUp()
  const { results } = await call('createAcls', { creations: [{ ...acl, ...change }, acl] })
  expect(results).toMatchObject([{ errorCode: code('INVALID_REQUEST') }, { errorCode: 0 }])
  expect(results[0]?.errorMessage).toMatch(message)
  expect(await access.acls.find(connection, {})).toHaveLength(1)
})

test('a request makes so many rules and not one more', async () => {
  const { call } = await setUp()
  const creations = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ ...acl, resourceName: `t${index}` }))
  const { rulesPerRequestMax: max } = accessLimits
  const good = await call('createAcls', { creations: creations(max) })
  expect(new Set(good.results.map(({ errorCode }) => errorCode))).toEqual(new Set([0]))
  const bad = await call('createAcls', { creations: creations(max + 1) })
  expect(new Set(bad.results.map(({ errorCode }) => errorCode))).toEqual(
    new Set([code('POLICY_VIOLATION')]),
  )
})

test('requests at the same time make no more rules than an account may have', async () => {
  const { access } = await setUp()
  const rules = (prefix: string, count: number) =>
    Array.from({ length: count }, (_, index) => ({
      resourceType: 'topic' as const,
      patternType: 'literal' as const,
      resourceName: `${prefix}${index}`,
      principal: 'User:carol',
      host: '*',
      operation: 'read' as const,
      permission: 'allow' as const,
    }))
  const { aclsMax } = accessLimits
  expect(await access.acls.add(connection, rules('a', aclsMax - 1))).toBe('added')
  const answers = ['b', 'c'].map((prefix) => access.acls.add(connection, rules(prefix, 1)))
  expect(await Promise.all(answers)).toEqual(['added', 'full'])
})

test('rules that cannot be read are read again in the next round', async () => {
  const { clock, advance } = createVirtualClock()
  const memory = createMemoryMeta()
  let fails = false
  const meta: MetaStore = {
    ...memory,
    capabilities: { shared: true },
    scan: async (range) => {
      if (fails) throw new EngineError('unavailable', 'no connection')
      return memory.scan(range)
    },
  }
  const told: object[] = []
  const log: Logger = { ...silentLogger, error: (fields) => void told.push(fields) }
  const here = createAccess({ meta, clock, random: createSeededRandom(5), log })
  const other = createAccess({ meta: memory, clock, random: createSeededRandom(6), log })
  await here.hold(connection)
  const stop = new AbortController()
  const running = here.run(stop.signal)
  fails = true
  await advance(5_000)
  expect(told).toHaveLength(1)
  fails = false
  await other.acls.add(connection, [
    {
      resourceType: 'topic',
      patternType: 'literal',
      resourceName: 'orders',
      principal: 'User:carol',
      host: '*',
      operation: 'read',
      permission: 'allow',
    },
  ])
  await advance(5_000)
  expect(here.authorizer.allows(connection, 'read', { type: 'topic', name: 'orders' })).toBe(false)
  stop.abort()
  await running
})

test('a hundred thousand users are asked for without a standstill', async () => {
  const { call } = await setUp()
  const users = Array.from({ length: 100_000 }, (_, index) => ({ name: `user-${index}` }))
  const begunMs = performance.now()
  const { results } = await call('describeUserScramCredentials', { users: [...users, ...users] })
  expect(performance.now() - begunMs).toBeLessThan(4_000)
  expect(results).toHaveLength(users.length)
  expect(new Set(results.map(({ errorCode }) => errorCode))).toEqual(
    new Set([code('DUPLICATE_RESOURCE')]),
  )
})

test('a filter for what is not served is refused', async () => {
  const { call } = await setUp()
  const filter = { ...anyAcl, resourceTypeFilter: 7 }
  const error = { errorCode: code('INVALID_REQUEST') }
  expect(await call('describeAcls', filter)).toMatchObject({ ...error, resources: [] })
  expect(await call('deleteAcls', { filters: [filter] })).toMatchObject({ filterResults: [error] })
})

test('without the right to the cluster nothing of it is told or changed', async () => {
  const { access, call } = await setUp()
  await access.acls.add(connection, [
    {
      resourceType: 'cluster',
      patternType: 'literal',
      resourceName: 'kafka-cluster',
      principal: 'User:carol',
      host: '*',
      operation: 'all',
      permission: 'allow',
    },
  ])
  const denied = { errorCode: code('CLUSTER_AUTHORIZATION_FAILED') }
  const entity = [{ entityType: 'user', entityName: null }]
  expect(await call('createAcls', { creations: [acl] })).toMatchObject({ results: [denied] })
  expect(await call('deleteAcls', { filters: [anyAcl] })).toMatchObject({ filterResults: [denied] })
  expect(await call('describeAcls', anyAcl)).toMatchObject(denied)
  expect(await call('describeUserScramCredentials', { users: null })).toMatchObject(denied)
  const deletions = [{ name: 'x', mechanism: 1 }]
  expect(await call('alterUserScramCredentials', { deletions, upsertions: [] })).toMatchObject({
    results: [{ user: 'x', ...denied }],
  })
  expect(await call('describeClientQuotas', { components: [], strict: false })).toMatchObject(
    denied,
  )
  expect(
    await call('alterClientQuotas', { entries: [{ entity, ops: [] }], validateOnly: false }),
  ).toMatchObject({ entries: [denied] })
  const carol = { principal: 'User:carol' }
  expect(await call('describeAcls', anyAcl, carol)).toMatchObject({ errorCode: 0 })
})

async function upsertion(name: string, mechanism: 1 | 2, iterations = 4096) {
  const salt = Buffer.from('some salt')
  const sasl = mechanism === 1 ? 'SCRAM-SHA-256' : 'SCRAM-SHA-512'
  return {
    name,
    mechanism,
    iterations,
    salt,
    saltedPassword: await saltPassword(sasl, 'x', salt, 1),
  }
}

test('users are made, described without their secrets, and removed', async () => {
  const { access, call } = await setUp()
  const upsertions = [
    await upsertion('ann', 1),
    await upsertion('ann', 2, accessLimits.scramIterationsMax),
    await upsertion('bea', 2),
  ]
  expect(await call('alterUserScramCredentials', { deletions: [], upsertions })).toMatchObject({
    results: [
      { user: 'ann', errorCode: 0 },
      { user: 'bea', errorCode: 0 },
    ],
  })
  expect((await access.users.find('ann'))?.credentials.size).toBe(2)
  expect(await call('describeUserScramCredentials', { users: null })).toMatchObject({
    errorCode: 0,
    results: [
      {
        user: 'ann',
        credentialInfos: [
          { mechanism: 1, iterations: 4096 },
          { mechanism: 2, iterations: 16_384 },
        ],
      },
      { user: 'bea', credentialInfos: [{ mechanism: 2, iterations: 4096 }] },
    ],
  })
  const users = ['bea', 'nobody', 'ann', 'ann'].map((name) => ({ name }))
  expect(await call('describeUserScramCredentials', { users })).toMatchObject({
    results: [
      { user: 'bea', errorCode: 0 },
      { user: 'nobody', errorCode: code('RESOURCE_NOT_FOUND') },
      { user: 'ann', errorCode: code('DUPLICATE_RESOURCE') },
    ],
  })
  const deletions = [{ name: 'bea', mechanism: 2 }]
  const gone = { deletions, upsertions: [] }
  expect(await call('alterUserScramCredentials', gone)).toMatchObject({
    results: [{ errorCode: 0 }],
  })
  expect(await call('alterUserScramCredentials', gone)).toMatchObject({
    results: [{ errorCode: code('RESOURCE_NOT_FOUND') }],
  })
  expect(await access.users.find('bea')).toBeUndefined()
})

test('credentials that cannot be are refused, and nothing of their user is changed', async () => {
  const { access, call } = await setUp()
  const good = await upsertion('ann', 1)
  const cases = [
    [await upsertion('ann', 1, accessLimits.scramIterationsMin - 1), 'UNACCEPTABLE_CREDENTIAL'],
    [await upsertion('ann', 1, accessLimits.scramIterationsMax + 1), 'UNACCEPTABLE_CREDENTIAL'],
    [{ ...good, mechanism: 3 }, 'UNSUPPORTED_SASL_MECHANISM'],
    [{ ...good, name: '' }, 'UNACCEPTABLE_CREDENTIAL'],
    [{ ...good, name: 'arn:aws:iam::1:root' }, 'UNACCEPTABLE_CREDENTIAL'],
    [{ ...good, name: 'x'.repeat(129) }, 'UNACCEPTABLE_CREDENTIAL'],
    [{ ...good, saltedPassword: Buffer.alloc(31) }, 'UNACCEPTABLE_CREDENTIAL'],
    [{ ...good, salt: Buffer.alloc(0) }, 'UNACCEPTABLE_CREDENTIAL'],
  ] as const
  for (const [upsert, error] of cases) {
    const { results } = await call('alterUserScramCredentials', {
      deletions: [],
      upsertions: [upsert],
    })
    expect(results).toMatchObject([{ user: upsert.name, errorCode: code(error) }])
  }
  const both = { deletions: [{ name: 'ann', mechanism: 1 }], upsertions: [good] }
  expect(await call('alterUserScramCredentials', both)).toMatchObject({
    results: [{ user: 'ann', errorCode: code('DUPLICATE_RESOURCE') }],
  })
  expect(await access.users.list(connection)).toEqual([])
})

test('a name that another account has is refused', async () => {
  const { call } = await setUp()
  const request = { deletions: [], upsertions: [await upsertion('ann', 1)] }
  await call('alterUserScramCredentials', request)
  const other = { accountId: '222222222222', principal: 'User:arn:aws:iam::222222222222:root' }
  expect(await call('alterUserScramCredentials', request, other)).toMatchObject({
    results: [{ errorCode: code('UNACCEPTABLE_CREDENTIAL') }],
  })
})

test('quotas are set, described by filters and removed; others are refused by name', async () => {
  const { access, call } = await setUp()
  const user = (entityName: string | null) => ({ entityType: 'user', entityName })
  const client = (entityName: string | null) => ({ entityType: 'client-id', entityName })
  const op = (key: string, value: number) => ({ key, value, remove: false })
  const alter = (entity: ReturnType<typeof user>[], ops: ReturnType<typeof op>[]) =>
    call('alterClientQuotas', { entries: [{ entity, ops }], validateOnly: false })
  await alter([user('ann')], [op('producer_byte_rate', 100), op('consumer_byte_rate', 200)])
  await alter([user('ann'), client(null)], [op('producer_byte_rate', 50)])
  await alter([client('app')], [op('consumer_byte_rate', 1.5)])
  const describe = async (
    components: { entityType: string; matchType: number; match: string | null }[],
    strict: boolean,
  ) => (await call('describeClientQuotas', { components, strict })).entries
  expect(await describe([], false)).toHaveLength(3)
  const ann = { entityType: 'user', matchType: 0, match: 'ann' }
  expect(await describe([ann], false)).toHaveLength(2)
  expect(await describe([ann], true)).toEqual([
    {
      entity: [user('ann')],
      values: [
        { key: 'producer_byte_rate', value: 100 },
        { key: 'consumer_byte_rate', value: 200 },
      ],
    },
  ])
  expect(
    await describe([{ entityType: 'client-id', matchType: 1, match: null }], false),
  ).toHaveLength(1)
  expect(
    await describe([{ entityType: 'client-id', matchType: 2, match: null }], false),
  ).toHaveLength(2)
  const refused = code('INVALID_REQUEST')
  const cases = [
    [[], [op('producer_byte_rate', 1)]],
    [[{ entityType: 'ip', entityName: '10.0.0.1' }], [op('producer_byte_rate', 1)]],
    [[user('a'), user('b')], [op('producer_byte_rate', 1)]],
    [[user('')], [op('producer_byte_rate', 1)]],
    [[user('a')], [op('request_percentage', 1)]],
    [[user('a')], [op('producer_byte_rate', 0)]],
    [[user('a')], [op('producer_byte_rate', Number.NaN)]],
    [[user('a')], [op('producer_byte_rate', 1), op('producer_byte_rate', 2)]],
  ] as const
  for (const [entity, ops] of cases) {
    expect(await alter([...entity], [...ops])).toMatchObject({ entries: [{ errorCode: refused }] })
  }
  const remove = { key: 'consumer_byte_rate', value: 0, remove: true }
  await call('alterClientQuotas', {
    entries: [{ entity: [client('app')], ops: [remove] }],
    validateOnly: true,
  })
  expect(await access.quotas.list(connection)).toHaveLength(3)
  await alter([client('app')], [remove])
  expect(await access.quotas.list(connection)).toHaveLength(2)
})
