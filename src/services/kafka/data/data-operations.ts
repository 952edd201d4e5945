import type { BoundKafkaOperation } from '../../../wire/kafka/operation.ts'
import { bindKafkaOperation } from '../bind-operation.ts'
import { createSettingsLookup } from '../topics/topic-settings.ts'
import { createAppendTurns } from './append-turns.ts'
import type { DataDeps, DataOptions } from './data-deps.ts'
import { createFetchSessions } from './fetch-sessions.ts'
import { describeProducers } from './operations/describe-producers.ts'
import { fetch } from './operations/fetch.ts'
import { listOffsets } from './operations/list-offsets.ts'
import { offsetForLeaderEpoch } from './operations/offset-for-leader-epoch.ts'
import { produce } from './operations/produce.ts'

/** The APIs that write and read records. */
export function bindDataOperations(options: DataOptions): ReadonlyArray<BoundKafkaOperation> {
  const deps: DataDeps = {
    ...options,
    settingsOf: createSettingsLookup(),
    turns: createAppendTurns(),
    sessions: createFetchSessions(options),
  }
  return [
    bindKafkaOperation(deps, describeProducers),
    bindKafkaOperation(deps, fetch),
    bindKafkaOperation(deps, listOffsets),
    bindKafkaOperation(deps, offsetForLeaderEpoch),
    bindKafkaOperation(deps, produce),
  ]
}
