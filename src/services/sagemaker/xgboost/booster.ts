import type { FeatureMatrix } from './feature-matrix.ts'
import { sigmoid, softmax } from './gradients.ts'
import type { Objective } from './hyperparameters.ts'
import type { RegressionTree } from './regression-tree.ts'
import { scoreRow } from './regression-tree.ts'

/** A trained model: what `model-format.ts` writes and reads, and what an endpoint scores with. */
export interface Booster {
  readonly objective: Objective
  readonly classCount: number
  readonly columnCount: number
  /** As a probability for logistic objectives. */
  readonly baseScore: number
  /** Round by round; within a round one tree a class. */
  readonly trees: ReadonlyArray<RegressionTree>
}

/** What all rows start from before the first tree. */
export function baseMargin({
  objective,
  baseScore,
}: Pick<Booster, 'objective' | 'baseScore'>): number {
  const logistic = objective === 'binary:logistic' || objective === 'reg:logistic'
  return logistic ? -Math.log(1 / baseScore - 1) : baseScore
}

/** One margin by row and class. */
export function marginsOf(booster: Booster, data: FeatureMatrix): Float64Array {
  const { trees, classCount } = booster
  const margins = new Float64Array(data.rowCount * classCount).fill(baseMargin(booster))
  for (let at = 0; at < trees.length; at++) {
    const tree = trees[at]
    if (tree) addTree(margins, tree, data, at % classCount, classCount)
  }
  return margins
}

export function addTree(
  margins: Float64Array,
  tree: RegressionTree,
  data: FeatureMatrix,
  classIndex: number,
  classCount: number,
): void {
  for (let row = 0; row < data.rowCount; row++) {
    const at = row * classCount + classIndex
    margins[at] = (margins[at] ?? 0) + scoreRow(tree, data.values, row * data.columnCount)
  }
}

/** Probabilities or values, one by row and class. */
export function transformMargins(
  { objective, classCount }: Pick<Booster, 'objective' | 'classCount'>,
  margins: Float64Array,
): Float64Array {
  if (objective === 'reg:squarederror') return margins
  if (classCount === 1) return margins.map(sigmoid)
  const values = new Float64Array(margins.length)
  for (let row = 0; row < margins.length / classCount; row++) {
    values.set(softmax(margins, row, classCount), row * classCount)
  }
  return values
}
