import type { ClientHttp2Session, ClientHttp2Stream, IncomingHttpHeaders } from 'node:http2'
import { connect as connectHttp2 } from 'node:http2'
import { request as httpsRequest } from 'node:https'
import { afterEach, expect, test } from 'vitest'
import type { FakeObjectInput } from '../../test/support/fake-wire.ts'
import { rawConnection } from '../../test/support/raw-connection.ts'
import { signedHeaders } from '../../test/support/sign.ts'
import { testCertificate } from '../../test/support/test-certificate.ts'
import type { FakeRun, TestServer } from '../../test/support/test-server.ts'
import { startTestServer } from '../../test/support/test-server.ts'
import type { Config } from '../config.ts'
import type { RequestContext } from '../wire/operation.ts'

let server: TestServer | undefined
const sessions = new Set<ClientHttp2Session>()

afterEach(async () => {
  for (const session of sessions) session.destroy()
  sessions.clear()
  await server?.server.drain()
  server = undefined
})

async function start(operations: Record<string, FakeRun> = {}, config: Partial<Config> = {}) {
  server = await startTestServer({
    operations: {
      s3: {
        GetObject: async () => ({ status: 200, headers: {}, body: 'hello' }),
        HeadObject: async () => ({ status: 200, headers: { 'content-length': '5' } }),
        PutObject: async (input: FakeObjectInput) => {
          let size = 0
          for await (const chunk of input.stream) size += (chunk as Buffer).length
          return { status: 200, headers: {}, body: `stored ${size}` }
        },
        ...operations,
      },
    },
    config: { drainTimeout: 200, ...config },
    tls: testCertificate,
  })
  return server
}

function session(address: string): ClientHttp2Session {
  const made = connectHttp2(address, { ca: testCertificate.cert })
  made.on('error', () => undefined)
  sessions.add(made)
  return made
}

function send(
  on: ClientHttp2Session,
  host: string,
  method: string,
  extra: Record<string, string> = {},
): ClientHttp2Stream {
  const { host: _, ...headers } = signedHeaders({
    method,
    target: '/b/k',
    service: 's3',
    headers: { host, ...extra },
    payload: 'UNSIGNED-PAYLOAD',
  })
  const stream = on.request(
    { ':method': method, ':path': '/b/k', ...headers },
    { endStream: method !== 'PUT' },
  )
  stream.on('error', () => undefined)
  return stream
}

async function answer(stream: ClientHttp2Stream) {
  let headers: IncomingHttpHeaders = {}
  let text = ''
  stream.on('response', (received) => {
    headers = received
  })
  stream.on('data', (bytes) => {
    text += bytes
  })
  await new Promise((resolve) => stream.once('close', resolve))
  return { status: headers[':status'], headers, text, rstCode: stream.rstCode }
}

test('a hundred streams of one connection are answered', async () => {
  const { host } = await start()
  const client = session(`http://${host}`)
  const streams = Array.from({ length: 100 }, () => send(client, host, 'GET'))
  const answers = await Promise.all(streams.map(answer))
  expect(answers.map(({ status, text }) => `${status} ${text}`)).toEqual(
    Array.from({ length: 100 }, () => '200 hello'),
  )
})

test('a body larger than the windows arrives, and is counted', async () => {
  const { host } = await start()
  const stream = send(session(`http://${host}`), host, 'PUT')
  stream.end(Buffer.alloc(5_000_000, 'x'))
  expect((await answer(stream)).text).toBe('stored 5000000')
})

test('HEAD has the head of the answer and no body', async () => {
  const { host } = await start()
  const { status, headers, text } = await answer(send(session(`http://${host}`), host, 'HEAD'))
  expect({ status, length: headers['content-length'], text }).toEqual({
    status: 200,
    length: '5',
    text: '',
  })
})

test('Expect: 100-continue is answered once the signature holds', async () => {
  const { host } = await start()
  const stream = send(session(`http://${host}`), host, 'PUT', { expect: '100-continue' })
  await new Promise((resolve) => stream.once('continue', () => resolve(undefined)))
  stream.end('abc')
  expect((await answer(stream)).text).toBe('stored 3')
})

