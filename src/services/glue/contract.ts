import type { Clock } from '../../base/clock.ts'
import type { OperationName } from '../../wire/contract.ts'
import type { Operation } from '../../wire/operation.ts'
import type { GlueCatalog } from './catalog-store.ts'
import type { Classifiers } from './crawler/classifiers.ts'
import type { Crawlers } from './crawler/crawlers.ts'
import type { Tags } from './tags.ts'

type Sdk = typeof import('@aws-sdk/client-glue')

/** The nouns that the operations stand on. */
export interface GlueDeps {
  readonly catalog: GlueCatalog
  readonly tags: Tags
  readonly crawlers: Crawlers
  readonly classifiers: Classifiers
  readonly clock: Clock
}

export type GlueOperation<Name extends OperationName<Sdk>> = Operation<GlueDeps, Sdk, Name>
