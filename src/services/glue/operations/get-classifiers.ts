import type { GlueOperation } from '../contract.ts'
import type { StoredClassifier } from '../crawler/classifiers.ts'
import { limits } from '../limits.ts'
import { pageByName } from '../page-token.ts'
import { classifierToWire } from './wire-classifier.ts'

export const getClassifiers: GlueOperation<'GetClassifiers'> = {
  name: 'GetClassifiers',
  async run({ classifiers }, input, context) {
    const { items, NextToken } = await pageByName<StoredClassifier>(
      input,
      limits.pageSize,
      ({ name }) => name,
      (page) => classifiers.page(context, page),
    )
    return { Classifiers: items.map(classifierToWire), NextToken }
  },
}
