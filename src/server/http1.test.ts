import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import type { FakeObjectInput } from '../../test/support/fake-wire.ts'
import { rawConnection, rawHead } from '../../test/support/raw-connection.ts'
import { signedHeaders } from '../../test/support/sign.ts'
import type { FakeRun, TestServer } from '../../test/support/test-server.ts'
import { startTestServer } from '../../test/support/test-server.ts'
import type { Config } from '../config.ts'
import type { RequestContext } from '../wire/operation.ts'

let server: TestServer | undefined
const open = new Set<{ destroy(): void }>()

afterEach(async () => {
  for (const connection of open) connection.destroy()
  open.clear()
  await server?.server.drain()
  server = undefined
})

async function start(operations: Record<string, FakeRun> = {}, config: Partial<Config> = {}) {
  const counted: FakeRun = async (input: FakeObjectInput) => {
    let size = 0
    for await (const chunk of input.stream) size += (chunk as Buffer).length
    return { status: 200, headers: {}, body: `stored ${size}` }
  }
  server = await startTestServer({
    operations: {
      s3: {
        PutObject: counted,
        GetObject: async () => ({ status: 200, headers: {}, body: 'hello' }),
        HeadObject: async () => ({ status: 200, headers: { 'content-length': '5' } }),
        ...operations,
      },
    },
    config: { drainTimeout: 200, ...config },
  })
  return server
}

async function connection({ port }: TestServer) {
  const made = await rawConnection(port)
  open.add(made)
  return made
}

function signed(
  method: string,
  { host }: TestServer,
  headers: Record<string, string> = {},
  payload = 'UNSIGNED-PAYLOAD',
): string {
  const given = { host, ...headers }
  const all = signedHeaders({ method, target: '/b/k', service: 's3', headers: given, payload })
  return rawHead(`${method} /b/k`, all)
}

describe('bytes that are no request', () => {
  test.each([
    ['garbage', '\x00\x01\x02\x03garbage\r\n\r\n'],
    ['a request line without a version', 'GET /\r\n\r\n'],
    ['a header without a colon', 'GET / HTTP/1.1\r\nHost: x\r\nbad header\r\n\r\n'],
    ['a negative length', 'PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n'],
    ['two lengths', 'PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n'],
    [
      'a length and a transfer encoding',
      'PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['a folded header', 'GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n'],
    [
      'a space before the colon',
      'PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n',
    ],
    [
      'a second coding behind chunked',
      'PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, identity\r\n\r\n',
    ],
  ])('%s is answered 400 and the connection is closed', async (_name, bytes) => {
    const client = await connection(await start())
    client.write(bytes)
    expect(await client.closed()).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/)
  })

  test('a head that is too long is answered 431', async () => {
    const client = await connection(await start())
    client.write(`GET / HTTP/1.1\r\nHost: x\r\nA: ${'x'.repeat(40_000)}\r\n\r\n`)
    expect(await client.closed()).toMatch(/^HTTP\/1\.1 431 /)
  })

  test('the server is alive behind all that', async () => {
    const started = await start()
    for (const bytes of ['\x16\x03\x01\x00', 'PRI * nonsense\r\n\r\n', '\r\n\r\n\r\n']) {
      const client = await connection(started)
      client.write(bytes)
    }
    const client = await connection(started)
    client.write(signed('GET', started))
    expect(await client.received(/hello$/)).toMatch(/^HTTP\/1\.1 200 OK/)
  })
})

test('whatever bytes come, each connection ends and the server goes on', async () => {
  const started = await start({}, { headerTimeout: 100, idleTimeout: 100 })
  const request = Buffer.from(`${signed('PUT', started, { 'content-length': '5' })}hello`, 'latin1')
  const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0')
  const change = fc.record({ at: fc.nat(), byte: fc.nat(255), count: fc.nat(3) })
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(request, preface),
      fc.array(change, { minLength: 1, maxLength: 4 }),
      async (bytes, changes) => {
        let sent = Buffer.from(bytes)
        for (const { at, byte, count } of changes) {
          const place = at % sent.length
          const patch = Buffer.alloc(1, byte)
          sent = Buffer.concat([sent.subarray(0, place), patch, sent.subarray(place + count)])
        }
        const client = await connection(started)
        client.write(sent)
        client.socket.end()
        await client.closed()
      },
    ),
    { seed: 5, numRuns: 150 },
  )
  const client = await connection(started)
  client.write(signed('GET', started))
  await client.received(/hello$/)
})

