import type { Service } from '../wire/operation.ts'
import type { WireResponse } from '../wire/request.ts'
import type { Exchange } from './exchange.ts'

/** What a web page of another origin is told beside the answer; undefined when none asks. */
export async function crossOriginHeaders(
  service: Service | undefined,
  { headers, method }: Exchange,
  rawPath: string,
): Promise<Readonly<Record<string, string>> | undefined> {
  const origin = headers['origin']
  if (origin === undefined || !service?.crossOrigin) return undefined
  return service.crossOrigin.headers({ rawPath, origin, method })
}

export function withHeaders(
  response: WireResponse,
  headers: Readonly<Record<string, string>> | undefined,
): WireResponse {
  return headers ? { ...response, headers: { ...response.headers, ...headers } } : response
}
