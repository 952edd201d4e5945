import type { GlueOperation } from '../contract.ts'
import { limits } from '../limits.ts'
import { pageByName } from '../page-token.ts'
import type { Workflow } from '../workflows/workflows.ts'

export const listWorkflows: GlueOperation<'ListWorkflows'> = {
  name: 'ListWorkflows',
  async run({ workflows }, input, context) {
    const { items, NextToken } = await pageByName<Workflow>(
      input,
      limits.workflowsPageSize,
      ({ name }) => name,
      (page) => workflows.page(context, page),
    )
    return { Workflows: items.map(({ name }) => name), NextToken }
  },
}
