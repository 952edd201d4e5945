import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Random } from '../../../base/random.ts'

/**
 * The Lambda Runtime API (AWS docs: "Using the Lambda runtime API", version 2018-06-01) on loopback,
 * for all instances of this engine. An instance is told apart by a secret first part of its path;
 * a custom runtime, which may not understand a path in its address, gets a port of its own.
 */
export interface RuntimeApi {
  /** What `AWS_LAMBDA_RUNTIME_API` must say for this instance to be heard. */
  connect(instance: RuntimeClient, options: { readonly ownPort: boolean }): Promise<RuntimeLine>
  close(): void
}

export interface RuntimeLine {
  readonly address: string
  disconnect(): void
}

/** The server's side of one instance: what its runtime asks and says. */
export interface RuntimeClient {
  /** The instance is ready for an event; the answer may come much later, or never. */
  onNext(handOut: (event: RuntimeEvent) => void): void
  /** How much of an answer is worth reading. */
  responseMaxBytes(): number
  onAnswer(requestId: string, kind: 'response' | 'error', body: Buffer): boolean
  onAnswerTooLarge(requestId: string): boolean
  onInitError(body: Buffer): void
}

export interface RuntimeEvent {
  readonly requestId: string
  readonly deadlineMs: number
  readonly functionArn: string
  readonly clientContext?: string
  readonly payload: Uint8Array
}

const BASE = '/2018-06-01/runtime/'
/** Error documents are small; user code may make them large. */
const ERROR_MAX_BYTES = 1024 * 1024

export async function createRuntimeApi(random: Random): Promise<RuntimeApi> {
  const clients = new Map<string, RuntimeClient>()
  const shared = await listen((request, response) => {
    const [, secret = ''] = (request.url ?? '').split('/', 2)
    const client = clients.get(secret)
    if (client) serve(client, (request.url ?? '').slice(secret.length + 1), request, response)
    else refuse(response, 403, 'Forbidden')
  })

  return {
    async connect(client, { ownPort }) {
      if (ownPort) {
        const own = await listen((request, response) =>
          serve(client, request.url ?? '', request, response),
        )
        return { address: addressOf(own), disconnect: () => stop(own) }
      }
      const secret = random.bytes(18).toString('base64url')
      clients.set(secret, client)
      return {
        address: `${addressOf(shared)}/${secret}`,
        disconnect: () => void clients.delete(secret),
      }
    },
    close: () => stop(shared),
  }
}

function serve(
  client: RuntimeClient,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const [subject, requestId = '', kind] = path.slice(BASE.length).split('/')
  const known = path.startsWith(BASE)
  if (known && request.method === 'GET' && subject === 'invocation' && requestId === 'next') {
    client.onNext((event) => answerNext(response, event))
  } else if (known && request.method === 'POST' && subject === 'init' && requestId === 'error') {
    readBody(request, ERROR_MAX_BYTES, (body) => {
      client.onInitError(body ?? Buffer.from('{}'))
      accept(response)
    })
  } else if (known && request.method === 'POST' && (kind === 'response' || kind === 'error')) {
    takeAnswer(client, { requestId, kind }, request, response)
  } else {
    refuse(response, 404, 'ResourceNotFound')
  }
}

function takeAnswer(
  client: RuntimeClient,
  answer: { readonly requestId: string; readonly kind: 'response' | 'error' },
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const limit = answer.kind === 'error' ? ERROR_MAX_BYTES : client.responseMaxBytes()
  readBody(request, limit, (body) => {
    const known = body
      ? client.onAnswer(answer.requestId, answer.kind, body)
      : client.onAnswerTooLarge(answer.requestId)
    if (!known) refuse(response, 400, 'InvalidRequestID')
    else if (!body) refuse(response, 413, 'RequestEntityTooLarge')
    else accept(response)
  })
}

function answerNext(response: ServerResponse, event: RuntimeEvent): void {
  response.writeHead(200, {
    'content-type': 'application/json',
    'content-length': event.payload.byteLength,
    'lambda-runtime-aws-request-id': event.requestId,
    'lambda-runtime-deadline-ms': String(event.deadlineMs),
    'lambda-runtime-invoked-function-arn': event.functionArn,
    'lambda-runtime-trace-id': `Root=1-00000000-${event.requestId.replaceAll('-', '').slice(0, 24)};Sampled=0`,
    ...(event.clientContext && { 'lambda-runtime-client-context': event.clientContext }),
  })
  response.end(event.payload)
}

function accept(response: ServerResponse): void {
  respond(response, 202, '{"status":"OK"}\n')
}

function refuse(response: ServerResponse, status: number, errorType: string): void {
  respond(response, status, JSON.stringify({ errorType, errorMessage: errorType }))
}

function respond(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
  })
  response.end(body)
}

/** Gives no body when it is longer than the limit; the rest of it is read and forgotten. */
function readBody(
  request: IncomingMessage,
  limitBytes: number,
  done: (body: Buffer | undefined) => void,
): void {
  const chunks: Buffer[] = []
  let sizeBytes = 0
  request.on('data', (chunk: Buffer) => {
    sizeBytes += chunk.length
    if (sizeBytes <= limitBytes) chunks.push(chunk)
    else chunks.length = 0
  })
  request.on('end', () => done(sizeBytes <= limitBytes ? Buffer.concat(chunks) : undefined))
  request.on('error', () => request.destroy())
}

async function listen(
  onRequest: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<Server> {
  // A runtime waits for its next event as long as there is none.
  const server = createServer(
    { requestTimeout: 0, headersTimeout: 0, keepAliveTimeout: 0 },
    onRequest,
  )
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  return server
}

function addressOf(server: Server): string {
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}

function stop(server: Server): void {
  server.closeAllConnections()
  server.close()
}
