import { dateOf } from '../../../base/clock.ts'
import type { SagemakerOperation } from '../contract.ts'
import { pageOf } from './wire-page.ts'

export const listTrainingJobs: SagemakerOperation<'ListTrainingJobs'> = {
  name: 'ListTrainingJobs',
  refuses: ['WarmPoolStatusEquals', 'TrainingPlanArnEquals'],
  async run({ trainingJobs }, input, context) {
    const all = await trainingJobs.list(context)
    const wanted = all.filter(
      (job) => input.StatusEquals === undefined || job.status === input.StatusEquals,
    )
    const { items, nextToken } = pageOf(wanted, input)
    return {
      TrainingJobSummaries: items.map((job) => ({
        TrainingJobName: job.name,
        TrainingJobArn: job.arn,
        CreationTime: dateOf(job.createdMs),
        LastModifiedTime: dateOf(job.modifiedMs),
        TrainingJobStatus: job.status,
        ...(job.trainingEndMs !== undefined && { TrainingEndTime: dateOf(job.trainingEndMs) }),
      })),
      NextToken: nextToken,
    }
  },
}
