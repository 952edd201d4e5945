import { dateOf } from '../../base/clock.ts'
import type { Commitment } from './account-settings.ts'
import { COMMITMENT_MS } from './limits.ts'

export function toWireCommitment(commitment: Commitment | undefined, nowMs: number) {
  if (!commitment) return { Status: 'DISABLED' as const }
  const { startedMs, endedMs } = commitment
  const StartedAt = dateOf(startedMs)
  const EarliestAllowedEndAt = dateOf(startedMs + COMMITMENT_MS)
  if (endedMs === undefined) return { Status: 'ENABLED' as const, StartedAt, EarliestAllowedEndAt }
  if (endedMs > nowMs) {
    return {
      Status: 'ENABLED_UNTIL_EARLIEST_ALLOWED_END' as const,
      StartedAt,
      EarliestAllowedEndAt,
    }
  }
  return { Status: 'DISABLED' as const, StartedAt, EndedAt: dateOf(endedMs) }
}