describe('slow and silent clients', () => {
  test('who connects and says nothing is cut', async () => {
    const client = await connection(await start({}, { headerTimeout: 50 }))
    expect(await client.closed()).toBe('')
  })

  test('who says only a letter that could start HTTP/2 is cut', async () => {
    const client = await connection(await start({}, { headerTimeout: 50 }))
    client.write('P')
    expect(await client.closed()).toBe('')
  })

  test('who does not finish the head is answered 408', async () => {
    const client = await connection(await start({}, { headerTimeout: 60 }))
    client.write('GET / HTTP/1.1\r\nHost: x\r\n')
    expect(await client.closed()).toMatch(/^HTTP\/1\.1 408 Request Timeout/)
  })

  test('who stops in the middle of an upload is told RequestTimeout, and cut', async () => {
    const started = await start({}, { idleTimeout: 60 })
    const client = await connection(started)
    client.write(signed('PUT', started, { 'content-length': '10' }))
    client.write('12345')
    const answer = await client.closed()
    expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request.*connection: close.*"RequestTimeout"/is)
  })

  test('an upload may take longer than the idle time while it moves', async () => {
    const started = await start({}, { idleTimeout: 500 })
    const client = await connection(started)
    client.write(signed('PUT', started, { 'content-length': '8' }))
    for (let sent = 0; sent < 8; sent++) {
      client.write('x')
      await new Promise((resolve) => setTimeout(resolve, 80))
    }
    await client.received(/stored 8$/)
  })

  test('an operation may think longer than the idle time', async () => {
    const GetObject = async () => {
      await new Promise((resolve) => setTimeout(resolve, 300))
      return { status: 200, headers: {}, body: 'at last' }
    }
    const started = await start({ GetObject }, { idleTimeout: 60 })
    const client = await connection(started)
    client.write(signed('GET', started))
    await client.received(/at last$/)
  })

  test('who does not read the answer is cut, and the operation hears of it', async () => {
    let aborted = false
    const GetObject: FakeRun = async (_input, { signal }: RequestContext) => {
      signal.addEventListener('abort', () => {
        aborted = true
      })
      return { status: 200, headers: {}, body: Buffer.alloc(64 << 20) }
    }
    const started = await start({ GetObject }, { idleTimeout: 60 })
    const client = await connection(started)
    client.socket.pause()
    client.write(signed('GET', started))
    await expect.poll(() => aborted, { timeout: 5_000 }).toBe(true)
  })

  test('who goes away aborts what was done for him', async () => {
    const state = { started: false, aborted: false }
    const GetObject: FakeRun = (_input, { signal }: RequestContext) =>
      new Promise((resolve) => {
        state.started = true
        signal.addEventListener('abort', () => {
          state.aborted = true
          resolve({ status: 200, headers: {} })
        })
      })
    const started = await start({ GetObject })
    const client = await connection(started)
    client.write(signed('GET', started))
    await expect.poll(() => state.started).toBe(true)
    client.destroy()
    await expect.poll(() => state.aborted).toBe(true)
  })
})

test('connections beyond the limit are refused, and one that ends makes room', async () => {
  const started = await start({}, { connectionsMax: 2 })
  const first = await connection(started)
  const second = await connection(started)
  const third = await connection(started)
  third.write(signed('GET', started))
  expect(await third.closed()).toBe('')
  second.write(signed('GET', started))
  await second.received(/hello$/)
  first.destroy()
  await expect
    .poll(async () => {
      const next = await connection(started)
      next.write(signed('GET', started))
      return next.received(/hello$/).catch(() => '')
    })
    .toMatch(/hello$/)
})

test('pipelined requests are answered in their order', async () => {
  let calls = 0
  const GetObject = async () => {
    const call = ++calls
    await new Promise((resolve) => setTimeout(resolve, call === 1 ? 60 : 0))
    return { status: 200, headers: {}, body: `answer ${call};` }
  }
  const started = await start({ GetObject })
  const client = await connection(started)
  client.write(signed('GET', started).repeat(3))
  const answer = await client.received(/answer 3;$/)
  expect(answer.match(/answer \d/g)).toEqual(['answer 1', 'answer 2', 'answer 3'])
})

test('what follows a request on the same connection does not take its answer away', async () => {
  const GetObject = async () => {
    await new Promise((resolve) => setTimeout(resolve, 30))
    return { status: 200, headers: {}, body: 'done' }
  }
  const started = await start({ GetObject })
  const client = await connection(started)
  client.write(`${signed('GET', started)}\x01\x02garbage\r\n\r\n`)
  expect(await client.closed()).toMatch(/^HTTP\/1\.1 200 OK.*done.*HTTP\/1\.1 400 Bad Request/s)
})

