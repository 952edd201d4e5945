import type { Server as Http1Server } from 'node:http'
import type { Http2Server } from 'node:http2'
import type { Server, Socket } from 'node:net'
import { createServer } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'

export interface MuxDeps {
  readonly http1: Http1Server
  readonly http2: Http2Server
  /** Absent: TLS is not spoken. */
  readonly tls: { readonly cert: string; readonly key: string } | undefined
  readonly connectionsMax: number
  /** Time in which a new connection has to say something. */
  readonly firstByteTimeoutMs: number
  /** Holds the connections that have not said anything yet. */
  readonly silent: Set<Socket>
  readonly onConnection: (socket: Socket) => void
}

/**
 * One TCP port for HTTP/1.1, HTTP/2 with prior knowledge, and TLS with either behind it. The first
 * bytes tell: 0x16 starts a TLS handshake, `PRI` the preface of HTTP/2, all else is HTTP/1.1.
 */
export function createMux(deps: MuxDeps): Server {
  const { http1, http2, tls, connectionsMax, firstByteTimeoutMs, silent, onConnection } = deps
  const secure =
    tls &&
    createTlsServer(
      { ...tls, ALPNProtocols: ['h2', 'http/1.1'], handshakeTimeout: firstByteTimeoutMs },
      (socket) => {
        socket.on('error', () => socket.destroy())
        ;(socket.alpnProtocol === 'h2' ? http2 : http1).emit('connection', socket)
      },
    )
  secure?.on('tlsClientError', (_error, socket) => socket.destroy())

  function route(socket: Socket, first: Buffer): void {
    silent.delete(socket)
    socket.setTimeout(0)
    socket.removeAllListeners('timeout')
    socket.pause()
    socket.unshift(first)
    if (secure && first[0] === 0x16) secure.emit('connection', socket)
    else (first.toString('latin1', 0, 3) === 'PRI' ? http2 : http1).emit('connection', socket)
    process.nextTick(() => socket.resume())
  }

  const server = createServer({ noDelay: true }, (socket) => {
    onConnection(socket)
    silent.add(socket)
    socket.once('close', () => silent.delete(socket))
    socket.on('error', () => socket.destroy())
    socket.setTimeout(firstByteTimeoutMs, () => socket.destroy())
    let first: Buffer | undefined
    const onData = (bytes: Buffer) => {
      first = first ? Buffer.concat([first, bytes]) : bytes
      // Three bytes decide; one or two that could start `PRI` do not.
      if (first.length < 3 && 'PRI'.startsWith(first.toString('latin1'))) return
      socket.off('data', onData)
      route(socket, first)
    }
    socket.on('data', onData)
  })
  server.maxConnections = connectionsMax
  return server
}
