import type { OperationName } from '../../wire/contract.ts'
import type { Operation } from '../../wire/operation.ts'

type Sdk = typeof import('@aws-sdk/client-sts')

/** STS keeps no state of its own. */
export type StsDeps = Record<never, never>

export type StsOperation<Name extends OperationName<Sdk>> = Operation<StsDeps, Sdk, Name>
