import type { Random } from '../../base/random.ts'
import type { OperationName } from '../../wire/contract.ts'
import type { Operation } from '../../wire/operation.ts'
import type { Streams } from '../kinesis/streams.ts'
import type { Channels } from './channels.ts'

type Sdk = typeof import('@aws-sdk/client-kinesis')

export interface ChannelDeps {
  readonly channels: Channels
  readonly streams: Streams
  readonly random: Random
}

export type ChannelOperation<Name extends OperationName<Sdk>> = Operation<ChannelDeps, Sdk, Name>
