import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import type { Wire, WireOperation, WireRequest, WireResponse } from '../../src/wire/request.ts'

/** The wire layer behind plain HTTP/1.1, without anything that the server adds: for its own tests. */
export interface WireServer {
  readonly endpoint: string
  close(): void
}

export async function startWireServer(
  wire: Wire,
  run: (operation: WireOperation, request: WireRequest) => Promise<WireResponse>,
): Promise<WireServer> {
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const { wireRequest, signingName } = readRequest(request)
    const found = await wire.identify(wireRequest, signingName)
    const { status, headers, body } =
      found.kind === 'unknown'
        ? found.writeError(found.error, 'request-1')
        : await run(found.operation, wireRequest)
    response.writeHead(status, headers)
    if (body instanceof Readable) await pipeline(body, response)
    else response.end(body)
  }
  const server = createServer((request, response) => {
    answer(request, response).catch((error) => response.destroy(error))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

function readRequest(request: IncomingMessage) {
  const url = request.url ?? ''
  const mark = url.includes('?') ? url.indexOf('?') : url.length
  const scope = /Credential=[^/]+\/\d+\/[^/]+\/([^/]+)\//.exec(request.headers.authorization ?? '')
  let bytes: Promise<Buffer> | undefined
  const wireRequest: WireRequest = {
    method: request.method ?? '',
    rawPath: url.slice(0, mark),
    rawQuery: url.slice(mark + 1),
    headers: request.headers as WireRequest['headers'],
    stream: request,
    bytes() {
      bytes ??= readAll(request)
      return bytes
    },
  }
  return { wireRequest, signingName: scope?.[1] }
}

export async function readAll(stream: Readable): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const part of stream) parts.push(part as Buffer)
  return Buffer.concat(parts)
}

/** A real client, by the name of its package, that lets everything through to the server. */
export interface AnyClient {
  send(operation: string, input: object): Promise<Record<string, unknown>>
  destroy(): void
}

export function createAnyClient(service: string, endpoint: string): AnyClient {
  const require = createRequire(import.meta.url)
  const warn = process.emitWarning
  process.emitWarning = () => {}
  const sdk = require(`@aws-sdk/client-${service}`)
  const name = Object.keys(sdk).find((key) => /^[A-Z]\w*Client$/.test(key)) ?? ''
  const client = new sdk[name]({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' },
    maxAttempts: 1,
    disableHostPrefix: true,
    forcePathStyle: true,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    disableS3ExpressSessionAuth: true,
    requestHandler: new NodeHttpHandler(),
  })
  process.emitWarning = warn
  return {
    send: (operation, input) => client.send(new sdk[`${operation}Command`](input)),
    destroy: () => client.destroy(),
  }
}
