import type { GlueOperation } from '../contract.ts'
import { readWorkflow } from './wire-workflow.ts'

export const batchGetWorkflows: GlueOperation<'BatchGetWorkflows'> = {
  name: 'BatchGetWorkflows',
  async run(deps, input, context) {
    const withGraph = input.IncludeGraph ?? false
    const found = await Promise.all(
      input.Names.map((name) => readWorkflow(deps, context, name, withGraph)),
    )
    return {
      Workflows: found.flatMap((workflow) => (workflow ? [workflow] : [])),
      MissingWorkflows: input.Names.filter((_, at) => !found[at]),
    }
  },
}
