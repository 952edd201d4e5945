import type { GlueOperation } from '../contract.ts'

export const getWorkflowRunProperties: GlueOperation<'GetWorkflowRunProperties'> = {
  name: 'GetWorkflowRunProperties',
  async run({ workflows }, input, context) {
    const { properties } = await workflows.getRun(context, input.Name, input.RunId)
    return { RunProperties: properties }
  },
}