test('a refused upload is answered and does not hold up the connection', async () => {
  const { host } = await start()
  const client = session(`http://${host}`)
  const stream = client.request({ ':method': 'PUT', ':path': '/b/k' })
  stream.on('error', () => undefined)
  stream.write(Buffer.alloc(3_000_000))
  expect((await answer(stream)).status).toBe(403)
  expect((await answer(send(client, host, 'GET'))).text).toBe('hello')
})

test('an upload that stops is told RequestTimeout', async () => {
  const { host } = await start({}, { idleTimeout: 60 })
  const stream = send(session(`http://${host}`), host, 'PUT', { 'content-length': '10' })
  stream.write('12345')
  const { status, text } = await answer(stream)
  expect(status).toBe(400)
  expect(text).toContain('"RequestTimeout"')
})

test('an operation may think longer than the idle time', async () => {
  const GetObject = async () => {
    await new Promise((resolve) => setTimeout(resolve, 250))
    return { status: 200, headers: {}, body: 'at last' }
  }
  const { host } = await start({ GetObject }, { idleTimeout: 60 })
  expect((await answer(send(session(`http://${host}`), host, 'GET'))).text).toBe('at last')
})

test('a stream that the client cancels aborts what was done for it', async () => {
  const state = { started: false, aborted: false }
  const GetObject: FakeRun = (_input, { signal }: RequestContext) =>
    new Promise(() => {
      state.started = true
      signal.addEventListener('abort', () => {
        state.aborted = true
      })
    })
  const { host } = await start({ GetObject })
  const stream = send(session(`http://${host}`), host, 'GET')
  await expect.poll(() => state.started).toBe(true)
  stream.close()
  await expect.poll(() => state.aborted).toBe(true)
})

test('a connection that never sends a request is closed', async () => {
  const { host } = await start({}, { headerTimeout: 60 })
  const client = session(`http://${host}`)
  await new Promise((resolve) => client.once('close', () => resolve(undefined)))
})

test('a preface that leads to nothing is cut, and the server is alive', async () => {
  const { host, port } = await start({}, { headerTimeout: 60 })
  const raw = await rawConnection(port)
  raw.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00garbage garbage garbage')
  await raw.closed()
  expect((await answer(send(session(`http://${host}`), host, 'GET'))).text).toBe('hello')
})

test('TLS on the same port carries HTTP/2 and HTTP/1.1', async () => {
  const { host, port } = await start()
  const client = session(`https://localhost:${port}`)
  expect((await answer(send(client, `localhost:${port}`, 'GET'))).text).toBe('hello')
  const headers = signedHeaders({
    method: 'GET',
    target: '/b/k',
    service: 's3',
    headers: { host: `localhost:${port}` },
    payload: 'UNSIGNED-PAYLOAD',
  })
  const text = await new Promise((resolve, reject) => {
    const options = { ca: testCertificate.cert, headers }
    const request = httpsRequest(`https://localhost:${port}/b/k`, options, (response) => {
      response.on('data', (bytes) => resolve(String(bytes)))
    })
    request.on('error', reject)
    request.end()
  })
  expect(text).toBe('hello')
  expect((await fetch(`http://${host}/_headrace/health`)).status).toBe(200)
})

test('a TLS handshake that stops is cut', async () => {
  const { port } = await start({}, { headerTimeout: 60 })
  const raw = await rawConnection(port)
  raw.write(Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01]))
  await raw.closed()
})

test('a drain says GOAWAY, and lets the streams under way finish', async () => {
  let finish: (() => void) | undefined
  const GetObject = () =>
    new Promise((resolve) => {
      finish = () => resolve({ status: 200, headers: {}, body: 'finished' })
    })
  const started = await start({ GetObject }, { drainTimeout: 5_000 })
  const client = session(`http://${started.host}`)
  const stream = send(client, started.host, 'GET')
  await expect.poll(() => finish).toBeDefined()
  const goneAway = new Promise((resolve) => client.once('goaway', resolve))
  const drained = started.server.drain()
  await goneAway
  finish?.()
  expect((await answer(stream)).text).toBe('finished')
  await drained
  server = undefined
})
