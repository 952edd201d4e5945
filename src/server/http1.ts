import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { Socket } from 'node:net'
import { pipeline, Readable } from 'node:stream'
import type { WireResponse } from '../wire/request.ts'
import type { Exchange } from './exchange.ts'
import { sizeOf, splitTarget } from './exchange.ts'
import { serverLimits } from './limits.ts'
import type { HeaderFields } from './signature.ts'

export interface HttpDeps {
  readonly headerTimeoutMs: number
  readonly idleTimeoutMs: number
  /** True once the server drains: connections end with their current answer. */
  readonly draining: () => boolean
  readonly handle: (exchange: Exchange) => void
}

/** The HTTP/1.1 half: it gets its connections by `emit('connection')` and never listens itself. */
export function createHttp1(deps: HttpDeps): Server {
  const { headerTimeoutMs, idleTimeoutMs, handle } = deps
  const connections = new WeakMap<Socket, Connection>()
  const server = createServer({
    maxHeaderSize: serverLimits.headSizeMax,
    keepAliveTimeout: serverLimits.keepAliveMs,
    headersTimeout: headerTimeoutMs,
    // A whole upload may take as long as it likes; being silent may not (`setTimeout` below).
    requestTimeout: 0,
    connectionsCheckingInterval: Math.max(10, Math.min(5_000, headerTimeoutMs >> 2)),
  })

  function connectionOf(socket: Socket): Connection {
    const known = connections.get(socket)
    if (known) return known
    const made: Connection = { active: new Set(), malformed: undefined }
    connections.set(socket, made)
    return made
  }

  function onRequest(request: IncomingMessage, response: ServerResponse, waits: boolean): void {
    const { socket } = request
    const connection = connectionOf(socket)
    const { active } = connection
    if (request.httpVersionMajor < 1) {
      refuseHead(socket, '400 Bad Request')
      return
    }
    if (active.size >= serverLimits.pipelinedMax) {
      socket.destroy()
      return
    }
    const exchange = createExchange(request, response, waits, deps, () => {
      active.delete(exchange)
      if (active.size > 0) return
      if (connection.malformed) refuseHead(socket, connection.malformed)
      else if (deps.draining()) socket.end()
    })
    active.add(exchange)
    handle(exchange)
  }

  server.on('request', (request, response) => onRequest(request, response, false))
  server.on('checkContinue', (request, response) => onRequest(request, response, true))
  server.setTimeout(idleTimeoutMs, (socket: Socket) => {
    const { active } = connectionOf(socket)
    if (active.size === 0) {
      socket.destroy()
      return
    }
    socket.setTimeout(idleTimeoutMs)
    for (const exchange of active) exchange.wasSilent()
  })
  server.on('clientError', (error: NodeJS.ErrnoException, duplex) => {
    const socket = duplex as Socket
    const connection = connectionOf(socket)
    // Requests before the malformed one may have been done: their callers must hear of it first.
    if (connection.active.size === 0) refuseHead(socket, statusOf(error))
    else connection.malformed = statusOf(error)
  })
  // Without this, Node enforces no header timeout on a server that does not listen itself.
  server.emit('listening')
  return server
}

interface Connection {
  readonly active: Set<Http1Exchange>
  /** The status for what came behind the requests that are still active. */
  malformed: string | undefined
}

interface Http1Exchange extends Exchange {
  /** Nothing moved on the connection for the whole idle time. */
  wasSilent(): void
}

function statusOf(error: NodeJS.ErrnoException): string {
  if (error.code === 'HPE_HEADER_OVERFLOW') return '431 Request Header Fields Too Large'
  return error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? '408 Request Timeout' : '400 Bad Request'
}

function refuseHead(socket: Socket, status: string): void {
  if (!socket.writable) {
    socket.destroy()
    return
  }
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, () =>
    socket.destroy(),
  )
}

function createExchange(
  request: IncomingMessage,
  response: ServerResponse,
  waitsForContinue: boolean,
  deps: HttpDeps,
  onOver: () => void,
): Http1Exchange {
  const { socket } = request
  let waits = waitsForContinue
  let stalled = false
  let sentBytes = 0
  let sent = false
  let idleListener: (() => void) | undefined

  response.once('finish', () => {
    sent = !socket.destroyed
  })
  response.once('close', () => {
    if (request.complete || socket.destroyed) return onOver()
    request.once('end', onOver)
    socket.once('close', onOver)
  })

  const { rawPath, rawQuery } = splitTarget(request.url ?? '/')
  return {
    rawPath,
    rawQuery,
    method: request.method ?? 'GET',
    headers: headersOf(request),
    body: hasBody(request) ? request : undefined,
    sourceAddress: socket.remoteAddress ?? '',
    secure: 'encrypted' in socket,
    askForBody() {
      if (!waits) return
      waits = false
      response.writeContinue()
    },
    onIdle(listener) {
      idleListener = listener
    },
    wasSilent() {
      const bodyIsLate = !request.complete && request.readableLength === 0 && !waits
      if (bodyIsLate && idleListener && !stalled) {
        stalled = true
        idleListener()
      } else if (bodyIsLate || socket.writableLength > 0) socket.destroy()
    },
    send(answer) {
      // A client that waits for `100 Continue` may send its body yet or leave it: nobody could tell
      // where its next request starts.
      const isLast = deps.draining() || waits || stalled
      if (!request.complete && !isLast) dropRest(request)
      sentBytes = writeAnswer(request, response, answer, isLast)
    },
    abandon: () => void socket.destroy(),
    onClose(listener) {
      response.once('close', () => listener(sent, sentBytes))
    },
  }
}

/** Reads away what is left of a body that nobody wants, so that the client sees its answer. */
function dropRest(request: IncomingMessage): void {
  let dropped = 0
  request.removeAllListeners('data')
  request.on('data', (chunk: Buffer) => {
    dropped += chunk.length
    if (dropped > serverLimits.droppedSizeMax) request.destroy()
  })
  request.resume()
}

function writeAnswer(
  request: IncomingMessage,
  response: ServerResponse,
  { status, headers, body }: WireResponse,
  isLast: boolean,
): number {
  const head: Record<string, string | number> = isLast
    ? { ...headers, connection: 'close' }
    : { ...headers }
  const streamed = body instanceof Readable
  if (request.method === 'HEAD' || status === 204 || status === 304 || request.socket.destroyed) {
    if (streamed) body.destroy()
    response.writeHead(status, head)
    response.end()
    return 0
  }
  if (!streamed) {
    const size = sizeOf(body)
    head['content-length'] = size
    response.writeHead(status, head)
    response.end(body)
    return size
  }
  response.writeHead(status, head)
  if (head['content-length'] === undefined) response.flushHeaders()
  // A body that breaks off destroys the connection: the client sees that it has not got all.
  pipeline(body, response, () => undefined)
  return Number(head['content-length'] ?? 0)
}

function hasBody({ headers }: IncomingMessage): boolean {
  const length = headers['content-length']
  return headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0')
}

/** Node joins repeated headers with `, `; a signature is over `,`. */
function headersOf({ headers, rawHeaders }: IncomingMessage): HeaderFields {
  const fields = headers as HeaderFields
  if (Object.keys(fields).length * 2 === rawHeaders.length) return fields
  const joined: Record<string, string | undefined> = { ...fields }
  const seen = new Set<string>()
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]?.toLowerCase() ?? ''
    const value = rawHeaders[index + 1] ?? ''
    if (!name.startsWith('x-amz-')) continue
    joined[name] = seen.has(name) ? `${joined[name]},${value}` : value
    seen.add(name)
  }
  return joined
}
