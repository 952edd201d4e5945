import type { IncomingHttpHeaders } from 'node:http'
import { Agent, request } from 'node:http'
import type { ErrorDocument } from './error-document.ts'

/** The runtime's side of the Lambda Runtime API, on one connection. */
export interface RuntimeClient {
  next(): Promise<RuntimeEvent>
  answer(requestId: string, json: string): Promise<void>
  fail(requestId: string, error: ErrorDocument): Promise<void>
  failInit(error: ErrorDocument): Promise<void>
}

export interface RuntimeEvent {
  readonly requestId: string
  readonly deadlineMs: number
  readonly functionArn: string
  readonly clientContext: string | undefined
  readonly payload: string
}

/** `address` is `host:port`, with or without a path. */
export function createRuntimeClient(address: string): RuntimeClient {
  const base = new URL(`http://${address}/`)
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })

  function call(method: string, path: string, body?: string) {
    const headers =
      body === undefined
        ? {}
        : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
    const target = {
      agent,
      method,
      headers,
      hostname: base.hostname,
      port: base.port,
      path: `${base.pathname.replace(/\/+$/, '')}/2018-06-01/runtime/${path}`,
    }
    return new Promise<{ headers: IncomingHttpHeaders; body: string }>((resolve, reject) => {
      const sent = request(target, (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('error', reject)
        response.on('end', () =>
          resolve({ headers: response.headers, body: Buffer.concat(chunks).toString() }),
        )
      })
      sent.on('error', reject)
      sent.end(body)
    })
  }

  async function post(path: string, body: string): Promise<void> {
    await call('POST', path, body)
  }

  return {
    async next() {
      const { headers, body } = await call('GET', 'invocation/next')
      return {
        requestId: String(headers['lambda-runtime-aws-request-id']),
        deadlineMs: Number(headers['lambda-runtime-deadline-ms']),
        functionArn: String(headers['lambda-runtime-invoked-function-arn']),
        clientContext: headers['lambda-runtime-client-context']?.toString(),
        payload: body,
      }
    },
    answer: (requestId, json) => post(`invocation/${requestId}/response`, json),
    fail: (requestId, error) => post(`invocation/${requestId}/error`, JSON.stringify(error)),
    failInit: (error) => post('init/error', JSON.stringify(error)),
  }
}
