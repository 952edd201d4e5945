import type { Server, Socket } from 'node:net'
import { createServer } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { createServer as createTlsServer } from 'node:tls'

export interface DoorDeps {
  /** PEM texts; absent: TLS is not spoken. With `clientCa` clients may show a certificate of it. */
  readonly tls:
    | { readonly cert: string; readonly key: string; readonly clientCa: string | undefined }
    | undefined
  readonly connectionsMax: number
  /** Time in which a client has to say something, and to shake hands. */
  readonly loginTimeoutMs: number
  /** Told of how many connections there are. */
  readonly onCount: (connections: number) => void
  /** The connection is paused, with its first bytes in front. */
  readonly onPlain: (socket: Socket) => void
  readonly onSecure: (socket: TLSSocket) => void
  /** A client speaks TLS, and we do not. */
  readonly onUnspoken: (socket: Socket) => void
}

/** One TCP port for plain connections and TLS: the first byte tells. */
export interface Door {
  readonly server: Server
  /** Cuts those that have said nothing yet, or still shake hands. */
  endSilent(): void
  endAll(): void
}

const TLS_HANDSHAKE = 0x16

export function createDoor(deps: DoorDeps): Door {
  const { loginTimeoutMs, onCount } = deps
  const sockets = new Set<Socket>()
  /** By where they come from, as a TLS connection does not tell which one it stands on. */
  const silent = new Map<string, Socket>()

  const secure = createSecure(deps, (socket) => {
    silent.delete(originOf(socket))
    deps.onSecure(socket)
  })

  function greet(socket: Socket, first: Buffer): void {
    socket.setTimeout(0)
    socket.removeAllListeners('timeout')
    socket.pause()
    socket.unshift(first)
    if (first[0] !== TLS_HANDSHAKE) {
      silent.delete(originOf(socket))
      deps.onPlain(socket)
    } else if (secure) {
      secure.emit('connection', socket)
      process.nextTick(() => socket.resume())
    } else deps.onUnspoken(socket)
  }

  const server = createServer({ noDelay: true }, (socket) => {
    const origin = originOf(socket)
    sockets.add(socket)
    silent.set(origin, socket)
    onCount(sockets.size)
    socket.once('close', () => {
      sockets.delete(socket)
      silent.delete(origin)
      onCount(sockets.size)
    })
    socket.on('error', () => socket.destroy())
    socket.setTimeout(loginTimeoutMs, () => socket.destroy())
    socket.once('data', (first: Buffer) => greet(socket, first))
  })
  server.maxConnections = deps.connectionsMax

  return {
    server,
    endSilent() {
      for (const socket of silent.values()) socket.destroy()
    },
    endAll() {
      for (const socket of sockets) socket.destroy()
    },
  }
}

function createSecure({ tls, loginTimeoutMs }: DoorDeps, onSecure: (socket: TLSSocket) => void) {
  if (!tls) return undefined
  const { cert, key, clientCa } = tls
  const server = createTlsServer(
    {
      cert,
      key,
      handshakeTimeout: loginTimeoutMs,
      ...(clientCa !== undefined && { ca: clientCa, requestCert: true }),
      // A client without a certificate may still log in; one with a wrong one is sent away.
      rejectUnauthorized: false,
    },
    (socket) => {
      socket.on('error', () => socket.destroy())
      onSecure(socket)
    },
  )
  server.on('tlsClientError', (_error, socket) => socket.destroy())
  return server
}

function originOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress}:${remotePort}`
}
