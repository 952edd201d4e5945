import { expect, test } from 'vitest'
import { createMemoryMeta } from '../../../../test/support/memory-meta.ts'
import type { MskToken } from '../../../../test/support/msk-token.ts'
import { mskBearerToken, mskIamPayload } from '../../../../test/support/msk-token.ts'
import { createVirtualClock } from '../../../../test/support/virtual-clock.ts'
import { createSeededRandom } from '../../../base/random.ts'
import { createSessions } from '../../../services/sts/sessions.ts'
import { createCredentials } from '../../credentials.ts'
import { createKeys } from '../../keys.ts'
import { createAwsTokens } from './aws-token.ts'
import { createBearerExchange, createMskIamExchange } from './token-exchanges.ts'

const startMs = Date.UTC(2026, 0, 1)
const now = new Date(startMs)

function setUp({ host = '127.0.0.1', auth = 'verify' as 'verify' | 'open' } = {}) {
  const { clock, advance } = createVirtualClock(startMs)
  const random = createSeededRandom(7)
  const keys = createKeys({ meta: createMemoryMeta(), clock, random })
  const sessions = createSessions({ rootSecret: 'root', clock, random })
  const config = { account: '000000000000', host, auth }
  const credentials = createCredentials({ config, keys, sessions })
  const tokens = createAwsTokens({ config, credentials, clock })
  const bearer = (token: string, more = '') =>
    createBearerExchange(tokens).step(Buffer.from(`n,,\x01auth=Bearer ${token}${more}\x01\x01`))
  const iam = (payload: object) =>
    createMskIamExchange(tokens, () => 'request-1').step(Buffer.from(JSON.stringify(payload)))
  return { keys, sessions, advance, bearer, iam }
}

/** A token of the virtual present. */
const token = (members: MskToken = {}) => mskBearerToken({ date: now, ...members })
const payload = (members: MskToken = {}, host?: string) =>
  mskIamPayload({ date: now, ...members }, host)

test('a token of a key is taken, and says account, region and how long it lives', async () => {
  const { keys, bearer, iam } = setUp()
  const key = await keys.add({ accountId: '123456789012', userName: 'ada' })
  const expected = {
    outcome: 'done',
    identity: {
      principal: 'User:arn:aws:iam::123456789012:user/ada',
      scope: { accountId: '123456789012', region: 'eu-west-1' },
      expiresMs: startMs + 900_000,
    },
  }
  expect(await bearer(token({ ...key, region: 'eu-west-1' }))).toMatchObject(expected)
  expect(await iam(payload({ ...key, region: 'eu-west-1' }))).toMatchObject(expected)
})

test('AWS_MSK_IAM answers its version and an id; OAUTHBEARER answers nothing', async () => {
  const { bearer, iam } = setUp()
  const [one, other] = [await iam(payload()), await bearer(token())]
  const answer = { version: '2020_10_22', 'request-id': 'request-1' }
  expect(one.outcome === 'done' && JSON.parse(one.reply.toString())).toEqual(answer)
  expect(other.outcome === 'done' && other.reply).toHaveLength(0)
})

test('extensions beside the token are passed over', async () => {
  const { bearer } = setUp()
  expect(await bearer(token(), '\x01logicalCluster=x')).toMatchObject({ outcome: 'done' })
})

test('a well-known key is taken on loopback only', async () => {
  const account = token({ accessKeyId: '222222222222' })
  expect(await setUp().bearer(account)).toMatchObject({
    identity: { principal: 'User:arn:aws:iam::222222222222:root' },
  })
  expect(await setUp({ host: '0.0.0.0' }).bearer(account)).toMatchObject({ outcome: 'failed' })
})

