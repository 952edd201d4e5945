import type { OperationName } from '../../wire/contract.ts'
import type { Operation } from '../../wire/operation.ts'
import type { DeliveryStreams } from './delivery-streams.ts'

type Sdk = typeof import('@aws-sdk/client-firehose')

export interface FirehoseDeps {
  readonly deliveryStreams: DeliveryStreams
}

export type FirehoseOperation<Name extends OperationName<Sdk>> = Operation<FirehoseDeps, Sdk, Name>
