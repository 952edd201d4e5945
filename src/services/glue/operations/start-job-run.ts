import { entityNotFound, unsupported } from '../catalog-errors.ts'
import type { GlueOperation } from '../contract.ts'
import { runCapacityFromWire } from './wire-job.ts'

/** Durable when answered: the run takes place, through a restart too. */
export const startJobRun: GlueOperation<'StartJobRun'> = {
  name: 'StartJobRun',
  refuses: ['ExecutionRoleSessionPolicy'],
  async run({ jobs, runs }, input, context) {
    const job = await jobs.find(context, input.JobName)
    if (!job) throw entityNotFound('Failed to start job run due to missing metadata')
    if (input.JobRunQueuingEnabled) throw unsupported('JobRunQueuingEnabled')
    if (input.SecurityConfiguration) throw unsupported('SecurityConfiguration')
    if (input.NotificationProperty?.NotifyDelayAfter) throw unsupported('NotificationProperty')
    const previous = input.JobRunId
      ? await runs.get(context, input.JobName, input.JobRunId)
      : undefined
    const run = await runs.start(context, job, {
      capacity: runCapacityFromWire(input),
      ...(input.Arguments && { arguments: input.Arguments }),
      ...(input.ExecutionClass && { executionClass: input.ExecutionClass }),
      ...(previous && { previous }),
    })
    return { JobRunId: run.id }
  },
}
