import type { EvalMetric } from './hyperparameters.ts'

/** Predictions of a data set: probabilities (by class, row by row) or values. */
export interface Predictions {
  readonly values: Float64Array
  readonly classCount: number
}

/** Metrics for which more is better. */
export function isMaximized(metric: EvalMetric): boolean {
  return metric === 'auc'
}

export function evaluate(
  metric: EvalMetric,
  { values, classCount }: Predictions,
  labels: Float32Array,
): number {
  switch (metric) {
    case 'auc':
      return areaUnderCurve(values, labels)
    case 'error':
      return mean(labels, (label, row) => (((values[row] ?? 0) > 0.5 ? 1 : 0) === label ? 0 : 1))
    case 'logloss':
      return mean(labels, (label, row) => logLoss(label, values[row] ?? 0))
    case 'rmse':
      return Math.sqrt(mean(labels, (label, row) => ((values[row] ?? 0) - label) ** 2))
    case 'mae':
      return mean(labels, (label, row) => Math.abs((values[row] ?? 0) - label))
    case 'mlogloss':
      return mean(labels, (label, row) => -Math.log(clip(values[row * classCount + label] ?? 0)))
    case 'merror':
      return mean(labels, (label, row) => (bestClass(values, row, classCount) === label ? 0 : 1))
  }
}

export function bestClass(values: Float64Array, row: number, classCount: number): number {
  let best = 0
  for (let one = 1; one < classCount; one++) {
    const start = row * classCount
    if ((values[start + one] ?? 0) > (values[start + best] ?? 0)) best = one
  }
  return best
}

/** By ranks, ties counted half; NaN when there is only one class. */
function areaUnderCurve(values: Float64Array, labels: Float32Array): number {
  const order = Array.from(labels.keys()).sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0))
  let positives = 0
  let rankSum = 0
  for (let at = 0; at < order.length; ) {
    let end = at
    while (end < order.length && values[order[end] ?? 0] === values[order[at] ?? 0]) end++
    const rank = (at + 1 + end) / 2
    for (let one = at; one < end; one++) {
      if (labels[order[one] ?? 0] === 1) {
        positives++
        rankSum += rank
      }
    }
    at = end
  }
  const negatives = order.length - positives
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives)
}

function logLoss(label: number, probability: number): number {
  const kept = clip(probability)
  return -(label * Math.log(kept) + (1 - label) * Math.log(1 - kept))
}

function clip(probability: number): number {
  return Math.min(Math.max(probability, 1e-16), 1 - 1e-16)
}

function mean(labels: Float32Array, loss: (label: number, row: number) => number): number {
  let sum = 0
  for (let row = 0; row < labels.length; row++) sum += loss(labels[row] ?? 0, row)
  return sum / labels.length
}
