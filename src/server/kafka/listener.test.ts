import fc from 'fast-check'
import { afterEach, expect, test } from 'vitest'
import { connectKafka, correlationOf, decodeKafka } from '../../../test/support/kafka-peer.ts'
import type { TestBroker } from '../../../test/support/test-broker.ts'
import { startTestBroker } from '../../../test/support/test-broker.ts'
import { EngineError } from '../../base/errors.ts'
import { noRules } from '../../services/kafka/broker-rules.ts'
import { kafkaApis } from '../../wire/kafka/apis.ts'
import { kafkaErrorCode } from '../../wire/kafka/errors.ts'
import { kafkaLimits } from './limits.ts'

const brokers: TestBroker[] = []

async function start(options: Parameters<typeof startTestBroker>[0] = {}) {
  const started = await startTestBroker(options)
  brokers.push(started)
  return started
}

afterEach(async () => {
  await Promise.all(brokers.splice(0).map(({ broker }) => broker.drain()))
})

const versions = { clientSoftwareName: 'test', clientSoftwareVersion: '1' }
const heartbeat = { groupId: 'g', generationId: 1, memberId: 'm' }
const produce = (acks: number, value = Buffer.from('x')) => ({
  acks,
  timeoutMs: 1000,
  topicData: [{ name: 't', partitionData: [{ index: 3, records: [value] }] }],
})

/** Settles when told to. */
function gate() {
  let open: () => void = () => undefined
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { open, opened }
}

test('what is served is told, and Produce from version 0 on', async () => {
  const { port } = await start({ operations: { produce: async () => undefined } })
  const peer = await connectKafka(port)
  const { apiKeys, errorCode } = await peer.ask('apiVersions', versions)
  expect(errorCode).toBe(0)
  const byKey = new Map(apiKeys.map((row) => [row.apiKey, row]))
  expect(byKey.get(0)).toMatchObject({ minVersion: 0, maxVersion: kafkaApis.produce.versions[1] })
  expect(byKey.has(18)).toBe(true)
  expect(byKey.has(36)).toBe(true)
  expect(byKey.has(1)).toBe(false)
  peer.end()
})

test('ApiVersions of an unknown version is answered in version 0, and the connection lives', async () => {
  const { port } = await start()
  const peer = await connectKafka(port)
  const bytes = peer.encode('apiVersions', versions)
  bytes.writeInt16BE(99, 6)
  peer.write(bytes)
  const answer = decodeKafka('apiVersions', 0, await peer.nextFrame())
  expect(answer.errorCode).toBe(kafkaErrorCode('UNSUPPORTED_VERSION'))
  expect(answer.apiKeys.length).toBeGreaterThan(0)
  expect(await peer.ask('apiVersions', versions)).toMatchObject({ errorCode: 0 })
  peer.end()
})

test('requests are begun in order without waiting, and answered in order', async () => {
  const gates = [gate(), gate(), gate()]
  const begun: number[] = []
  const { port } = await start({
    operations: {
      async heartbeat({ generationId }) {
        begun.push(generationId)
        await gates[generationId]?.opened
        return { errorCode: generationId }
      },
    },
  })
  const peer = await connectKafka(port)
  const requests = gates.map((_, generationId) =>
    peer.encode(
      'heartbeat',
      { ...heartbeat, generationId },
      { version: 3, correlationId: generationId },
    ),
  )
  peer.write(Buffer.concat(requests))
  await expect.poll(() => begun).toEqual([0, 1, 2])
  for (const { open } of [...gates].reverse()) open()
  for (const generationId of begun) {
    const frame = await peer.nextFrame()
    expect(correlationOf(frame)).toBe(generationId)
    expect(decodeKafka('heartbeat', 3, frame)).toMatchObject({ errorCode: generationId })
  }
  peer.end()
})

