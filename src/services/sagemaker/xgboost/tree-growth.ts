import type { BinnedMatrix } from './binned-matrix.ts'
import type { Hyperparameters } from './hyperparameters.ts'
import type { RegressionTree } from './regression-tree.ts'
import { addNode, createTree } from './regression-tree.ts'

/**
 * Grows one tree level by level from histograms of the gradients (XGBoost's `hist` method; Chen and
 * Guestrin, "XGBoost: A Scalable Tree Boosting System", KDD 2016). Hot: no allocation by row.
 */
export interface GrowthInput {
  readonly data: BinnedMatrix
  readonly gradients: Float32Array
  readonly hessians: Float32Array
  /** Rows that this tree learns from. */
  readonly rows: Int32Array
  /** Columns that this tree may split on. */
  readonly columns: ReadonlyArray<number>
  readonly parameters: Hyperparameters
}

interface Node {
  readonly id: number
  /** Its rows are `rows[from … to)`. */
  readonly from: number
  readonly to: number
  readonly gradient: number
  readonly hessian: number
  /** Gradient and hessian by column and bin; absent on the last level. */
  histogram: Float64Array | undefined
}

interface Split {
  readonly column: number
  /** The last bin that goes left. */
  readonly bin: number
  readonly missingLeft: boolean
  readonly gain: number
  readonly leftGradient: number
  readonly leftHessian: number
}

const GAIN_LEAST = 1e-6

export function growTree(input: GrowthInput): RegressionTree {
  const { parameters } = input
  const tree = createTree()
  const grower = new Grower(input)
  let level = [grower.root(addNode(tree, undefined))]
  for (let depth = 0; level.length > 0; depth++) {
    const next: Node[] = []
    for (const node of level) {
      const weight = grower.weight(node.gradient, node.hessian)
      tree.hessians[node.id] = node.hessian
      tree.baseWeights[node.id] = weight
      const split = depth < parameters.maxDepth ? grower.bestSplit(node) : undefined
      if (!split) {
        tree.conditions[node.id] = weight * parameters.eta
        continue
      }
      const left = addNode(tree, node.id)
      const right = addNode(tree, node.id)
      tree.leftChildren[node.id] = left
      tree.rightChildren[node.id] = right
      tree.splitColumns[node.id] = split.column
      tree.conditions[node.id] = input.data.cuts[split.column]?.[split.bin - 1] ?? 0
      tree.defaultsLeft[node.id] = split.missingLeft
      tree.lossChanges[node.id] = split.gain
      next.push(...grower.children(node, split, left, right, depth + 1 < parameters.maxDepth))
    }
    level = next
  }
  return tree
}

class Grower {
  private readonly input: GrowthInput
  private readonly rows: Int32Array
  private readonly spare: Int32Array
  /** Histogram cells of one column, two numbers each. */
  private readonly stride: number

  constructor(input: GrowthInput) {
    this.input = input
    this.rows = input.rows.slice()
    this.spare = new Int32Array(input.rows.length)
    const widest = input.data.cuts.reduce((most, cuts) => Math.max(most, cuts.length), 0)
    this.stride = (widest + 1) * 2
  }

  root(id: number): Node {
    const { gradients, hessians } = this.input
    let gradient = 0
    let hessian = 0
    for (let at = 0; at < this.rows.length; at++) {
      const row = this.rows[at] ?? 0
      gradient += gradients[row] ?? 0
      hessian += hessians[row] ?? 0
    }
    const to = this.rows.length
    return { id, from: 0, to, gradient, hessian, histogram: this.histogram(0, to) }
  }

  /** The leaf value before shrinkage, with L1 and L2 regularization. */
  weight(gradient: number, hessian: number): number {
    const { lambda } = this.input.parameters
    return hessian <= 0 ? 0 : -this.shrunk(gradient) / (hessian + lambda)
  }

  bestSplit(node: Node): Split | undefined {
    if (!node.histogram) return undefined
    const { gamma } = this.input.parameters
    const parentGain = this.gain(node.gradient, node.hessian)
    let best: Split | undefined
    for (const column of this.input.columns) {
      const found = this.bestInColumn(node, node.histogram, column, parentGain)
      if (found && found.gain > (best?.gain ?? GAIN_LEAST + gamma)) best = found
    }
    return best
  }

