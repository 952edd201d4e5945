import { Readable } from 'node:stream'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { signedHeaders } from '../../test/support/sign.ts'
import type { FakeRun, TestServer } from '../../test/support/test-server.ts'
import { send, startTestServer } from '../../test/support/test-server.ts'
import { assert } from '../base/assert.ts'
import type { EngineErrorKind } from '../base/errors.ts'
import { EngineError, ServiceError } from '../base/errors.ts'
import type { Logger } from '../base/logger.ts'
import type { RequestContext } from '../wire/operation.ts'

let server: TestServer
let run: FakeRun = async () => ({ status: 200, headers: {} })
let logged: object[] = []

const log: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: (fields) => void logged.push(fields),
  child: () => log,
}

beforeAll(async () => {
  const Run: FakeRun = (input, context) => run(input, context)
  server = await startTestServer({
    operations: { kinesis: { Run }, s3: { GetObject: Run, PutObject: Run } },
    refuses: ['Elsewhere', 'Forever'],
    log,
  })
})
afterAll(() => server.server.drain())
beforeEach(() => {
  logged = []
})

async function call(operation: string, body = '{}', service = 'kinesis', region = 'us-east-1') {
  const headers = signedHeaders({
    method: 'POST',
    target: '/',
    headers: { host: server.host, 'x-amz-target': `${service}_1.${operation}` },
    body,
    service,
    region,
    accessKeyId: '123456789012',
  })
  const answer = await send(server, { method: 'POST', target: '/', headers, body })
  return { ...answer, json: answer.text === '' ? {} : JSON.parse(answer.text) }
}

async function getObject(host = server.host, target = '/b/k') {
  const headers = signedHeaders({ method: 'GET', target, headers: { host }, service: 's3' })
  return send(server, { method: 'GET', target, headers })
}

async function page(method: string, target: string, headers: Record<string, string> = {}) {
  return send(server, { method, target, headers: { host: server.host, ...headers } })
}

describe('an operation', () => {
  test('gets its input, and from whom, where and by what name it was asked', async () => {
    let seen: Partial<RequestContext> = {}
    run = async (input, context) => {
      const { accountId, region, callerArn, endpoint, sourceAddress, requestId } = context
      seen = { accountId, region, callerArn, endpoint, sourceAddress, requestId }
      return { status: 200, headers: {}, body: JSON.stringify(input) }
    }
    const { status, json } = await call('Run', '{"a":1}', 'kinesis', 'eu-west-1')
    expect({ status, json }).toEqual({ status: 200, json: { a: 1 } })
    expect(seen).toEqual({
      accountId: '123456789012',
      region: 'eu-west-1',
      callerArn: 'arn:aws:iam::123456789012:root',
      endpoint: `http://${server.host}`,
      sourceAddress: '127.0.0.1',
      requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    })
  })

  test('that is not built is refused by name, and counted', async () => {
    const { status, json } = await call('Fly')
    expect(status).toBe(501)
    expect(json).toEqual({
      code: 'NotImplementedException',
      message: 'The operation Fly of kinesis is not built into this version of Headrace.',
      fields: {},
    })
    expect((await page('GET', '/metrics')).text).toContain(
      'headrace_unsupported_total{service="kinesis",operation="Fly"} 1',
    )
  })

  test('refuses by name the members that it cannot honour, unless they ask for nothing', async () => {
    let runs = 0
    run = async () => {
      runs++
      return { status: 200, headers: {} }
    }
    const refused = await call('Run', '{"Elsewhere":"there","Forever":[1],"Name":"x"}')
    expect(refused.status).toBe(501)
    expect(refused.json.message).toBe(
      'Run: Elsewhere, Forever is not supported by this version of Headrace. Nothing was done.',
    )
    expect(runs).toBe(0)
    const idle = await call('Run', '{"Elsewhere":"","Forever":[],"Name":"x"}')
    expect({ status: idle.status, runs }).toEqual({ status: 200, runs: 1 })
  })

  test('fails in its own words by a ServiceError, also one that an engine wrapped', async () => {
    const error = new ServiceError('ResourceNotFoundException', 'no such stream', {
      fields: { Name: 'clicks' },
    })
    const wanted = {
      code: 'ResourceNotFoundException',
      message: 'no such stream',
      fields: { Name: 'clicks' },
    }
    run = async () => {
      throw error
    }
    expect((await call('Run')).json).toEqual(wanted)
    run = async () => {
      throw new EngineError('invalid', 'the source failed', error)
    }
    expect((await call('Run')).json).toEqual(wanted)
    expect(logged).toEqual([])
  })

  test.each<[EngineErrorKind, number, string, string]>([
    ['full', 507, 'InsufficientStorageException', 'InsufficientStorage'],
    ['unavailable', 503, 'ServiceUnavailableException', 'ServiceUnavailable'],
    ['timeout', 503, 'ServiceUnavailableException', 'ServiceUnavailable'],
    ['conflict', 503, 'ServiceUnavailableException', 'ServiceUnavailable'],
    ['unsupported', 501, 'NotImplementedException', 'NotImplemented'],
    ['corrupt', 500, 'InternalFailure', 'InternalError'],
  ])('whose engine is %s answers %i', async (kind, status, code, objectCode) => {
    run = async () => {
      throw new EngineError(kind, 'the disk says no')
    }
    const ofService = await call('Run')
    expect({ status: ofService.status, code: ofService.json.code }).toEqual({ status, code })
    const ofObjects = await getObject()
    expect({ status: ofObjects.status, code: JSON.parse(ofObjects.text).code }).toEqual({
      status,
      code: objectCode,
    })
  })

  test('with a bug answers 500, is logged with its request id, and the server goes on', async () => {
    run = async () => {
      assert(1 > 2, 'one is less than two')
      return undefined
    }
    const { status, headers, json } = await call('Run')
    expect({ status, code: json.code }).toEqual({ status: 500, code: 'InternalFailure' })
    expect(JSON.stringify(json)).not.toContain('one is less')
    expect(logged).toMatchObject([
      { service: 'kinesis', operation: 'Run', requestId: expect.any(String) },
    ])
    expect(headers).toBeDefined()
    run = async () => ({ status: 200, headers: {} })
    expect((await call('Run')).status).toBe(200)
  })

  test('that throws what is no error, or answers what cannot be sent, breaks nothing', async () => {
    run = () => Promise.reject('just text')
    expect((await call('Run')).status).toBe(500)
    run = async () => ({ status: 200, headers: { 'bad header': 'x\ny' } })
    await expect(call('Run')).rejects.toThrow(/socket hang up/)
    run = async () => ({ status: 200, headers: {} })
    expect((await call('Run')).status).toBe(200)
  })

  test('whose answer breaks off is seen to be incomplete', async () => {
    run = async () => ({
      status: 200,
      headers: { 'content-length': '10' },
      body: new Readable({
        read() {
          this.push('12345')
          this.destroy(new Error('the disk is gone'))
        },
      }),
    })
    await expect(getObject()).rejects.toThrow(/aborted|hang up/)
  })
})

