import type { GlueOperation } from '../contract.ts'
import { changedClassifier } from './wire-classifier.ts'

export const updateClassifier: GlueOperation<'UpdateClassifier'> = {
  name: 'UpdateClassifier',
  async run({ classifiers }, input, context) {
    const { name, edit } = changedClassifier(input)
    await classifiers.update(context, name, edit)
    return {}
  },
}
