import type { AddressInfo, Server } from 'node:net'
import type { Logger } from '../base/logger.ts'

/**
 * Listens; port 0 picks a free one. Rejects with Node's error (`EADDRINUSE`, …). What fails later, as
 * for want of file descriptors, costs the connection that could not be accepted, and nothing else.
 */
export function listenOn(
  server: Server,
  port: number,
  host: string,
  log: Logger,
): Promise<{ readonly port: number }> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      server.on('error', (error) =>
        log.error({ err: error, port }, 'a connection could not be accepted'),
      )
      resolve({ port: (server.address() as AddressInfo).port })
    })
  })
}
