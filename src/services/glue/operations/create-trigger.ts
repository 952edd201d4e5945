import type { Scope } from '../../../base/scope.ts'
import { invalidInput } from '../catalog-errors.ts'
import type { GlueDeps, GlueOperation } from '../contract.ts'
import { limits } from '../limits.ts'
import type { TriggerDefinition } from '../triggers/triggers.ts'
import { tooMany } from '../workflows/workflows.ts'
import { triggerFromWire } from './wire-trigger.ts'

export const createTrigger: GlueOperation<'CreateTrigger'> = {
  name: 'CreateTrigger',
  async run(deps, input, context) {
    const { triggers, tags } = deps
    const definition = triggerFromWire(input)
    if (input.StartOnCreation && definition.type === 'ON_DEMAND') {
      throw invalidInput('StartOnCreation is not supported for ON_DEMAND triggers')
    }
    await checkPlace(deps, context, definition)
    await triggers.create(context, definition, input.StartOnCreation ?? false)
    if (input.Tags) await tags.add(context, `trigger/${input.Name}`, input.Tags)
    return { Name: input.Name }
  },
}

/** AWS: a workflow has one starting trigger ("Blueprint and workflow restrictions"). */
async function checkPlace(
  { workflows, triggers }: GlueDeps,
  scope: Scope,
  { workflow, type, name }: TriggerDefinition,
): Promise<void> {
  if (workflow === undefined) return
  await workflows.get(scope, workflow)
  const all = (await triggers.ofWorkflow(scope, workflow)).filter((one) => one.name !== name)
  if (all.length >= limits.workflowTriggersMax) throw tooMany('triggers in a workflow')
  const start = all.find((one) => one.type !== 'CONDITIONAL')
  if (type === 'CONDITIONAL' || !start) return
  throw invalidInput(`Workflow ${workflow} already has a starting trigger: ${start.name}`)
}
