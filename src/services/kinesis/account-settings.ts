import type { Clock } from '../../base/clock.ts'
import type { Scope } from '../../base/scope.ts'
import { createDocuments } from '../../engines/meta/documents.ts'
import type { MetaStore } from '../../engines/meta/port.ts'
import { COMMITMENT_MS } from './limits.ts'

/**
 * The minimum throughput billing commitment of an account in a region (On-demand Advantage): nobody
 * is billed here, but it opens warm throughput and more consumers, as on AWS.
 */
export interface Commitment {
  readonly startedMs: number
  /** It was told to end; it does not before `COMMITMENT_MS` have passed. */
  readonly endedMs?: number
}

export interface AccountSettings {
  /** Undefined when there never was one. */
  commitment(scope: Scope): Promise<Commitment | undefined>
  /** Whether the commitment holds now. */
  isAdvantage(scope: Scope): Promise<boolean>
  start(scope: Scope): Promise<Commitment>
  end(scope: Scope): Promise<Commitment | undefined>
}

export function createAccountSettings(deps: {
  readonly meta: MetaStore
  readonly clock: Clock
}): AccountSettings {
  const { clock } = deps
  const documents = createDocuments<Commitment>(deps.meta, 'kinesis/commitment')
  const commitment = (scope: Scope) => documents.get(scope)
  const holds = (found: Commitment | undefined) =>
    found !== undefined && (found.endedMs === undefined || found.endedMs > clock.wallMs())

  return {
    commitment,
    isAdvantage: async (scope) => holds(await commitment(scope)),
    async start(scope) {
      const found = await commitment(scope)
      if (found && holds(found)) {
        const kept = { startedMs: found.startedMs }
        if (found.endedMs !== undefined) await documents.put(scope, [], kept)
        return kept
      }
      const started = { startedMs: clock.wallMs() }
      await documents.put(scope, [], started)
      return started
    },
    async end(scope) {
      const found = await commitment(scope)
      if (!found || found.endedMs !== undefined) return found
      const endedMs = Math.max(clock.wallMs(), found.startedMs + COMMITMENT_MS)
      const ended = { ...found, endedMs }
      await documents.put(scope, [], ended)
      return ended
    },
  }
}