describe('virtual-host addressing', () => {
  test.each([
    ['clicks.s3.localhost:4566', '/clicks/b/k'],
    ['my.dotted.bucket.s3.us-east-1.localhost', '/my.dotted.bucket/b/k'],
    ['clicks.localhost', '/clicks/b/k'],
    ['clicks.127.0.0.1.nip.io', '/clicks/b/k'],
    ['s3.localhost', '/b/k'],
    ['s3.us-east-1.localhost', '/b/k'],
    ['localhost', '/b/k'],
    ['127.0.0.1', '/b/k'],
  ])('%s leads to %s', async (host, path) => {
    run = async (input: { path: string }) => ({ status: 200, headers: {}, body: input.path })
    expect((await getObject(host)).text).toBe(path)
  })
})

describe('pages of Headrace itself', () => {
  test('health names version and services, without a signature', async () => {
    const { status, text } = await page('GET', '/_headrace/health')
    expect({ status, json: JSON.parse(text) }).toEqual({
      status: 200,
      json: {
        status: 'ok',
        version: '0.0.0-test',
        services: { kinesis: 'running', s3: 'running' },
      },
    })
  })

  test('metrics count requests, bytes and the process', async () => {
    run = async () => ({ status: 200, headers: {}, body: 'x' })
    await getObject()
    const { text, headers } = await page('GET', '/metrics')
    expect(headers['content-type']).toMatch(/^text\/plain/)
    for (const line of [
      /^headrace_requests_total\{service="s3",operation="GetObject",status="200"\} \d+$/m,
      /^headrace_request_duration_seconds_bucket\{le="0.001",service="s3",operation="GetObject"\}/m,
      /^headrace_sent_bytes_total\{service="s3"\} \d+$/m,
      /^headrace_connections \d+$/m,
      /^nodejs_eventloop_lag_p99_seconds /m,
      /^process_resident_memory_bytes /m,
    ]) {
      expect(text).toMatch(line)
    }
  })

  test('a bucket may be called metrics: who asks for it signs', async () => {
    run = async (input: { path: string }) => ({ status: 200, headers: {}, body: input.path })
    expect((await getObject(server.host, '/metrics')).text).toBe('/metrics')
  })

  test('reset wants a signature, and empties the account of the caller or everything', async () => {
    const reset = (target: string, change: Record<string, string> = {}) => {
      const headers = signedHeaders({
        method: 'POST',
        target,
        headers: { host: server.host },
        service: 'headrace',
        accessKeyId: '123456789012',
      })
      return send(server, { method: 'POST', target, headers: { ...headers, ...change } })
    }
    const target = '/_headrace/reset'
    expect((await page('POST', target)).status).toBe(403)
    expect((await reset(target, { 'x-amz-date': '20200101T000000Z' })).status).toBe(403)
    expect((await reset(`${target}?scope=nothing`)).status).toBe(400)
    expect(server.resets).toEqual([])
    expect(JSON.parse((await reset(target)).text)).toEqual({
      reset: 'account',
      accountId: '123456789012',
    })
    expect(JSON.parse((await reset(`${target}?scope=everything`)).text)).toEqual({
      reset: 'everything',
    })
    expect(server.resets).toEqual([{ accountId: '123456789012' }, 'everything'])
  })

  test('scrub wants a signature, and reads the account of the caller', async () => {
    const target = '/_headrace/scrub?after=YS9i'
    expect((await page('POST', target)).status).toBe(403)
    expect(server.scrubs).toEqual([])
    const headers = signedHeaders({
      method: 'POST',
      target,
      headers: { host: server.host },
      service: 'headrace',
      accessKeyId: '123456789012',
    })
    expect((await send(server, { method: 'POST', target, headers })).status).toBe(200)
    expect(server.scrubs).toEqual([['123456789012', 'YS9i']])
  })

  test('any other path below is not found', async () => {
    expect((await page('GET', '/_headrace/secrets')).status).toBe(404)
    expect((await page('DELETE', '/_headrace/health')).status).toBe(404)
  })
})
