import type { GlueOperation } from '../contract.ts'
import type { Job } from '../jobs/jobs.ts'
import { limits } from '../limits.ts'
import { pageByName } from '../page-token.ts'
import { withTags } from './wire-resource.ts'

export const listJobs: GlueOperation<'ListJobs'> = {
  name: 'ListJobs',
  async run({ jobs, tags }, input, context) {
    const { items, NextToken } = await pageByName<Job>(
      input,
      limits.pageSize,
      ({ name }) => name,
      (page) => jobs.page(context, page),
    )
    const names = items.map(({ name }) => name)
    return { JobNames: await withTags(tags, context, 'job', names, input.Tags), NextToken }
  },
}
