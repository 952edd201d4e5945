import type { CliContext } from './context.ts'

/** The server that a command talks to: the flag, else the environment, else the default address. */
export function endpointOf(context: CliContext, flag: string | undefined): string {
  const chosen = flag ?? context.environment['AWS_ENDPOINT_URL'] ?? 'http://127.0.0.1:4566'
  return chosen.replace(/\/+$/, '')
}

export interface Health {
  readonly status: string
  readonly version: string
  readonly services: Readonly<Record<string, string>>
  /** `host:port` of the broker of Kafka's protocol, while it listens. */
  readonly kafka?: string
}

/** Undefined when no Headrace answers there. */
export async function fetchHealth(endpoint: string): Promise<Health | undefined> {
  try {
    const response = await fetch(`${endpoint}/_headrace/health`, {
      signal: AbortSignal.timeout(3_000),
    })
    const body = (await response.json()) as Partial<Health>
    return body.version && body.services ? (body as Health) : undefined
  } catch {
    // Refused, timed out or not JSON: each means that no server of ours is there.
    return undefined
  }
}
