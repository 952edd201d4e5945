import type { GlueOperation } from '../contract.ts'
import { errorOf } from './wire-batch.ts'

export const batchStopJobRun: GlueOperation<'BatchStopJobRun'> = {
  name: 'BatchStopJobRun',
  async run({ jobs, runs }, input, context) {
    const { JobName } = input
    await jobs.get(context, JobName)
    const successes = []
    const errors = []
    for (const id of input.JobRunIds) {
      const error = await errorOf(runs.stop(context, JobName, id))
      if (error) errors.push({ JobName, JobRunId: id, ErrorDetail: error })
      else successes.push({ JobName, JobRunId: id })
    }
    return { SuccessfulSubmissions: successes, Errors: errors }
  },
}
