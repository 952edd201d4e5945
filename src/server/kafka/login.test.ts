import { afterEach, expect, test } from 'vitest'
import type { KafkaPeer } from '../../../test/support/kafka-peer.ts'
import { connectKafka } from '../../../test/support/kafka-peer.ts'
import { mskBearerToken, mskIamPayload } from '../../../test/support/msk-token.ts'
import { logIn, scramClient } from '../../../test/support/scram-client.ts'
import type { TestBroker } from '../../../test/support/test-broker.ts'
import { startTestBroker } from '../../../test/support/test-broker.ts'
import {
  clientCertificate,
  strangersCertificate,
  testCertificate,
} from '../../../test/support/test-certificate.ts'
import type { Clock } from '../../base/clock.ts'
import { systemClock } from '../../base/clock.ts'
import { kafkaErrorCode } from '../../wire/kafka/errors.ts'
import type { KafkaConnection } from '../../wire/kafka/operation.ts'
import { kafkaLimits } from './limits.ts'

const brokers: TestBroker[] = []
const scope = { accountId: '111111111111', region: 'eu-west-1' }
const failedCode = kafkaErrorCode('SASL_AUTHENTICATION_FAILED')

/** A broker with the users alice and bob, whose Heartbeat says as whom it was called. */
async function start(options: Parameters<typeof startTestBroker>[0] = {}) {
  const callers: KafkaConnection[] = []
  const started = await startTestBroker({
    operations: {
      async heartbeat(_, { connection }) {
        callers.push(connection)
        return { errorCode: 0 }
      },
    },
    ...options,
  })
  brokers.push(started)
  for (const user of ['alice', 'bob']) {
    for (const mechanism of ['SCRAM-SHA-256', 'SCRAM-SHA-512'] as const) {
      await started.access.users.setPassword(scope, user, `${user}'s secret`, mechanism)
    }
  }
  return { ...started, callers }
}

afterEach(async () => {
  await Promise.all(brokers.splice(0).map(({ broker }) => broker.drain()))
})

/** The time of the system, and more of it when that is wanted. */
function movableClock() {
  let aheadMs = 0
  const clock: Clock = { ...systemClock, wallMs: () => systemClock.wallMs() + aheadMs }
  const advance = (ms: number) => {
    aheadMs += ms
  }
  return { clock, advance }
}

const heartbeat = { groupId: 'g', generationId: 1, memberId: 'm' }
const beat = (peer: KafkaPeer) => peer.ask('heartbeat', heartbeat)
const bearer = (token: string) => Buffer.from(`n,,\x01auth=Bearer ${token}\x01\x01`)

async function logInByToken(peer: KafkaPeer, token: string, version = 2) {
  await peer.ask('saslHandshake', { mechanism: 'OAUTHBEARER' })
  return peer.ask('saslAuthenticate', { authBytes: bearer(token) }, { version })
}

test.each(['SCRAM-SHA-256', 'SCRAM-SHA-512'] as const)(
  'a user logs in by %s, and the server proves itself',
  async (mechanism) => {
    const { port, callers } = await start()
    const peer = await connectKafka(port)
    expect(await logIn(peer, mechanism, 'alice', "alice's secret")).toMatchObject({
      errorCode: 0,
      sessionLifetimeMs: 0,
      proved: true,
    })
    await beat(peer)
    expect(callers[0]).toMatchObject({ principal: 'User:alice', ...scope })
    peer.end()
  },
)

test('a wrong password, an unknown user and a wrong proof are told alike, and end the connection', async () => {
  const { port } = await start()
  for (const [user, password] of [
    ['alice', "bob's secret"],
    ['nobody', 'x'],
  ] as const) {
    const peer = await connectKafka(port)
    expect(await logIn(peer, 'SCRAM-SHA-256', user, password)).toMatchObject({
      errorCode: failedCode,
      errorMessage: 'Invalid credentials with SASL mechanism SCRAM-SHA-256.',
    })
    await peer.closed
  }
})

test('after a handshake of version 0 the messages come as they are', async () => {
  const { port, callers } = await start()
  const peer = await connectKafka(port)
  const client = scramClient('SCRAM-SHA-512', 'bob', "bob's secret")
  const raw = async (message: Buffer) => {
    const size = Buffer.alloc(4)
    size.writeInt32BE(message.length)
    peer.write(Buffer.concat([size, message]))
    return peer.nextFrame()
  }
  await peer.ask('saslHandshake', { mechanism: 'SCRAM-SHA-512' }, { version: 0 })
  const last = await raw(client.final(await raw(client.first)))
  expect(client.isServerProved(last)).toBe(true)
  await beat(peer)
  expect(callers[0]).toMatchObject({ principal: 'User:bob' })
  peer.end()
})