test('too many requests ahead of their answers end the connection', async () => {
  const started = await start({ GetObject: () => new Promise(() => undefined) })
  const client = await connection(started)
  client.write(signed('GET', started).repeat(300))
  expect(await client.closed()).toBe('')
})

describe('Expect: 100-continue', () => {
  test('is answered once the signature holds', async () => {
    const started = await start()
    const client = await connection(started)
    client.write(signed('PUT', started, { 'content-length': '3', expect: '100-continue' }))
    await client.received(/^HTTP\/1\.1 100 Continue\r\n\r\n$/)
    client.write('abc')
    await client.received(/stored 3$/)
  })

  test('is not answered when it does not: the client keeps its body', async () => {
    const started = await start()
    const client = await connection(started)
    const head = signed('PUT', started, { 'content-length': '3', expect: '100-continue' })
    client.write(head.replace(/Signature=..../, 'Signature=0000'))
    const answer = await client.closed()
    expect(answer).toMatch(/^HTTP\/1\.1 403 Forbidden.*"SignatureDoesNotMatch"/s)
    expect(answer).not.toContain('100 Continue')
  })
})

test('a refused upload is read away, and the connection goes on', async () => {
  const started = await start()
  const client = await connection(started)
  const size = 2_000_000
  const head = signed('PUT', started, { 'content-length': String(size) })
  client.write(head.replace(/Signature=..../, 'Signature=0000'))
  client.write(Buffer.alloc(size, 'x'))
  await client.received(/SignatureDoesNotMatch/)
  client.write(signed('GET', started))
  await client.received(/hello$/)
})

test('a body of unknown length is refused at S3 as AWS does', async () => {
  const started = await start()
  const client = await connection(started)
  client.write(signed('PUT', started, { 'transfer-encoding': 'chunked' }))
  client.write('3\r\nabc\r\n0\r\n\r\n')
  await client.received(/^HTTP\/1\.1 501 .*"NotImplemented".*"Header":"Transfer-Encoding"/s)
})

test('HEAD has the head of the answer and no body, also of an error', async () => {
  const started = await start({
    HeadObject: async () => ({ status: 200, headers: { 'content-length': '5' } }),
  })
  const client = await connection(started)
  client.write(signed('HEAD', started))
  expect(await client.received(/\r\n\r\n$/)).toMatch(/^HTTP\/1\.1 200 OK.*content-length: 5/is)
  const wrong = await connection(started)
  wrong.write(signed('HEAD', started).replace(/Signature=..../, 'Signature=0000'))
  expect(await wrong.received(/\r\n\r\n/)).toMatch(/^HTTP\/1\.1 403 Forbidden.*\r\n\r\n$/s)
})

test('a request for a proxy, with the whole address as its target, is taken', async () => {
  const started = await start()
  const client = await connection(started)
  client.write(signed('GET', started).replace('GET /b/k', `GET http://${started.host}/b/k`))
  await client.received(/hello$/)
})

describe('drain', () => {
  test('lets the request under way finish, closes its connection, and accepts no more', async () => {
    let finish: () => void = () => undefined
    const GetObject = () =>
      new Promise((resolve) => {
        finish = () => resolve({ status: 200, headers: {}, body: 'finished' })
      })
    const started = await start({ GetObject }, { drainTimeout: 5_000 })
    const idle = await connection(started)
    const client = await connection(started)
    client.write(signed('GET', started))
    await expect.poll(() => String(finish)).toContain('finished')
    const drained = started.server.drain()
    await idle.closed()
    await expect(rawConnection(started.port)).rejects.toThrow(/ECONNREFUSED/)
    finish()
    expect(await client.closed()).toMatch(/connection: close.*finished$/is)
    await drained
    server = undefined
  })

  test('aborts and cuts what does not finish in time', async () => {
    let aborted = false
    const GetObject: FakeRun = (_input, { signal }: RequestContext) => {
      signal.addEventListener('abort', () => {
        aborted = true
      })
      return new Promise(() => undefined)
    }
    const started = await start({ GetObject }, { drainTimeout: 50 })
    const client = await connection(started)
    client.write(signed('GET', started))
    await expect
      .poll(async () => (await fetch(`http://${started.host}/_headrace/health`)).status)
      .toBe(200)
    await started.server.drain()
    await client.closed()
    expect(aborted).toBe(true)
    server = undefined
  })
})
