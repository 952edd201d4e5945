import type { Service } from '../../wire/operation.ts'
import { bindOperations } from '../../wire/operation.ts'
import type { RuntimeDeps, SagemakerDeps } from './contract.ts'
import type { DeploymentsDeps } from './hosting/deployments.ts'
import { runDeployments } from './hosting/deployments.ts'
import { addTags } from './operations/add-tags.ts'
import { createEndpoint } from './operations/create-endpoint.ts'
import { createEndpointConfig } from './operations/create-endpoint-config.ts'
import { createModel } from './operations/create-model.ts'
import { createTrainingJob } from './operations/create-training-job.ts'
import { deleteEndpoint } from './operations/delete-endpoint.ts'
import { deleteEndpointConfig } from './operations/delete-endpoint-config.ts'
import { deleteModel } from './operations/delete-model.ts'
import { deleteTags } from './operations/delete-tags.ts'
import { describeEndpoint } from './operations/describe-endpoint.ts'
import { describeEndpointConfig } from './operations/describe-endpoint-config.ts'
import { describeModel } from './operations/describe-model.ts'
import { describeTrainingJob } from './operations/describe-training-job.ts'
import { invokeEndpoint } from './operations/invoke-endpoint.ts'
import { listEndpointConfigs } from './operations/list-endpoint-configs.ts'
import { listEndpoints } from './operations/list-endpoints.ts'
import { listModels } from './operations/list-models.ts'
import { listTags } from './operations/list-tags.ts'
import { listTrainingJobs } from './operations/list-training-jobs.ts'
import { stopTrainingJob } from './operations/stop-training-job.ts'
import { updateEndpoint } from './operations/update-endpoint.ts'
import type { TrainingRunsDeps } from './training/training-runs.ts'
import { runTrainings } from './training/training-runs.ts'

export function createSagemakerService(
  deps: SagemakerDeps & DeploymentsDeps & TrainingRunsDeps,
): Service {
  return {
    name: 'sagemaker',
    operations: bindOperations(deps, [
      addTags,
      createEndpoint,
      createEndpointConfig,
      createModel,
      createTrainingJob,
      deleteEndpoint,
      deleteEndpointConfig,
      deleteModel,
      deleteTags,
      describeEndpoint,
      describeEndpointConfig,
      describeModel,
      describeTrainingJob,
      listEndpointConfigs,
      listEndpoints,
      listModels,
      listTags,
      listTrainingJobs,
      stopTrainingJob,
      updateEndpoint,
    ]),
    async start(signal) {
      await Promise.all([runTrainings(deps, signal), runDeployments(deps, signal)])
    },
  }
}

export function createSagemakerRuntimeService(deps: RuntimeDeps): Service {
  return { name: 'sagemaker-runtime', operations: bindOperations(deps, [invokeEndpoint]) }
}
