import type { OperationName } from '../../wire/contract.ts'
import type { Operation } from '../../wire/operation.ts'
import type { Sessions } from './sessions.ts'

type Sdk = typeof import('@aws-sdk/client-sts')

/** STS keeps no state of its own: sessions carry theirs. */
export interface StsDeps {
  readonly sessions: Sessions
  /** Account of a configured access key; undefined for an unknown one. */
  readonly accountOfKey: (accessKeyId: string) => Promise<string | undefined>
}

export type StsOperation<Name extends OperationName<Sdk>> = Operation<StsDeps, Sdk, Name>
