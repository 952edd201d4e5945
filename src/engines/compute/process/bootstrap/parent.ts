import { Socket } from 'node:net'

/** File descriptor 3 is a pipe to the server; it closes when the server is gone, however it went. */
const CHANNEL = 3

export function exitWithParent(): void {
  const channel = new Socket({ fd: CHANNEL })
  channel.on('error', () => process.exit(1))
  channel.on('close', () => process.exit(1))
  channel.resume()
  channel.unref()
}
