import type { GlueOperation } from '../contract.ts'
import { jobToWire } from './wire-job.ts'

export const getJob: GlueOperation<'GetJob'> = {
  name: 'GetJob',
  async run({ jobs }, input, context) {
    return { Job: jobToWire(await jobs.get(context, input.JobName)) }
  },
}
