import { readFileSync } from 'node:fs'
import type { IncomingHttpHeaders } from 'node:http'
import { request } from 'node:http'
import { expect } from 'vitest'
import { newAccount } from './client.ts'
import type { RunningHeadrace, StartOptions } from './headrace.ts'
import { startHeadrace } from './headrace.ts'
import { presignedTarget, signedHeaders } from './sign.ts'

/** Beyond this, a server that only refuses things has kept something of them. */
const RSS_MAX = 500 * 2 ** 20

export interface BadMessage {
  readonly method?: string
  readonly target?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  readonly payload?: string
  readonly secretAccessKey?: string
  readonly accessKeyId?: string
  readonly date?: Date
}

export interface Reply {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
}

/** A server, an account in it, and ways to say things to it that no SDK would say. */
export async function startForBadInput({
  account = newAccount(),
  ...options
}: StartOptions & { readonly account?: string } = {}) {
  const server = await startHeadrace(options)
  const { host } = new URL(server.endpoint)

  /** Correctly signed, unless the message says otherwise. */
  function headersFor(service: string, message: BadMessage): Record<string, string> {
    const { method = 'POST', target = '/', headers = {} } = message
    return signedHeaders({
      accessKeyId: account,
      ...message,
      method,
      target,
      service,
      headers: { host, ...headers },
    })
  }

  return {
    ...server,
    account,
    host,
    headersFor,
    call: (service: string, message: BadMessage) =>
      send(server, message, headersFor(service, message)),
    callUnsigned: (message: BadMessage) => send(server, message, { host, ...message.headers }),
    presigned: (method: string, target: string, expiresSeconds: number, date: Date) =>
      presignedTarget({
        method,
        target,
        headers: { host },
        service: 's3',
        accessKeyId: account,
        expiresSeconds,
        date,
      }),
    config: {
      endpoint: server.endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: account, secretAccessKey: 'test' },
      maxAttempts: 1,
    },
    expectAlive: () => expectAlive(server),
  }
}

export type BadInputServer = Awaited<ReturnType<typeof startForBadInput>>

/** It says that it is well, has kept no memory, and met nothing that it calls its own fault. */
async function expectAlive(server: RunningHeadrace): Promise<void> {
  const health = await fetch(`${server.endpoint}/_headrace/health`)
  expect(health.status).toBe(200)
  expect(await health.json()).toMatchObject({ status: 'ok' })
  const pages = Number(readFileSync(`/proc/${server.pid}/statm`, 'utf8').split(' ')[1])
  expect(pages * 4096).toBeLessThan(RSS_MAX)
}

function send(
  { port }: RunningHeadrace,
  { method = 'POST', target = '/', body }: BadMessage,
  headers: Readonly<Record<string, string>>,
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, method, path: target, headers, agent: false }
    const outgoing = request(options, (response) => {
      let text = ''
      response.on('data', (bytes) => {
        text += bytes
      })
      response.on('error', reject)
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text })
      })
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}