test('frames arrive in whatever pieces', async () => {
  const { port } = await start({ operations: { heartbeat: async () => ({ errorCode: 0 }) } })
  const peer = await connectKafka(port)
  const bytes = Buffer.concat([
    peer.encode('heartbeat', heartbeat, { version: 4, correlationId: 1 }),
    peer.encode('heartbeat', { ...heartbeat, groupId: 'x'.repeat(30_000) }, { correlationId: 2 }),
    peer.encode('heartbeat', heartbeat, { version: 0, correlationId: 3 }),
  ])
  let at = 0
  for (const size of [1, 2, 3, 5, 40, 1000, 20_000, bytes.length]) {
    peer.write(bytes.subarray(at, at + size))
    at += size
    await new Promise((resolve) => setImmediate(resolve))
  }
  for (const expected of [1, 2, 3]) expect(correlationOf(await peer.nextFrame())).toBe(expected)
  peer.end()
})

test('Produce with acks=0 is not answered, and its failure ends the connection', async () => {
  let fails = false
  const { port } = await start({
    operations: {
      async produce() {
        if (fails) throw new EngineError('full', 'no space')
        return undefined
      },
      heartbeat: async () => ({ errorCode: 0 }),
    },
  })
  const peer = await connectKafka(port)
  peer.write(peer.encode('produce', produce(0)))
  expect(await peer.ask('heartbeat', heartbeat)).toMatchObject({ errorCode: 0 })
  fails = true
  peer.write(peer.encode('produce', produce(0)))
  await peer.closed
})

test.each([
  [new EngineError('full', 'no space'), 'KAFKA_STORAGE_ERROR'],
  [new EngineError('unavailable', 'it stopped'), 'KAFKA_STORAGE_ERROR'],
  [new EngineError('timeout', 'too slow'), 'REQUEST_TIMED_OUT'],
  [new Error('a mistake of ours'), 'UNKNOWN_SERVER_ERROR'],
] as const)('%s is told in the place that the response has for it: %s', async (error, name) => {
  const { port, counts } = await start({
    operations: {
      produce: () => Promise.reject(error),
      heartbeat() {
        throw error
      },
    },
  })
  const peer = await connectKafka(port)
  const { responses } = await peer.ask('produce', produce(1))
  const partitionResponses = [{ index: 3, errorCode: kafkaErrorCode(name) }]
  expect(responses).toMatchObject([{ name: 't', partitionResponses }])
  expect(await peer.ask('heartbeat', heartbeat)).toMatchObject({ errorCode: kafkaErrorCode(name) })
  expect(counts.get('headrace_kafka_errors_total')).toBe(2)
  peer.end()
})

test('an API that nobody serves is refused by name, and the connection lives', async () => {
  const { port } = await start({ operations: { heartbeat: async () => ({ errorCode: 0 }) } })
  const peer = await connectKafka(port)
  const { errorCode } = await peer.ask('listGroups', { statesFilter: [], typesFilter: [] })
  expect(errorCode).toBe(kafkaErrorCode('UNSUPPORTED_VERSION'))
  expect(await peer.ask('heartbeat', heartbeat)).toMatchObject({ errorCode: 0 })
  peer.end()
})

test.each<[string, Buffer]>([
  ['HTTP', Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')],
  ['a negative size', Buffer.from('ffffffff00000000', 'hex')],
  ['a size beyond the limit', Buffer.from('7fffffff00000000', 'hex')],
  ['an empty frame', Buffer.from('00000000', 'hex')],
  ['an unknown API', Buffer.from('0000000a7fff000000000001ffff', 'hex')],
  ['a version that is not served', Buffer.from('0000000a000c7fff00000001ffff', 'hex')],
  ['a request cut short', Buffer.from('0000000a000c000000000001ffff', 'hex')],
  ['a TLS handshake, where there is no TLS', Buffer.from('160301020001000000', 'hex')],
])('%s ends its connection, and no other', async (_, bytes) => {
  const { port, counts } = await start({
    operations: { heartbeat: async () => ({ errorCode: 0 }) },
  })
  const other = await connectKafka(port)
  const peer = await connectKafka(port)
  peer.write(bytes)
  await peer.closed
  expect(counts.get('headrace_kafka_refused_connections_total')).toBe(1)
  expect(await other.ask('heartbeat', heartbeat)).toMatchObject({ errorCode: 0 })
  other.end()
})

test('whatever is sent, the broker goes on', async () => {
  const { port } = await start({
    operations: { heartbeat: async () => ({ errorCode: 0 }), produce: async () => undefined },
  })
  const good = await connectKafka(port)
  const seeds = [
    good.encode('heartbeat', heartbeat),
    good.encode('produce', produce(1)),
    good.encode('apiVersions', versions),
    good.encode('saslHandshake', { mechanism: 'SCRAM-SHA-256' }),
    good.encode('saslAuthenticate', { authBytes: Buffer.from('n,,n=a,r=b') }),
  ]
  const mutated = fc.tuple(
    fc.constantFrom(...seeds),
    fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 6 }),
    fc.nat({ max: 40 }),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(mutated, { minLength: 1, maxLength: 5 }), async (frames) => {
      const peer = await connectKafka(port)
      for (const [seed, changes, cut] of frames) {
        const bytes = Buffer.from(seed)
        for (const [at, value] of changes) bytes[at % bytes.length] = value
        peer.write(bytes.subarray(0, Math.max(1, bytes.length - (cut > 20 ? cut - 20 : 0))))
      }
      peer.socket.end()
      await peer.closed
    }),
    { numRuns: 200, seed: 9092 },
  )
  expect(await good.ask('heartbeat', heartbeat)).toMatchObject({ errorCode: 0 })
  good.end()
})

