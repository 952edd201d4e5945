import { createSeededRandom } from '../../../base/random.ts'
import { binFeatures } from './binned-matrix.ts'
import type { Booster } from './booster.ts'
import { addTree, baseMargin, transformMargins } from './booster.ts'
import { evaluate, isMaximized } from './evaluation.ts'
import type { FeatureMatrix } from './feature-matrix.ts'
import { DataError } from './feature-matrix.ts'
import { computeGradients } from './gradients.ts'
import type { EvalMetric, Hyperparameters } from './hyperparameters.ts'
import type { RegressionTree } from './regression-tree.ts'
import { growTree } from './tree-growth.ts'

export interface DataSet {
  /** `train`, `validation`: the prefix of its metrics. */
  readonly name: string
  readonly data: FeatureMatrix
}

/** Metrics by name (`validation-auc`) after one round. */
export type RoundMetrics = ReadonlyMap<string, number>

export interface Trained {
  readonly booster: Booster
  readonly metrics: RoundMetrics
  /** Present when training ended early: the best round, counted from 0. */
  readonly bestRound?: number
}

interface Watched extends DataSet {
  readonly margins: Float64Array
}

/**
 * Gradient boosting with histograms. Deterministic: the same data, parameters and seed give the
 * same model. The first set is learned from; all of them are measured after each round.
 */
export function trainBooster(
  sets: ReadonlyArray<DataSet>,
  parameters: Hyperparameters,
  onRound: (round: number, metrics: RoundMetrics) => void,
): Trained {
  const [learned] = sets
  if (!learned) throw new DataError('there is no training data')
  for (const set of sets) checkSet(set, learned.data.columnCount, parameters)
  const { classCount, objective, baseScore } = parameters
  const binned = binFeatures(learned.data, parameters.maxBins)
  const watched: Watched[] = sets.map((set) => ({
    ...set,
    margins: new Float64Array(set.data.rowCount * classCount).fill(baseMargin(parameters)),
  }))
  const [own] = watched
  const random = createSeededRandom(parameters.seed)
  const trees: RegressionTree[] = []
  const stop = createEarlyStop(parameters, watched)
  let metrics: RoundMetrics = new Map()
  for (let round = 0; round < parameters.rounds && own; round++) {
    const grown: RegressionTree[] = []
    for (let classIndex = 0; classIndex < classCount; classIndex++) {
      const input = computeGradients(parameters, own.margins, learned.data.labels, classIndex)
      const rows = sampleRows(learned.data.rowCount, parameters.subsample, random.unit)
      const columns = sampleColumns(binned.columnCount, parameters.columnsByTree, random.unit)
      grown.push(growTree({ ...input, data: binned, rows, columns, parameters }))
    }
    for (const set of watched) {
      grown.forEach((tree, index) => {
        addTree(set.margins, tree, set.data, index, classCount)
      })
    }
    trees.push(...grown)
    metrics = measure(watched, parameters)
    onRound(round, metrics)
    if (stop.isOver(round, metrics)) break
  }
  const booster = { objective, classCount, baseScore, columnCount: binned.columnCount, trees }
  const bestRound = stop.bestRound()
  return { booster, metrics, ...(bestRound !== undefined && { bestRound }) }
}

function checkSet(
  { name, data }: DataSet,
  columnCount: number,
  { objective, classCount }: Hyperparameters,
): void {
  if (data.rowCount === 0) throw new DataError(`the channel ${name} has no rows`)
  if (data.columnCount === 0)
    throw new DataError(`the channel ${name} has no columns but the label`)
  if (data.columnCount !== columnCount) {
    throw new DataError(
      `the channel ${name} has ${data.columnCount} features, train has ${columnCount}`,
    )
  }
  for (let row = 0; row < data.labels.length; row++) {
    const label = data.labels[row] ?? Number.NaN
    const fits =
      objective === 'reg:squarederror'
        ? Number.isFinite(label)
        : classCount > 1
          ? Number.isInteger(label) && label >= 0 && label < classCount
          : label >= 0 && label <= 1
    if (!fits)
      throw new DataError(
        `row ${row + 1} of the channel ${name}: the label ${label} does not go with ${objective}`,
      )
  }
}

function measure(sets: ReadonlyArray<Watched>, parameters: Hyperparameters): RoundMetrics {
  const metrics = new Map<string, number>()
  for (const { name, margins, data } of sets) {
    const values = transformMargins(parameters, margins)
    for (const metric of parameters.evalMetrics) {
      const predictions = { values, classCount: parameters.classCount }
      metrics.set(`${name}-${metric}`, evaluate(metric, predictions, data.labels))
    }
  }
  return metrics
}

/** Watches the last metric of the last set, as XGBoost does. */
function createEarlyStop(parameters: Hyperparameters, sets: ReadonlyArray<Watched>) {
  const metric: EvalMetric = parameters.evalMetrics.at(-1) ?? 'rmse'
  const name = `${sets.at(-1)?.name}-${metric}`
  const sign = isMaximized(metric) ? 1 : -1
  let best = { round: 0, value: Number.NEGATIVE_INFINITY }
  return {
    isOver(round: number, metrics: RoundMetrics): boolean {
      if (parameters.earlyStoppingRounds === 0) return false
      const value = sign * (metrics.get(name) ?? Number.NaN)
      if (value > best.value) best = { round, value }
      return round - best.round >= parameters.earlyStoppingRounds
    },
    bestRound: () => (parameters.earlyStoppingRounds > 0 ? best.round : undefined),
  }
}

function sampleRows(count: number, share: number, unit: () => number): Int32Array {
  const rows = new Int32Array(count)
  let kept = 0
  for (let row = 0; row < count; row++) if (share >= 1 || unit() < share) rows[kept++] = row
  return rows.subarray(0, kept)
}

function sampleColumns(count: number, share: number, unit: () => number): ReadonlyArray<number> {
  const columns = Array.from({ length: count }, (_, index) => index)
  if (share >= 1) return columns
  const wanted = Math.max(1, Math.floor(count * share))
  for (let at = columns.length - 1; at > 0; at--) {
    const other = Math.floor(unit() * (at + 1))
    const swapped = columns[at] ?? 0
    columns[at] = columns[other] ?? 0
    columns[other] = swapped
  }
  return columns.slice(0, wanted).sort((a, b) => a - b)
}
