import { Readable } from 'node:stream'
import type { Service } from '../wire/operation.ts'
import type { Wire, WireResponse } from '../wire/request.ts'
import type { Exchange } from './exchange.ts'
import type { Passage } from './passage.ts'

/** A browser asks by itself, unsigned, before it sends what a page wants to send. */
export function isPreflight({ method, headers }: Exchange): boolean {
  return (
    method === 'OPTIONS' &&
    headers['origin'] !== undefined &&
    headers['access-control-request-method'] !== undefined
  )
}

/** By the rules of the bucket; without one that fits it throws, and the browser sends nothing. */
export async function answerPreflight(
  passage: Passage,
  rawPath: string,
  { wire, service }: { readonly wire: Wire; readonly service: Service | undefined },
): Promise<WireResponse> {
  const { headers, rawQuery } = passage.exchange
  passage.service = 's3'
  passage.operation = 'Preflight'
  // Errors are written as those of any operation of S3.
  const line = { method: 'GET', rawPath, rawQuery, headers, stream: Readable.from([]) }
  const bytes = () => Promise.resolve(Buffer.alloc(0))
  const identified = await wire.identify({ ...line, bytes }, 's3')
  const writer = identified.kind === 'operation' ? identified.operation : identified
  passage.writeError = (error, id) => writer.writeError(error, id)
  const wanted = headers['access-control-request-headers'] ?? ''
  const allowed = await service?.crossOrigin?.preflight({
    rawPath,
    origin: headers['origin'] ?? '',
    method: headers['access-control-request-method'] ?? '',
    headers: wanted.split(',').flatMap((name) => name.trim() || []),
  })
  return {
    status: 200,
    headers: { ...allowed, 'x-amz-request-id': passage.requestId, 'content-length': '0' },
  }
}
