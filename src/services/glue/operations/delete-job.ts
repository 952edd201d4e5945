import type { GlueOperation } from '../contract.ts'

/** AWS: no error when it is not there. Runs that are going on are stopped. */
export const deleteJob: GlueOperation<'DeleteJob'> = {
  name: 'DeleteJob',
  async run({ jobs, runs, tags }, input, context) {
    await jobs.remove(context, input.JobName)
    await runs.removeAll(context, input.JobName)
    await tags.forget(context, `job/${input.JobName}`)
    return { JobName: input.JobName }
  },
}
