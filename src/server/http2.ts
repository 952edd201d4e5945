import type {
  Http2Server,
  IncomingHttpHeaders,
  ServerHttp2Session,
  ServerHttp2Stream,
} from 'node:http2'
import { constants, createServer } from 'node:http2'
import { pipeline, Readable } from 'node:stream'
import type { WireResponse } from '../wire/request.ts'
import type { Exchange } from './exchange.ts'
import { sizeOf, splitTarget } from './exchange.ts'
import type { HttpDeps } from './http1.ts'
import { serverLimits } from './limits.ts'

/**
 * The HTTP/2 half, for prior knowledge and for TLS (the JavaScript Kinesis client speaks HTTP/2 by
 * default). `sessions` holds the open connections, so that a drain can say GOAWAY to them.
 */
export function createHttp2(deps: HttpDeps, sessions: Set<ServerHttp2Session>): Http2Server {
  const { headerTimeoutMs, idleTimeoutMs, handle } = deps
  const server = createServer({
    settings: {
      maxConcurrentStreams: serverLimits.streamsMax,
      initialWindowSize: serverLimits.streamWindowSize,
      maxHeaderListSize: serverLimits.headSizeMax,
      enablePush: false,
    },
    maxSessionMemory: serverLimits.sessionMemoryMaxMb,
  })

  server.on('session', (session) => {
    let streams = 0
    sessions.add(session)
    session.setLocalWindowSize(serverLimits.connectionWindowSize)
    session.on('error', () => session.destroy())
    session.once('close', () => sessions.delete(session))
    // Before its first request a connection has the time of a request head, later it may rest.
    session.setTimeout(headerTimeoutMs, () => {
      if (streams === 0) session.close()
    })
    session.on('stream', (stream) => {
      streams++
      session.setTimeout(serverLimits.keepAliveMs)
      stream.once('close', () => streams--)
    })
  })
  server.on('stream', (stream, headers) => {
    stream.on('error', () => undefined)
    handle(createExchange(stream, headers, idleTimeoutMs))
  })
  return server
}

function createExchange(
  stream: ServerHttp2Stream,
  received: IncomingHttpHeaders,
  idleTimeoutMs: number,
): Exchange {
  let waits = received.expect === '100-continue'
  let stalled = false
  let sentBytes = 0
  let idleListener: (() => void) | undefined
  const ended = stream.endAfterHeaders

  // A stream that the client resets stays half open otherwise.
  stream.once('aborted', () => stream.destroy())
  stream.setTimeout(idleTimeoutMs, () => {
    const bodyIsLate = !stream.readableEnded && stream.readableLength === 0 && !waits && !ended
    if (bodyIsLate && idleListener && !stalled) {
      stalled = true
      idleListener()
    } else if ((bodyIsLate && !stream.headersSent) || stream.writableLength > 0) {
      stream.close(constants.NGHTTP2_CANCEL)
    }
  })

  return {
    ...splitTarget(received[':path'] ?? '/'),
    method: received[':method'] ?? 'GET',
    headers: headersOf(received),
    body: ended ? undefined : stream,
    sourceAddress: stream.session?.socket.remoteAddress ?? '',
    secure: stream.session?.encrypted ?? false,
    askForBody() {
      if (!waits) return
      waits = false
      stream.additionalHeaders({ ':status': 100 })
    },
    onIdle(listener) {
      idleListener = listener
    },
    send(answer) {
      if (!ended && !stream.readableEnded) {
        // What is left of an unwanted body: the client is told to stop, once it has its answer
        // (RFC 9113, 8.1: RST_STREAM with NO_ERROR behind a complete response).
        stream.removeAllListeners('data')
        stream.once('finish', () => stream.close(constants.NGHTTP2_NO_ERROR))
        stream.resume()
      }
      sentBytes = writeAnswer(stream, received[':method'] === 'HEAD', answer)
    },
    abandon: () => stream.close(constants.NGHTTP2_INTERNAL_ERROR),
    onClose(listener) {
      stream.once('close', () => {
        listener(
          stream.writableFinished && stream.rstCode === constants.NGHTTP2_NO_ERROR,
          sentBytes,
        )
      })
    },
  }
}

function writeAnswer(
  stream: ServerHttp2Stream,
  isHead: boolean,
  { status, headers, body }: WireResponse,
): number {
  const streamed = body instanceof Readable
  if (stream.destroyed || stream.closed) {
    if (streamed) body.destroy()
    return 0
  }
  const head: Record<string, string | number> = { ...headers, ':status': status }
  if (streamed && !isHead) {
    stream.respond(head)
    pipeline(body, stream, (error) => {
      if (error) stream.close(constants.NGHTTP2_INTERNAL_ERROR)
    })
    return Number(head['content-length'] ?? 0)
  }
  if (streamed) body.destroy()
  const size = streamed || isHead || status === 204 || status === 304 ? 0 : sizeOf(body)
  if (size > 0) head['content-length'] = size
  stream.respond(head, { endStream: size === 0 })
  if (size > 0) stream.end(body)
  return size
}

function headersOf(received: IncomingHttpHeaders): Record<string, string | undefined> {
  const authority = received[':authority']
  // The SDK for JavaScript signs `:authority` under HTTP/2, all else know it as `host`.
  const headers: Record<string, string | undefined> = { host: authority, ':authority': authority }
  for (const name in received) {
    const value = received[name]
    if (!name.startsWith(':')) headers[name] = typeof value === 'object' ? value.join(',') : value
  }
  return headers
}
