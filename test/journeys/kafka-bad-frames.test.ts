import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { kafkaApi } from '../../src/wire/kafka/apis.ts'
import { createKafkaCodec } from '../../src/wire/kafka/frames.ts'
import type { RunningHeadrace } from '../support/headrace.ts'
import { startHeadrace } from '../support/headrace.ts'
import type { ApiVersion } from '../support/kafka-arbitraries.ts'
import { allApiVersions, anyMessage } from '../support/kafka-arbitraries.ts'
import type { KafkaPeer } from '../support/kafka-peer.ts'
import { connectKafka, correlationOf } from '../support/kafka-peer.ts'

/** 100,000 of them pass as well, and take a minute or two. */
const FRAMES = Number(process.env['HEADRACE_FUZZ_FRAMES'] ?? 24_000)
const FRAMES_A_CONNECTION = 25
const CONNECTIONS_AT_ONCE = 24
/** Some requests wait for as long as they say: nobody waits for these longer than since the last answer. */
const PATIENCE_MS = 60
/** Beyond this, a server that only refuses things has kept something of them. */
const RSS_MAX = 700 * 2 ** 20

const codec = createKafkaCodec()

interface Shot {
  readonly bytes: Buffer
  /** The connection may be cut for it. */
  readonly isLast: boolean
}

/** A request whose form is right and whose content is anything, and at times bytes that are damaged. */
function anyShot(apis: ReadonlyArray<ApiVersion>): fc.Arbitrary<Shot> {
  const request = fc
    .constantFrom(...apis)
    .chain(({ name, version }) =>
      anyMessage(kafkaApi(name).request, version).map((message) => ({ name, version, message })),
    )
  const damage = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 4 })
  return fc
    .tuple(request, damage, fc.nat({ max: 3 }))
    .map(([{ name, version, message }, changes, one]) => {
      const header = { apiVersion: version, correlationId: 7, clientId: 'fuzz' }
      const bytes = Buffer.concat(codec.encodeRequest(name, header, message as never))
      const isDamaged = one === 0 && changes.length > 0
      // The size in front stays, so that what follows is found.
      if (isDamaged) for (const [at, value] of changes) bytes[4 + (at % (bytes.length - 4))] = value
      return { bytes, isLast: isDamaged || name.startsWith('sasl') }
    })
}

/** Sends them all, and sees that what is answered is answered in order. */
async function fire(port: number, shots: ReadonlyArray<Shot>): Promise<void> {
  const peer = await connectKafka(port)
  const inOrder = [...shots].sort((a, b) => Number(a.isLast) - Number(b.isLast))
  inOrder.forEach(({ bytes }, index) => {
    if (bytes.length >= 12) bytes.writeInt32BE(index, 8)
    peer.write(bytes)
  })
  await answersInOrder(peer)
  peer.end()
  await peer.closed
}

async function answersInOrder(peer: KafkaPeer): Promise<void> {
  for (let last = -1; ; ) {
    const frame = await Promise.race([peer.nextFrame().catch(() => undefined), patience()])
    if (!frame) return
    expect(correlationOf(frame)).toBeGreaterThan(last)
    last = correlationOf(frame)
  }
}

function patience(): Promise<undefined> {
  return new Promise((done) => setTimeout(() => done(undefined), PATIENCE_MS))
}

/** What the server calls its own fault, each once. */
function mistakesIn(log: string): ReadonlyArray<string> {
  const mistakes = new Set<string>()
  for (const line of log.split('\n').filter((text) => text.includes('"level":50'))) {
    const { api, err, msg } = JSON.parse(line) as {
      readonly api?: string
      readonly err?: { readonly stack?: string }
      readonly msg: string
    }
    mistakes.add(`${api}: ${msg}: ${err?.stack}`)
  }
  return [...mistakes]
}

async function expectWell(server: RunningHeadrace): Promise<void> {
  expect((await fetch(`${server.endpoint}/_headrace/health`)).status).toBe(200)
  const pages = Number(readFileSync(`/proc/${server.pid}/statm`, 'utf8').split(' ')[1])
  expect(pages * 4096).toBeLessThan(RSS_MAX)
  expect(mistakesIn(server.log())).toEqual([])
}

async function servedRequests(server: RunningHeadrace): Promise<number> {
  const page = await (await fetch(`${server.endpoint}/metrics`)).text()
  const counts = page.matchAll(/^headrace_kafka_requests_total\{.*\} (\d+)$/gm)
  return [...counts].reduce((sum, [, count]) => sum + Number(count), 0)
}

test(`${FRAMES} requests of any content, some of them damaged, leave the broker well`, async () => {
  const server = await startHeadrace({ flags: ['--kafka', 'on', '--kafka-port', '0'] })
  const port = Number(server.kafka?.split(':')[1])
  const shots = fc.array(anyShot(allApiVersions()), {
    minLength: FRAMES_A_CONNECTION,
    maxLength: FRAMES_A_CONNECTION,
  })
  const rounds = FRAMES / FRAMES_A_CONNECTION / CONNECTIONS_AT_ONCE
  for (let round = 0; round < rounds; round++) {
    const volleys = fc.sample(shots, { numRuns: CONNECTIONS_AT_ONCE, seed: 9092 + round })
    await Promise.all(volleys.map((volley) => fire(port, volley)))
  }
  await expectWell(server)
  // Those that were no requests at all are not counted, nor is what came behind the end of a connection;
  // on a busy machine that is most of them.
  expect(await servedRequests(server)).toBeGreaterThan(FRAMES / 4)
  const peer = await connectKafka(port)
  const metadata = await peer.ask('metadata', {
    topics: [],
    allowAutoTopicCreation: false,
    includeTopicAuthorizedOperations: false,
  })
  expect(metadata.brokers).toHaveLength(1)
  peer.end()
  expect(await server.stop()).toBe(0)
})
