import type { GlueOperation } from '../contract.ts'
import { newClassifier } from './wire-classifier.ts'

/** Grok and XML classifiers are refused by name. */
export const createClassifier: GlueOperation<'CreateClassifier'> = {
  name: 'CreateClassifier',
  async run({ classifiers }, input, context) {
    await classifiers.create(context, newClassifier(input))
    return {}
  },
}
