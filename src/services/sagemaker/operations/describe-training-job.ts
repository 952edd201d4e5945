import type { SagemakerOperation } from '../contract.ts'
import { wireTrainingJob } from './wire-training.ts'

export const describeTrainingJob: SagemakerOperation<'DescribeTrainingJob'> = {
  name: 'DescribeTrainingJob',
  async run({ trainingJobs }, { TrainingJobName }, context) {
    return wireTrainingJob(await trainingJobs.get(context, TrainingJobName))
  },
}