test('a connection with as much under way as it may have is not read', async () => {
  const { open, opened } = gate()
  let running = 0
  const { port } = await start({
    operations: {
      async heartbeat() {
        running++
        await opened
        return { errorCode: 0 }
      },
    },
  })
  const peer = await connectKafka(port)
  const count = kafkaLimits.inFlightMax + 36
  const request = peer.encode('heartbeat', heartbeat)
  peer.write(Buffer.concat(Array.from({ length: count }, () => request)))
  await expect.poll(() => running).toBe(kafkaLimits.inFlightMax)
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(running).toBe(kafkaLimits.inFlightMax)
  open()
  for (let index = 0; index < count; index++) await peer.nextFrame()
  expect(running).toBe(count)
  peer.end()
})

test('a slow reader is served no more than lies in the sockets and what is under way', async () => {
  const answer = Buffer.alloc(4 << 20)
  let served = 0
  const { port } = await start({
    operations: {
      async fetch() {
        served++
        const partition = {
          partitionIndex: 0,
          errorCode: 0,
          highWatermark: 1,
          abortedTransactions: null,
          records: [answer],
        }
        const topicId = '00000000-0000-0000-0000-000000000001'
        return { errorCode: 0, responses: [{ topicId, partitions: [partition] }] }
      },
    },
  })
  const peer = await connectKafka(port)
  peer.socket.pause()
  const fetch = {
    maxWaitMs: 1,
    minBytes: 1,
    maxBytes: 16 << 20,
    topics: [],
    forgottenTopicsData: [],
  }
  const request = peer.encode('fetch', fetch)
  const count = 24
  for (let index = 0; index < count; index++) peer.write(request)
  await expect.poll(() => served).toBeGreaterThan(3)
  await new Promise((resolve) => setTimeout(resolve, 50))
  // 64 MiB under way are four answers of up to 16 MiB; one more may lie in the sockets.
  expect(served).toBeLessThanOrEqual(8)
  peer.socket.resume()
  for (let index = 0; index < count; index++) await peer.nextFrame()
  expect(served).toBe(count)
  peer.end()
})

test('a client that says nothing, or stops in the middle, is cut after its time', async () => {
  const { port } = await start({ config: { headerTimeout: 50, idleTimeout: 50 } })
  const silent = await connectKafka(port)
  await silent.closed
  const halfway = await connectKafka(port)
  halfway.write(halfway.encode('heartbeat', heartbeat).subarray(0, 9))
  await halfway.closed
})

test.each(['the settings want it', 'the account wants it'])(
  'a client that has to log in, as %s, has its time to do so',
  async (reason) => {
    const { port } = await start({
      config: {
        headerTimeout: 50,
        ...(reason === 'the settings want it' && { kafkaAuth: 'required' }),
      },
      ...(reason === 'the account wants it' && {
        rules: { ...noRules, entryRefusal: async () => 'not so' },
      }),
    })
    const peer = await connectKafka(port)
    expect(await peer.ask('apiVersions', versions)).toMatchObject({ errorCode: 0 })
    await peer.closed
  },
)

