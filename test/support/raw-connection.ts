import type { Socket } from 'node:net'
import { connect } from 'node:net'

/** A TCP connection that says exactly what it is told, for clients that no library would be. */
export async function rawConnection(port: number) {
  const socket: Socket = connect(port, '127.0.0.1')
  let text = ''
  let ended = false
  const waiters = new Set<() => void>()
  const wake = () => {
    for (const waiter of waiters) waiter()
  }
  socket.on('data', (bytes) => {
    text += bytes.toString('latin1')
    wake()
  })
  socket.on('error', () => undefined)
  socket.on('close', () => {
    ended = true
    wake()
  })
  await new Promise((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('error', reject)
  })

  function until(isDone: () => boolean, what: string, timeoutMs = 5_000): Promise<string> {
    return new Promise((resolve, reject) => {
      const check = () => {
        if (!isDone() && !ended) return
        clearTimeout(timer)
        waiters.delete(check)
        if (isDone()) resolve(text)
        else reject(new Error(`closed before ${what}; received: ${text}`))
      }
      const timer = setTimeout(() => {
        waiters.delete(check)
        reject(new Error(`no ${what} in time; received: ${text}`))
      }, timeoutMs)
      waiters.add(check)
      check()
    })
  }

  return {
    socket,
    write: (data: string | Uint8Array) => void socket.write(data),
    /** All that was received so far, once it matches. */
    received: (pattern: RegExp) => until(() => pattern.test(text), String(pattern)),
    /** All that was received, once the server has closed the connection. */
    closed: () => until(() => ended, 'close'),
    destroy: () => void socket.destroy(),
  }
}

/** A request head as text, `content-length` included. */
export function rawHead(line: string, headers: Readonly<Record<string, string>>): string {
  const fields = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  return `${line} HTTP/1.1\r\n${fields.join('')}\r\n`
}
