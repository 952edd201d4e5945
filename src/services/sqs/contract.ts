import type { OperationName } from '../../wire/contract.ts'
import type { Operation } from '../../wire/operation.ts'
import type { SqsNouns } from './sqs-nouns.ts'

export type Sdk = typeof import('@aws-sdk/client-sqs')

export type SqsOperation<Name extends OperationName<Sdk>> = Operation<SqsNouns, Sdk, Name>
