import type { SagemakerOperation } from '../contract.ts'

/** The data in S3 stays, and so do endpoints that serve it, as on AWS. */
export const deleteModel: SagemakerOperation<'DeleteModel'> = {
  name: 'DeleteModel',
  async run({ models }, { ModelName }, context) {
    await models.remove(context, ModelName)
    return {}
  },
}
