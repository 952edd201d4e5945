import type { GlueOperation } from '../contract.ts'
import { jobFromWire } from './wire-job.ts'

/** AWS: the definition before is overwritten as a whole. */
export const updateJob: GlueOperation<'UpdateJob'> = {
  name: 'UpdateJob',
  async run({ jobs }, input, context) {
    const definition = jobFromWire(input.JobName, input.JobUpdate)
    await jobs.update(context, input.JobName, () => definition)
    return { JobName: input.JobName }
  },
}