test('a temporary key needs its session token, which is signed too', async () => {
  const { sessions, bearer } = setUp()
  const scope = { accountId: '333333333333', region: 'us-east-1' }
  const callerArn = 'arn:aws:iam::333333333333:root'
  const session = sessions.issueForCaller({ scope, callerArn, durationSeconds: 3600 })
  expect(await bearer(token(session))).toMatchObject({ outcome: 'done', identity: { scope } })
  const { sessionToken: _, ...without } = session
  expect(await bearer(token(without))).toMatchObject({ outcome: 'failed' })
  expect(await bearer(token({ ...session, sessionToken: 'x.y' }))).toMatchObject({
    outcome: 'failed',
  })
})

test('a token is taken until it expires, and not a moment longer', async () => {
  const { advance, bearer } = setUp()
  await advance(899_999)
  expect(await bearer(token())).toMatchObject({ outcome: 'done' })
  await advance(1)
  const reason = 'Access denied: the token has expired.'
  expect(await bearer(token())).toEqual({ outcome: 'failed', reason })
})

test.each<[string, MskToken]>([
  ['of another secret', { secretAccessKey: 'other' }],
  ['of an unknown key', { accessKeyId: 'AKIAUNKNOWN' }],
  ['for another action', { action: 'kafka-cluster:Alter' }],
  ['for another service', { service: 'kafka' }],
  ['that lives longer than AWS allows', { expiresSeconds: 901 }],
  ['that lives for no time', { expiresSeconds: 0 }],
  ['of the future', { date: new Date(startMs + 301_000) }],
])('a token %s is refused', async (_, members) => {
  const { bearer, iam } = setUp()
  expect(await bearer(token(members))).toMatchObject({ outcome: 'failed' })
  expect(await iam(payload(members))).toMatchObject({ outcome: 'failed' })
})

test('whatever is changed in a signed payload is noticed', async () => {
  const { iam } = setUp()
  const good = payload({}, 'broker.example')
  expect(await iam(good)).toMatchObject({ outcome: 'done' })
  const changes: object[] = [
    { host: 'other.example' },
    { 'x-amz-date': '20260101T000001Z' },
    { 'x-amz-expires': '899' },
    { 'x-amz-credential': good['x-amz-credential']?.replace('us-east-1', 'us-east-2') },
    { 'x-amz-signature': 'f'.repeat(64) },
    { 'x-amz-security-token': 'more' },
    { version: '2019_01_01' },
    { surprise: 'nobody signed it' },
    { 'user-agent': 1 },
  ]
  for (const change of changes) {
    expect(await iam({ ...good, ...change }), JSON.stringify(change)).toMatchObject({
      outcome: 'failed',
    })
  }
  for (const name of Object.keys(good).filter((one) => one !== 'user-agent')) {
    const { [name]: _, ...without } = good
    expect(await iam(without), name).toMatchObject({ outcome: 'failed' })
  }
})

test.each([
  'hello',
  Buffer.from('https://example.com').toString('base64url'),
  Buffer.from('ftp://example.com/?Action=x').toString('base64url'),
  'eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZGEifQ.',
])('a token that is no presigned URL is refused by name: %s', async (text) => {
  const { bearer } = setUp()
  expect(await bearer(text)).toMatchObject({ outcome: 'failed' })
})

test.each(['[]', 'null', '"x"', '{', '', '{"version":1}'])(
  'a payload that is no object of texts is refused: %s',
  async (text) => {
    const { clock } = createVirtualClock(startMs)
    const tokens = createAwsTokens({
      config: { auth: 'verify' },
      credentials: {
        advice: '',
        find: async () => 'unknown',
        assume: async () => Promise.reject(new Error('not asked')),
      },
      clock,
    })
    const exchange = createMskIamExchange(tokens, () => 'id')
    expect(await exchange.step(Buffer.from(text))).toMatchObject({ outcome: 'failed' })
  },
)

test('with --auth open any key is taken, but not any claim', async () => {
  const { bearer } = setUp({ auth: 'open' })
  expect(await bearer(token({ secretAccessKey: 'whatever', accessKeyId: 'X' }))).toMatchObject({
    outcome: 'done',
  })
  expect(await bearer(token({ service: 's3' }))).toMatchObject({ outcome: 'failed' })
})
