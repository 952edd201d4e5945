import type { Clock } from '../../base/clock.ts'
import type { Random } from '../../base/random.ts'
import type { OperationName } from '../../wire/contract.ts'
import type { Operation } from '../../wire/operation.ts'
import type { Catalog } from '../glue/catalog.ts'
import type { NamedQueries } from './named-queries.ts'
import type { ResourceTags } from './resource-tags.ts'
import type { SubmissionDeps } from './submission.ts'

type Sdk = typeof import('@aws-sdk/client-athena')

/** The nouns that the operations stand on. */
export interface AthenaDeps extends SubmissionDeps {
  readonly namedQueries: NamedQueries
  readonly tags: ResourceTags
  readonly catalog: Catalog
  readonly clock: Clock
  readonly random: Random
}

export type AthenaOperation<Name extends OperationName<Sdk>> = Operation<AthenaDeps, Sdk, Name>
