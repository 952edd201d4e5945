import type { Clock } from '../../base/clock.ts'
import type { OperationName } from '../../wire/contract.ts'
import type { Operation } from '../../wire/operation.ts'
import type { StreamReader } from '../kinesis/stream-reader.ts'
import type { ObjectAccess } from '../s3/objects/object-access.ts'
import type { Queues } from '../sqs/queues.ts'
import type { Aliases } from './aliases.ts'
import type { Destinations } from './destinations.ts'
import type { EventQueue } from './event-queue.ts'
import type { MappingWorkers } from './event-sources/mapping-workers.ts'
import type { Mappings } from './event-sources/mappings.ts'
import type { FunctionInvoker } from './function-invoker.ts'
import type { FunctionLog } from './function-log.ts'
import type { FunctionResolver } from './function-resolver.ts'
import type { FunctionVersions } from './function-versions.ts'
import type { Functions } from './functions.ts'
import type { Invocations } from './invocations.ts'
import type { InvokeConfigs } from './invoke-configs.ts'
import type { Policies } from './policies.ts'

type Sdk = typeof import('@aws-sdk/client-lambda')

/** The nouns that the operations stand on, and what other services are given of them. */
export interface LambdaDeps {
  readonly functions: Functions
  readonly versions: FunctionVersions
  readonly aliases: Aliases
  readonly policies: Policies
  readonly resolver: FunctionResolver
  readonly invocations: Invocations
  readonly invoker: FunctionInvoker
  readonly invokeConfigs: InvokeConfigs
  readonly destinations: Destinations
  readonly queue: EventQueue
  readonly mappings: Mappings
  readonly workers: MappingWorkers
  readonly functionLog: FunctionLog
  /** Names of the runtimes that this machine has. */
  readonly runtimes: ReadonlyArray<string>
  readonly reader: StreamReader
  readonly queues: Queues
  readonly objects: ObjectAccess
  readonly clock: Clock
}

export type LambdaOperation<Name extends OperationName<Sdk>> = Operation<LambdaDeps, Sdk, Name>
