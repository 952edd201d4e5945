import type { Clock } from '../../base/clock.ts'
import type { OperationName } from '../../wire/contract.ts'
import type { Operation } from '../../wire/operation.ts'
import type { EndpointConfigs } from './hosting/endpoint-configs.ts'
import type { Endpoints } from './hosting/endpoints.ts'
import type { LoadedModels } from './hosting/loaded-models.ts'
import type { Models } from './models.ts'
import type { TrainingJobs } from './training/training-jobs.ts'

type Sdk = typeof import('@aws-sdk/client-sagemaker')
type RuntimeSdk = typeof import('@aws-sdk/client-sagemaker-runtime')

export interface SagemakerDeps {
  readonly trainingJobs: TrainingJobs
  readonly models: Models
  readonly endpointConfigs: EndpointConfigs
  readonly endpoints: Endpoints
  readonly clock: Clock
}

export interface RuntimeDeps {
  readonly endpoints: Endpoints
  readonly loadedModels: LoadedModels
}

export type SagemakerOperation<Name extends OperationName<Sdk>> = Operation<
  SagemakerDeps,
  Sdk,
  Name
>
export type RuntimeOperation<Name extends OperationName<RuntimeSdk>> = Operation<
  RuntimeDeps,
  RuntimeSdk,
  Name
>
