import type { FeatureMatrix } from './feature-matrix.ts'

/**
 * Features as small numbers: each column is cut at quantiles, and a value becomes the number of its
 * bin. Bin 0 is for missing values; bin `b` holds values below `cuts[b - 1]` and not below the cut
 * before. Columns lie one behind the other, for the histograms are made column by column.
 */
export interface BinnedMatrix {
  readonly rowCount: number
  readonly columnCount: number
  readonly bins: Uint16Array
  /** Ascending upper bounds of the bins of each column. */
  readonly cuts: ReadonlyArray<Float32Array>
}

/** Quantiles are taken from a sample of this many rows: more change the cuts by nothing of note. */
const SAMPLE_ROWS = 60_000

export function binFeatures(data: FeatureMatrix, maxBins: number): BinnedMatrix {
  const { rowCount, columnCount } = data
  const bins = new Uint16Array(rowCount * columnCount)
  const cuts: Float32Array[] = []
  for (let column = 0; column < columnCount; column++) {
    const bounds = cutColumn(data, column, maxBins)
    cuts.push(bounds)
    const offset = column * rowCount
    for (let row = 0; row < rowCount; row++) {
      bins[offset + row] = binOf(data.values[row * columnCount + column] ?? Number.NaN, bounds)
    }
  }
  return { rowCount, columnCount, bins, cuts }
}

function cutColumn(data: FeatureMatrix, column: number, maxBins: number): Float32Array {
  const { rowCount, columnCount, values } = data
  const step = Math.max(rowCount / SAMPLE_ROWS, 1)
  const sample: number[] = []
  let highest = Number.NEGATIVE_INFINITY
  for (let row = 0; row < rowCount; row++) {
    const value = values[row * columnCount + column] ?? Number.NaN
    if (value > highest) highest = value
  }
  for (let at = 0; at < rowCount; at += step) {
    const value = values[Math.floor(at) * columnCount + column] ?? Number.NaN
    if (!Number.isNaN(value)) sample.push(value)
  }
  if (sample.length === 0) return new Float32Array(0)
  const sorted = Float32Array.from(sample).sort()
  const bounds: number[] = []
  for (let bin = 1; bin < maxBins; bin++) {
    const at = Math.min(sorted.length - 1, Math.floor((bin * sorted.length) / (maxBins - 1)))
    const bound = sorted[at] ?? 0
    if (bounds.length === 0 || bound > (bounds.at(-1) ?? 0)) bounds.push(bound)
  }
  // The last bin must hold the highest value, so its bound lies above it.
  const above = Math.fround(highest + Math.abs(highest) * 1e-3 + 1e-5)
  if (highest >= (bounds.at(-1) ?? 0)) bounds.push(above)
  return Float32Array.from(bounds)
}

/** Bin 0: missing. Else one more than the count of bounds that are not above the value. */
function binOf(value: number, bounds: Float32Array): number {
  if (Number.isNaN(value) || bounds.length === 0) return 0
  let low = 0
  let high = bounds.length - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if (value < (bounds[middle] ?? 0)) high = middle
    else low = middle + 1
  }
  return low + 1
}
