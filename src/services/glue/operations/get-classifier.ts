import type { GlueOperation } from '../contract.ts'
import { classifierToWire } from './wire-classifier.ts'

export const getClassifier: GlueOperation<'GetClassifier'> = {
  name: 'GetClassifier',
  async run({ classifiers }, input, context) {
    return { Classifier: classifierToWire(await classifiers.get(context, input.Name)) }
  },
}
