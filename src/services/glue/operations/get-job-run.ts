import type { GlueOperation } from '../contract.ts'
import { runToWire } from './wire-job.ts'

export const getJobRun: GlueOperation<'GetJobRun'> = {
  name: 'GetJobRun',
  async run({ runs, clock }, input, context) {
    const run = await runs.get(context, input.JobName, input.RunId)
    return { JobRun: runToWire(run, clock.wallMs()) }
  },
}
