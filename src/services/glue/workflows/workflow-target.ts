import { parseArn } from '../../../base/arn.ts'
import { ServiceError } from '../../../base/errors.ts'
import type { EventTarget } from '../../../base/event-target.ts'
import { entityNotFound, invalidInput } from '../catalog-errors.ts'
import type { Scheduler } from '../triggers/scheduler.ts'
import type { Triggers } from '../triggers/triggers.ts'
import type { Workflows } from './workflows.ts'

/**
 * Workflows as destinations of events: an event goes to the workflow's EVENT trigger, which starts a
 * run when it has enough of them.
 */
export function createWorkflowTarget(deps: {
  readonly workflows: Workflows
  readonly triggers: Triggers
  readonly scheduler: Scheduler
}): EventTarget {
  const { workflows, triggers, scheduler } = deps

  async function reach(arn: string) {
    const { accountId = '', region = '', resource = '' } = parseArn(arn) ?? {}
    const scope = { accountId, region }
    const [kind, ...rest] = resource.split('/')
    if (kind !== 'workflow') throw invalidInput(`Invalid ARN: ${arn}`)
    const { name } = await workflows.get(scope, rest.join('/'))
    const all = await triggers.ofWorkflow(scope, name)
    const trigger = all.find(({ type }) => type === 'EVENT')
    if (!trigger) throw entityNotFound(`Workflow ${name} has no EVENT trigger.`)
    return { scope, trigger }
  }

  return {
    service: 'glue',
    async validate(arn) {
      await reach(arn)
    },
    async deliver(arn, { eventId }) {
      const { scope, trigger } = await reach(arn)
      if (eventId === undefined) throw invalidInput('A workflow is started by whole events only')
      if (trigger.state === 'DEACTIVATED') {
        throw new ServiceError('InvalidInputException', `Trigger ${trigger.name} is deactivated`)
      }
      await triggers.gather(scope, trigger.name, eventId)
      await scheduler.fire(scope, trigger.name)
    },
  }
}