test('a mechanism that is not served is refused with those that are', async () => {
  const { port } = await start()
  const peer = await connectKafka(port)
  expect(await peer.ask('saslHandshake', { mechanism: 'GSSAPI' })).toEqual({
    errorCode: kafkaErrorCode('UNSUPPORTED_SASL_MECHANISM'),
    mechanisms: ['SCRAM-SHA-256', 'SCRAM-SHA-512', 'OAUTHBEARER', 'AWS_MSK_IAM', 'PLAIN'],
  })
  await peer.closed
})

test('messages out of turn are refused', async () => {
  const { port } = await start()
  const early = await connectKafka(port)
  const illegal = kafkaErrorCode('ILLEGAL_SASL_STATE')
  const authBytes = Buffer.from('n,,n=alice,r=x')
  expect(await early.ask('saslAuthenticate', { authBytes })).toMatchObject({ errorCode: illegal })
  await early.closed
  const late = await connectKafka(port)
  await beat(late)
  expect(await late.ask('saslHandshake', { mechanism: 'PLAIN' })).toMatchObject({
    errorCode: illegal,
  })
  await late.closed
})

test('who is not known yet sends so much and not one byte more', async () => {
  const { port } = await start({ config: { kafkaAuth: 'required' } })
  const { unknownFrameSizeMax: frameMax, saslMessageSizeMax: messageMax } = kafkaLimits
  const authBytes = Buffer.alloc(messageMax + 1)
  const large = await connectKafka(port)
  await large.ask('saslHandshake', { mechanism: 'PLAIN' })
  expect(await large.ask('saslAuthenticate', { authBytes })).toMatchObject({
    errorCode: failedCode,
    errorMessage: 'The message is too long.',
  })
  const overhead = large.encode('saslAuthenticate', { authBytes: Buffer.alloc(frameMax) }).length
  const sized = (size: number) => ({ authBytes: Buffer.alloc(size - (overhead - frameMax) + 4) })
  const most = await connectKafka(port)
  expect(await most.ask('saslAuthenticate', sized(frameMax))).toMatchObject({
    errorCode: kafkaErrorCode('ILLEGAL_SASL_STATE'),
  })
  const more = await connectKafka(port)
  await expect(more.ask('saslAuthenticate', sized(frameMax + 1))).rejects.toThrow(/closed/)
})

test('where a login is needed nothing is served before it, except what leads to it', async () => {
  const { port, callers, counts } = await start({ config: { kafkaAuth: 'required' } })
  const peer = await connectKafka(port)
  const versions = { clientSoftwareName: 'x', clientSoftwareVersion: '1' }
  expect(await peer.ask('apiVersions', versions)).toMatchObject({ errorCode: 0 })
  await expect(beat(peer)).rejects.toThrow(/closed/)
  expect(callers).toEqual([])
  expect(counts.get('headrace_kafka_errors_total')).toBe(1)
  const other = await connectKafka(port)
  await logIn(other, 'SCRAM-SHA-256', 'alice', "alice's secret")
  expect(await beat(other)).toMatchObject({ errorCode: 0 })
  other.end()
})

test('beyond loopback a login is needed, and what could be shown again is not taken without TLS', async () => {
  const { port, address } = await start({ config: { host: '0.0.0.0' } })
  expect(address).toMatchObject({ needsLogin: true, tls: false })
  const stranger = await connectKafka(port)
  await expect(beat(stranger)).rejects.toThrow(/closed/)
  const peer = await connectKafka(port)
  expect(await peer.ask('saslHandshake', { mechanism: 'OAUTHBEARER' })).toMatchObject({
    errorCode: kafkaErrorCode('UNSUPPORTED_SASL_MECHANISM'),
    mechanisms: ['SCRAM-SHA-256', 'SCRAM-SHA-512'],
  })
  const user = await connectKafka(port)
  expect(await logIn(user, 'SCRAM-SHA-256', 'bob', "bob's secret")).toMatchObject({ proved: true })
  user.end()
})

test('beyond loopback, TLS and a configured key let a token in; the well-known one does not', async () => {
  const { port, keys, callers } = await start({
    config: { host: '0.0.0.0', tls: true },
    tls: testCertificate,
  })
  const key = await keys.add({ accountId: '123456789012', userName: 'ada' })
  const known = await connectKafka(port, { ca: testCertificate.cert, servername: 'localhost' })
  expect(await logInByToken(known, mskBearerToken({ accessKeyId: 'test' }))).toMatchObject({
    errorCode: failedCode,
  })
  const peer = await connectKafka(port, { ca: testCertificate.cert, servername: 'localhost' })
  expect(await logInByToken(peer, mskBearerToken({ ...key, region: 'eu-west-1' }))).toMatchObject({
    errorCode: 0,
  })
  await beat(peer)
  expect(callers[0]).toMatchObject({
    principal: 'User:arn:aws:iam::123456789012:user/ada',
    accountId: '123456789012',
    region: 'eu-west-1',
    advertised: { host: 'localhost', port },
  })
  peer.end()
})

