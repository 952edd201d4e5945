import type { SagemakerOperation } from '../contract.ts'
import { sagemakerLimits } from '../limits.ts'
import { refused } from './wire-refusal.ts'
import { tagsOf } from './wire-tags.ts'
import {
  checkAlgorithm,
  checkHyperparameters,
  checkOutput,
  parseChannels,
} from './wire-training.ts'

/**
 * The built-in XGBoost on the data in S3. The instance type is kept and shown; the job has the memory
 * and the processors of this machine.
 */
export const createTrainingJob: SagemakerOperation<'CreateTrainingJob'> = {
  name: 'CreateTrainingJob',
  refuses: [
    'VpcConfig',
    'CheckpointConfig',
    'DebugHookConfig',
    'DebugRuleConfigurations',
    'TensorBoardOutputConfig',
    'ExperimentConfig',
    'ProfilerRuleConfigurations',
    'RetryStrategy',
    'InfraCheckConfig',
    'EnableManagedSpotTraining',
  ],
  async run({ trainingJobs }, input, context) {
    const resources = input.ResourceConfig
    if ((resources?.InstanceCount ?? 1) !== 1) throw refused('ResourceConfig.InstanceCount above 1')
    const job = await trainingJobs.create(context, {
      name: input.TrainingJobName,
      image: checkAlgorithm(input.AlgorithmSpecification),
      roleArn: input.RoleArn,
      hyperparameters: checkHyperparameters(input.HyperParameters),
      channels: parseChannels(input.InputDataConfig ?? [], input.AlgorithmSpecification),
      outputPath: checkOutput(input.OutputDataConfig),
      instanceType: resources?.InstanceType ?? 'ml.m5.large',
      volumeGigabytes: resources?.VolumeSizeInGB ?? 1,
      runtimeSecondsMax:
        input.StoppingCondition?.MaxRuntimeInSeconds ?? sagemakerLimits.runtimeSecondsInitial,
      tags: tagsOf(input.Tags ?? []),
    })
    return { TrainingJobArn: job.arn }
  },
}
