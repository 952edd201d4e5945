/** One tree as XGBoost keeps it: parallel lists by node; a leaf has no left child and its value as condition. */
export interface RegressionTree {
  readonly leftChildren: number[]
  readonly rightChildren: number[]
  readonly parents: number[]
  readonly splitColumns: number[]
  /** Values below go left; in a leaf, the value that it adds to the margin. */
  readonly conditions: number[]
  /** Whether a missing value goes left. */
  readonly defaultsLeft: boolean[]
  readonly lossChanges: number[]
  readonly hessians: number[]
  readonly baseWeights: number[]
}

const NO_NODE = -1
/** XGBoost's mark for the parent of a root. */
const ROOT_PARENT = 2_147_483_647

export function createTree(): RegressionTree {
  return {
    leftChildren: [],
    rightChildren: [],
    parents: [],
    splitColumns: [],
    conditions: [],
    defaultsLeft: [],
    lossChanges: [],
    hessians: [],
    baseWeights: [],
  }
}

/** Adds a leaf; answers its number. */
export function addNode(tree: RegressionTree, parent: number | undefined): number {
  const node = tree.leftChildren.length
  tree.leftChildren.push(NO_NODE)
  tree.rightChildren.push(NO_NODE)
  tree.parents.push(parent ?? ROOT_PARENT)
  tree.splitColumns.push(0)
  tree.conditions.push(0)
  tree.defaultsLeft.push(false)
  tree.lossChanges.push(0)
  tree.hessians.push(0)
  tree.baseWeights.push(0)
  return node
}

/** The leaf value for the row that begins at `offset` of `values`. */
export function scoreRow(tree: RegressionTree, values: Float32Array, offset: number): number {
  const { leftChildren, rightChildren, splitColumns, conditions, defaultsLeft } = tree
  let node = 0
  for (;;) {
    const left = leftChildren[node] ?? NO_NODE
    const condition = conditions[node] ?? 0
    if (left === NO_NODE) return condition
    const value = values[offset + (splitColumns[node] ?? 0)] ?? Number.NaN
    const goesLeft = Number.isNaN(value) ? defaultsLeft[node] : value < condition
    node = goesLeft ? left : (rightChildren[node] ?? NO_NODE)
  }
}
