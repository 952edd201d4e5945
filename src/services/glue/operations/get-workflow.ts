import { entityNotFound } from '../catalog-errors.ts'
import type { GlueOperation } from '../contract.ts'
import { readWorkflow } from './wire-workflow.ts'

export const getWorkflow: GlueOperation<'GetWorkflow'> = {
  name: 'GetWorkflow',
  async run(deps, input, context) {
    const workflow = await readWorkflow(deps, context, input.Name, input.IncludeGraph ?? false)
    if (!workflow) throw entityNotFound(`Workflow ${input.Name} not found.`)
    return { Workflow: workflow }
  },
}
