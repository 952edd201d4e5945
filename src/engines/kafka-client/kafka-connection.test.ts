import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../base/clock.ts'
import { kafkaApi } from '../../wire/kafka/apis.ts'
import { createKafkaCodec } from '../../wire/kafka/frames.ts'
import { createFrameSplitter } from './frame-splitter.ts'
import { connectKafka } from './kafka-connection.ts'

const codec = createKafkaCodec()

/** A broker that agrees on versions; what else it is asked it answers with a body of one byte. */
async function startBadBroker(): Promise<number> {
  const { key, versions } = kafkaApi('metadata')
  const [minVersion, maxVersion] = versions
  const apiKeys = [{ apiKey: key, minVersion, maxVersion }]
  const server = createServer((socket) => {
    const splitter = createFrameSplitter((frame) => {
      const { header } = codec.decodeRequest(frame)
      if (header.apiKey === key) {
        const answer = Buffer.alloc(4 + 4 + 1)
        answer.writeInt32BE(5, 0)
        answer.writeInt32BE(header.correlationId, 4)
        socket.write(answer)
        return
      }
      const answer = { errorCode: 0, apiKeys }
      for (const piece of codec.encodeResponse('apiVersions', header, answer)) socket.write(piece)
    })
    socket.on('data', (bytes) => splitter.add(bytes))
    socket.on('error', () => undefined)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return (server.address() as AddressInfo).port
}

test('an answer that cannot be read fails its request and ends the connection', async () => {
  const address = { host: '127.0.0.1', port: await startBadBroker() }
  const connection = await connectKafka({ address, codec, clock: systemClock, timeoutMs: 5_000 })
  const request = {
    topics: null,
    allowAutoTopicCreation: false,
    includeTopicAuthorizedOperations: false,
  }
  const calls = [1, 2].map(() => connection.call('metadata', request, 60_000))
  const outcomes = await Promise.allSettled(calls)
  const lost = { status: 'rejected', reason: { code: 'NETWORK_EXCEPTION', kind: 'unavailable' } }
  expect(outcomes).toMatchObject([lost, lost])
  expect(connection.isOpen()).toBe(false)
})
