import type { Clock } from '../../../base/clock.ts'
import type { Random } from '../../../base/random.ts'
import type { Scope } from '../../../base/scope.ts'
import type { BatchLog } from '../../../engines/log/port.ts'
import type { Authorizer, Topics, TransactionGate } from '../parts.ts'
import type { createSettingsLookup } from '../topics/topic-settings.ts'
import type { AppendTurns } from './append-turns.ts'
import type { FetchSessions } from './fetch-sessions.ts'

/** What the operations of data are made with. */
export interface DataOptions {
  readonly topics: Topics
  readonly batches: BatchLog
  readonly authorizer: Authorizer
  readonly gate: TransactionGate
  readonly quotas: ByteQuotas
  readonly clock: Clock
  readonly random: Random
}

/** What the operations of data work on. */
export interface DataDeps extends DataOptions {
  readonly settingsOf: ReturnType<typeof createSettingsLookup>
  readonly turns: AppendTurns
  readonly sessions: FetchSessions
}

/** Counts bytes that passed, and answers for how many milliseconds their client has to be silent. */
export interface ByteQuotas {
  charge(
    client: Scope & { readonly principal: string },
    clientId: string,
    name: 'producer_byte_rate' | 'consumer_byte_rate',
    bytes: number,
  ): number
}