test('a request that takes longer than a client may be silent is waited for', async () => {
  const { open, opened } = gate()
  const { port } = await start({
    config: { idleTimeout: 30 },
    operations: {
      async heartbeat() {
        await opened
        return { errorCode: 0 }
      },
    },
  })
  const peer = await connectKafka(port)
  const answer = peer.ask('heartbeat', heartbeat)
  await new Promise((resolve) => setTimeout(resolve, 150))
  open()
  expect(await answer).toMatchObject({ errorCode: 0 })
  peer.end()
})

test('a drain ends long waits, answers what is under way, and closes', async () => {
  const { port, broker } = await start({
    operations: {
      async heartbeat(_, { connection }) {
        await new Promise((resolve) => connection.signal.addEventListener('abort', resolve))
        return { errorCode: 7 }
      },
    },
  })
  const peer = await connectKafka(port)
  const silent = await connectKafka(port)
  const answer = peer.ask('heartbeat', heartbeat)
  await new Promise((resolve) => setTimeout(resolve, 20))
  const drained = broker.drain()
  expect(await answer).toMatchObject({ errorCode: 7 })
  await Promise.all([peer.closed, silent.closed, drained])
})

test('what a client is told of the broker is where it came to, or what the settings say', async () => {
  const asked: object[] = []
  const operations = {
    async heartbeat(_: unknown, { connection }: { connection: { advertised: object } }) {
      asked.push(connection.advertised)
      return { errorCode: 0 }
    },
  }
  const plain = await start({ operations })
  const named = await start({ operations, config: { kafkaAdvertisedHost: 'broker.test' } })
  for (const { port } of [plain, named]) {
    const peer = await connectKafka(port)
    await peer.ask('heartbeat', heartbeat)
    peer.end()
  }
  expect(asked).toEqual([
    { host: '127.0.0.1', port: plain.port },
    { host: 'broker.test', port: named.port },
  ])
  const mapped = await start({ config: { kafkaAdvertisedHost: '[fe80::1]:19092' } })
  expect(mapped.address).toMatchObject({ host: 'fe80::1', port: 19092 })
})

test('a quota is told, and silences the client', async () => {
  const { port, access } = await start({
    operations: {
      async produce({ acks, topicData }, { connection, clientId }) {
        const bytes = topicData[0]?.partitionData[0]?.records?.length ?? 0
        const throttleTimeMs = access.quotas.charge(
          connection,
          clientId ?? '',
          'producer_byte_rate',
          bytes,
        )
        return acks === 0 ? undefined : { responses: [], throttleTimeMs }
      },
      heartbeat: async () => ({ errorCode: 0 }),
    },
  })
  const scope = { accountId: '000000000000', region: 'us-east-1' }
  await access.quotas.change(scope, { clientId: 'peer' }, { producer_byte_rate: 10_000 })
  const peer = await connectKafka(port)
  const first = await peer.ask('produce', produce(1, Buffer.alloc(9_000)))
  expect(first.throttleTimeMs).toBe(0)
  const second = await peer.ask('produce', produce(1, Buffer.alloc(3_000)))
  expect(second.throttleTimeMs).toBeGreaterThan(100)
  const startMs = performance.now()
  await peer.ask('heartbeat', heartbeat)
  expect(performance.now() - startMs).toBeGreaterThan(second.throttleTimeMs - 50)
  peer.write(peer.encode('produce', produce(0, Buffer.alloc(13_000))))
  // This one may be taken before it is known that the one before was too much.
  await peer.ask('heartbeat', heartbeat)
  const silentMs = performance.now()
  await peer.ask('heartbeat', heartbeat)
  expect(performance.now() - silentMs).toBeGreaterThan(100)
  peer.end()
})

test('with auto, a port that is taken is no error; with on it is', async () => {
  const { port } = await start()
  const other = await start({ config: { kafka: 'auto', kafkaPort: port } })
  expect(other.port).not.toBe(port)
  await expect(startTestBroker({ config: { kafkaPort: port } })).rejects.toThrow(/EADDRINUSE/)
})