test('a session lives as long as its token, and longer after a new login of the same principal', async () => {
  const { clock, advance } = movableClock()
  const { port, callers } = await start({ clock })
  const peer = await connectKafka(port)
  const lifetime = async (token: string) => (await logInByToken(peer, token)).sessionLifetimeMs
  expect(await lifetime(mskBearerToken({ expiresSeconds: 60 }))).toBeLessThanOrEqual(60_000)
  await beat(peer)
  expect(await lifetime(mskBearerToken())).toBeGreaterThan(800_000)
  advance(60_000)
  await beat(peer)
  expect(callers[1]).toBe(callers[0])
  expect(await logIn(peer, 'SCRAM-SHA-256', 'alice', "alice's secret")).toMatchObject({
    errorCode: failedCode,
    errorMessage: 'Cannot change principals during re-authentication.',
  })
  await peer.closed
})

test('a session whose token has expired is ended, unless its client never heard of lifetimes', async () => {
  const { clock, advance } = movableClock()
  const { port } = await start({ clock })
  const modern = await connectKafka(port)
  const ancient = await connectKafka(port)
  const token = mskBearerToken({ expiresSeconds: 60 })
  await logInByToken(modern, token, 1)
  expect(await logInByToken(ancient, token, 0)).toMatchObject({ sessionLifetimeMs: 0 })
  await beat(modern)
  advance(60_000)
  await expect(beat(modern)).rejects.toThrow(/closed/)
  expect(await beat(ancient)).toMatchObject({ errorCode: 0 })
  ancient.end()
})

test('an expired token and one for another action are refused in words', async () => {
  const { port } = await start()
  const expired = mskBearerToken({ date: new Date(Date.now() - 901_000) })
  const other = mskBearerToken({ action: 'kafka-cluster:ReadData' })
  for (const [token, words] of [
    [expired, /expired/],
    [other, /not for kafka-cluster:Connect/],
  ] as const) {
    const peer = await connectKafka(port)
    const answer = await logInByToken(peer, token)
    expect(answer.errorCode).toBe(failedCode)
    expect(answer.errorMessage).toMatch(words)
    await peer.closed
  }
})

test('AWS_MSK_IAM logs in with its own payload', async () => {
  const { port, callers } = await start()
  const peer = await connectKafka(port)
  await peer.ask('saslHandshake', { mechanism: 'AWS_MSK_IAM' })
  const payload = mskIamPayload({ accessKeyId: '222222222222', region: 'us-west-2' })
  const authBytes = Buffer.from(JSON.stringify(payload))
  const answer = await peer.ask('saslAuthenticate', { authBytes })
  expect(JSON.parse(answer.authBytes.toString())).toMatchObject({ version: '2020_10_22' })
  await beat(peer)
  expect(callers[0]).toMatchObject({ accountId: '222222222222', region: 'us-west-2' })
  peer.end()
})

test('a certificate of the configured authority is a principal; one of strangers is refused', async () => {
  const { port, callers, counts } = await start({
    config: { kafkaAuth: 'required', tls: true },
    tls: { ...testCertificate, clientCa: clientCertificate.cert },
  })
  const trusted = { ca: testCertificate.cert, servername: 'localhost' }
  const alice = await connectKafka(port, { ...trusted, ...clientCertificate })
  await beat(alice)
  expect(callers[0]).toMatchObject({
    principal: 'User:CN=alice,OU=ads,O=Example\\, Inc',
    accountId: '000000000000',
  })
  alice.end()
  const stranger = await connectKafka(port, { ...trusted, ...strangersCertificate })
  await stranger.closed
  const nobody = await connectKafka(port, trusted)
  await expect(beat(nobody)).rejects.toThrow(/closed/)
  const user = await connectKafka(port, trusted)
  expect(await logIn(user, 'SCRAM-SHA-512', 'bob', "bob's secret")).toMatchObject({ proved: true })
  user.end()
  expect(counts.get('headrace_kafka_refused_connections_total')).toBe(1)
  expect(callers).toHaveLength(1)
})

test('plain connections are served beside TLS on the same port', async () => {
  const { port } = await start({ config: { tls: true }, tls: testCertificate })
  const plain = await connectKafka(port)
  const secure = await connectKafka(port, { ca: testCertificate.cert, servername: 'localhost' })
  for (const peer of [plain, secure]) {
    expect(await beat(peer)).toMatchObject({ errorCode: 0 })
    peer.end()
  }
})
