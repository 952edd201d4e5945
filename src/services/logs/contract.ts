import type { Clock } from '../../base/clock.ts'
import type { OperationName } from '../../wire/contract.ts'
import type { Operation } from '../../wire/operation.ts'
import type { LogEvents } from './log-events.ts'
import type { LogGroups } from './log-groups.ts'
import type { LogReader } from './log-reader.ts'
import type { LogStreams } from './log-streams.ts'
import type { ResourcePolicies } from './resource-policies.ts'

type Sdk = typeof import('@aws-sdk/client-cloudwatch-logs')

/** The nouns that the operations stand on. */
export interface LogsDeps {
  readonly groups: LogGroups
  readonly streams: LogStreams
  readonly events: LogEvents
  readonly reader: LogReader
  readonly resourcePolicies: ResourcePolicies
  readonly clock: Clock
}

export type LogsOperation<Name extends OperationName<Sdk>> = Operation<LogsDeps, Sdk, Name>
