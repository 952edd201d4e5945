import type { GlueOperation } from '../contract.ts'
import type { Job } from '../jobs/jobs.ts'
import { limits } from '../limits.ts'
import { pageByName } from '../page-token.ts'
import { jobToWire } from './wire-job.ts'

export const getJobs: GlueOperation<'GetJobs'> = {
  name: 'GetJobs',
  async run({ jobs }, input, context) {
    const { items, NextToken } = await pageByName<Job>(
      input,
      limits.pageSize,
      ({ name }) => name,
      (page) => jobs.page(context, page),
    )
    return { Jobs: items.map(jobToWire), NextToken }
  },
}
