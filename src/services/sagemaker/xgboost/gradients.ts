import type { Hyperparameters } from './hyperparameters.ts'

/** First and second derivative of the loss by row, for one class of a multi-class objective. */
export interface Gradients {
  readonly gradients: Float32Array
  readonly hessians: Float32Array
}

const HESSIAN_LEAST = 1e-16

/** `margins` has one value by row and class. */
export function computeGradients(
  parameters: Hyperparameters,
  margins: Float64Array,
  labels: Float32Array,
  classIndex: number,
): Gradients {
  const gradients = new Float32Array(labels.length)
  const hessians = new Float32Array(labels.length)
  const { objective, classCount, scalePositiveWeight } = parameters
  for (let row = 0; row < labels.length; row++) {
    const label = labels[row] ?? 0
    if (objective === 'reg:squarederror') {
      gradients[row] = (margins[row] ?? 0) - label
      hessians[row] = 1
      continue
    }
    const multi = classCount > 1
    const probability = multi
      ? (softmax(margins, row, classCount)[classIndex] ?? 0)
      : sigmoid(margins[row] ?? 0)
    const truth = multi ? Number(label === classIndex) : label
    const weight = !multi && label === 1 ? scalePositiveWeight : 1
    const curvature = probability * (1 - probability) * (multi ? 2 : 1)
    gradients[row] = (probability - truth) * weight
    hessians[row] = Math.max(curvature, HESSIAN_LEAST) * weight
  }
  return { gradients, hessians }
}

export function sigmoid(margin: number): number {
  return 1 / (1 + Math.exp(-margin))
}

export function softmax(margins: Float64Array, row: number, classCount: number): Float64Array {
  const own = margins.slice(row * classCount, (row + 1) * classCount)
  const highest = own.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY)
  let sum = 0
  for (let at = 0; at < own.length; at++) {
    own[at] = Math.exp((own[at] ?? 0) - highest)
    sum += own[at] ?? 0
  }
  return own.map((value) => value / sum)
}
