import type { IamOperation } from '../contract.ts'
import { wirePolicy } from './wire-policy.ts'
import { tagsOf } from './wire-tags.ts'

export const createPolicy: IamOperation<'CreatePolicy'> = {
  name: 'CreatePolicy',
  async run({ policies }, input, context) {
    const policy = await policies.create(context, {
      name: input.PolicyName,
      path: input.Path ?? '/',
      document: input.PolicyDocument,
      ...(input.Description !== undefined && { description: input.Description }),
      tags: tagsOf(input.Tags ?? []),
    })
    return { Policy: wirePolicy(policy, 0) }
  },
}