  /** Parts the node's rows in place, keeping their order, and makes its two children. */
  children(node: Node, split: Split, leftId: number, rightId: number, goesOn: boolean): Node[] {
    const middle = this.part(node, split)
    const left: Node = {
      id: leftId,
      from: node.from,
      to: middle,
      gradient: split.leftGradient,
      hessian: split.leftHessian,
      histogram: undefined,
    }
    const right: Node = {
      id: rightId,
      from: middle,
      to: node.to,
      gradient: node.gradient - split.leftGradient,
      hessian: node.hessian - split.leftHessian,
      histogram: undefined,
    }
    if (goesOn && node.histogram) {
      // The larger child's histogram is what the smaller one leaves of the parent's.
      const [small, large] =
        left.to - left.from < right.to - right.from ? [left, right] : [right, left]
      small.histogram = this.histogram(small.from, small.to)
      large.histogram = node.histogram
      for (let at = 0; at < large.histogram.length; at++) {
        large.histogram[at] = (large.histogram[at] ?? 0) - (small.histogram[at] ?? 0)
      }
    }
    return [left, right]
  }

  private bestInColumn(
    node: Node,
    histogram: Float64Array,
    column: number,
    parentGain: number,
  ): Split | undefined {
    const start = column * this.stride
    const binCount = this.input.data.cuts[column]?.length ?? 0
    const missingGradient = histogram[start] ?? 0
    const missingHessian = histogram[start + 1] ?? 0
    let best: Split | undefined
    let gradient = 0
    let hessian = 0
    for (let bin = 1; bin < binCount; bin++) {
      gradient += histogram[start + 2 * bin] ?? 0
      hessian += histogram[start + 2 * bin + 1] ?? 0
      for (const missingLeft of missingHessian > 0 ? [false, true] : [false]) {
        const leftGradient = missingLeft ? gradient + missingGradient : gradient
        const leftHessian = missingLeft ? hessian + missingHessian : hessian
        const gain = this.splitGain(node, leftGradient, leftHessian) - parentGain
        if (gain > (best?.gain ?? 0)) {
          best = { column, bin, missingLeft, gain, leftGradient, leftHessian }
        }
      }
    }
    return best
  }

  private splitGain(node: Node, leftGradient: number, leftHessian: number): number {
    const { minChildWeight } = this.input.parameters
    const rightHessian = node.hessian - leftHessian
    if (leftHessian < minChildWeight || rightHessian < minChildWeight)
      return Number.NEGATIVE_INFINITY
    if (leftHessian <= 0 || rightHessian <= 0) return Number.NEGATIVE_INFINITY
    return (
      this.gain(leftGradient, leftHessian) + this.gain(node.gradient - leftGradient, rightHessian)
    )
  }

  private gain(gradient: number, hessian: number): number {
    const shrunk = this.shrunk(gradient)
    return (shrunk * shrunk) / (hessian + this.input.parameters.lambda)
  }

  private shrunk(gradient: number): number {
    const { alpha } = this.input.parameters
    if (alpha === 0) return gradient
    if (gradient > alpha) return gradient - alpha
    return gradient < -alpha ? gradient + alpha : 0
  }

  private histogram(from: number, to: number): Float64Array {
    const { data, gradients, hessians, columns } = this.input
    const { bins, rowCount } = data
    const cells = new Float64Array(data.columnCount * this.stride)
    const { rows } = this
    for (const column of columns) {
      const offset = column * rowCount
      const start = column * this.stride
      for (let at = from; at < to; at++) {
        const row = rows[at] as number
        const cell = start + ((bins[offset + row] as number) << 1)
        cells[cell] = (cells[cell] as number) + (gradients[row] as number)
        cells[cell + 1] = (cells[cell + 1] as number) + (hessians[row] as number)
      }
    }
    return cells
  }

  /** Answers where the right child's rows begin. */
  private part(node: Node, { column, bin, missingLeft }: Split): number {
    const { bins, rowCount } = this.input.data
    const { rows, spare } = this
    const offset = column * rowCount
    let left = node.from
    let right = 0
    for (let at = node.from; at < node.to; at++) {
      const row = rows[at] as number
      const own = bins[offset + row] as number
      if (own === 0 ? missingLeft : own <= bin) rows[left++] = row
      else spare[right++] = row
    }
    for (let at = 0; at < right; at++) rows[left + at] = spare[at] as number
    return left
  }
}
