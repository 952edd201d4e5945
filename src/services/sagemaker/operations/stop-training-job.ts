import type { SagemakerOperation } from '../contract.ts'

/** Answered at once; the job is Stopped when its process has ended. */
export const stopTrainingJob: SagemakerOperation<'StopTrainingJob'> = {
  name: 'StopTrainingJob',
  async run({ trainingJobs }, { TrainingJobName }, context) {
    await trainingJobs.stop(context, TrainingJobName)
    return {}
  },
}
