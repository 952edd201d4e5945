import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { signedHeaders } from '../../test/support/sign.ts'
import type { TestServer } from '../../test/support/test-server.ts'
import { startTestServer } from '../../test/support/test-server.ts'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer({
    operations: {
      kinesis: {
        Echo: async (input, { accountId, region, callerArn }) => ({
          status: 200,
          headers: {},
          body: JSON.stringify({ input, accountId, region, callerArn }),
        }),
      },
    },
  })
})
afterAll(() => server.server.drain())

async function call(target: string, body: string, options: Record<string, string> = {}) {
  const headers = signedHeaders({
    method: 'POST',
    target: '/',
    headers: { host: server.host, 'x-amz-target': target },
    body,
    service: 'kinesis',
    ...options,
  })
  const { host: _, ...sent } = headers
  const response = await fetch(`http://${server.host}/`, { method: 'POST', headers: sent, body })
  return { status: response.status, headers: response.headers, json: await response.json() }
}

describe('a signed request', () => {
  test('reaches its operation with account and region of its signature', async () => {
    const { status, json } = await call('Kinesis_1.Echo', '{"a":1}', {
      accessKeyId: '123456789012',
      region: 'eu-west-1',
    })
    expect({ status, json }).toEqual({
      status: 200,
      json: {
        input: { a: 1 },
        accountId: '123456789012',
        region: 'eu-west-1',
        callerArn: 'arn:aws:iam::123456789012:root',
      },
    })
  })
})
