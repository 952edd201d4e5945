import type { GlueOperation } from '../contract.ts'
import type { JobRun } from '../jobs/job-run.ts'
import { limits } from '../limits.ts'
import { pageByName } from '../page-token.ts'
import { runToWire } from './wire-job.ts'

export const getJobRuns: GlueOperation<'GetJobRuns'> = {
  name: 'GetJobRuns',
  async run({ jobs, runs, clock }, input, context) {
    await jobs.get(context, input.JobName)
    const { items, NextToken } = await pageByName<JobRun>(
      input,
      limits.jobRunsPageSize,
      ({ id }) => id,
      (page) => runs.page(context, input.JobName, page),
    )
    const nowMs = clock.wallMs()
    return { JobRuns: items.map((run) => runToWire(run, nowMs)), NextToken }
  },
}
