import type { GlueOperation } from '../contract.ts'

export const deleteClassifier: GlueOperation<'DeleteClassifier'> = {
  name: 'DeleteClassifier',
  async run({ classifiers }, input, context) {
    await classifiers.remove(context, input.Name)
    return {}
  },
}
