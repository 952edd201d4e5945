import { dateOf } from '../../../base/clock.ts'
import type { SagemakerOperation } from '../contract.ts'
import { pageOf } from './wire-page.ts'

export const listModels: SagemakerOperation<'ListModels'> = {
  name: 'ListModels',
  async run({ models }, input, context) {
    const { items, nextToken } = pageOf(await models.list(context), input)
    return {
      Models: items.map((model) => ({
        ModelName: model.name,
        ModelArn: model.arn,
        CreationTime: dateOf(model.createdMs),
      })),
      NextToken: nextToken,
    }
  },
}
