import type { GlueOperation } from '../contract.ts'
import { jobFromWire } from './wire-job.ts'

/** Jobs on Scala, Ray or streams are refused by name. */
export const createJob: GlueOperation<'CreateJob'> = {
  name: 'CreateJob',
  refuses: ['CodeGenConfigurationNodes', 'SourceControlDetails', 'MaintenanceWindow'],
  async run({ jobs, tags }, input, context) {
    await jobs.create(context, jobFromWire(input.Name, input))
    if (input.Tags) await tags.add(context, `job/${input.Name}`, input.Tags)
    return { Name: input.Name }
  },
}
