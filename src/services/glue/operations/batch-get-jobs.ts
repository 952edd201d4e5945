import type { GlueOperation } from '../contract.ts'
import { jobToWire } from './wire-job.ts'

export const batchGetJobs: GlueOperation<'BatchGetJobs'> = {
  name: 'BatchGetJobs',
  async run({ jobs }, input, context) {
    const found = await Promise.all(input.JobNames.map((name) => jobs.find(context, name)))
    return {
      Jobs: found.flatMap((job) => (job ? [jobToWire(job)] : [])),
      JobsNotFound: input.JobNames.filter((_, at) => !found[at]),
    }
  },
}
