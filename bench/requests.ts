import { signedHeaders } from '../test/support/sign.ts'

/** A request head as bytes go over the wire, `host` included. */
export function headOf(
  port: number,
  method: string,
  target: string,
  headers: Readonly<Record<string, string>>,
): string {
  const fields = Object.entries({ host: `127.0.0.1:${port}`, ...headers })
  const lines = fields.map(([name, value]) => `${name}: ${value}\r\n`)
  return `${method} ${target} HTTP/1.1\r\n${lines.join('')}\r\n`
}

/** The same with Signature Version 4, over the hash of the body unless `payload` says otherwise. */
export function signedHead(
  port: number,
  request: {
    readonly method: string
    readonly target: string
    readonly headers?: Readonly<Record<string, string>>
    readonly service: string
    readonly body?: string | Uint8Array
    readonly payload?: string
  },
): string {
  const { method, target, body } = request
  const host = `127.0.0.1:${port}`
  const headers = signedHeaders({ ...request, headers: { host, ...request.headers } })
  const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }
  return headOf(port, method, target, { ...headers, ...length })
}
