import type { Clock } from '../../base/clock.ts'
import type { Random } from '../../base/random.ts'
import type { OperationName } from '../../wire/contract.ts'
import type { Operation } from '../../wire/operation.ts'
import type { EventNouns } from './events-nouns.ts'
import type { ResourceTags } from './resource-tags.ts'
import type { TargetCheck } from './target-check.ts'

export type Sdk = typeof import('@aws-sdk/client-eventbridge')

/** The nouns that the operations stand on. */
export interface EventsDeps extends EventNouns {
  readonly targetCheck: TargetCheck
  readonly resourceTags: ResourceTags
  readonly clock: Clock
  readonly random: Random
}

export type EventsOperation<Name extends OperationName<Sdk>> = Operation<EventsDeps, Sdk, Name>
