import type { Booster } from './booster.ts'
import { DataError } from './feature-matrix.ts'
import type { Objective } from './hyperparameters.ts'
import { objectives } from './hyperparameters.ts'
import type { RegressionTree } from './regression-tree.ts'

/**
 * XGBoost's JSON model ("Introduction to Model IO", schema of XGBoost 1.7), so that the library in
 * any language loads what was trained here, and the other way round. UBJSON is not read.
 */
export function writeModel(booster: Booster): string {
  const { trees, columnCount, classCount, objective, baseScore } = booster
  const head = {
    attributes: {},
    feature_names: [],
    feature_types: [],
  }
  const parameters = {
    base_score: baseScore.toExponential().toUpperCase(),
    boost_from_average: '1',
    num_class: String(classCount > 1 ? classCount : 0),
    num_feature: String(columnCount),
    num_target: '1',
  }
  const treeTexts = trees.map((tree, id) => writeTree(tree, id, columnCount))
  const info = trees.map((_tree, index) => index % classCount)
  return (
    `{"learner":{"attributes":${JSON.stringify(head.attributes)},"feature_names":[],"feature_types":[],` +
    `"gradient_booster":{"model":{"gbtree_model_param":${JSON.stringify({
      num_parallel_tree: '1',
      num_trees: String(trees.length),
      size_leaf_vector: '0',
    })},"tree_info":${JSON.stringify(info)},"trees":[${treeTexts.join(',')}]},"name":"gbtree"},` +
    `"learner_model_param":${JSON.stringify(parameters)},` +
    `"objective":${JSON.stringify(objectiveParameters(objective, classCount))}},"version":[1,7,6]}`
  )
}

function objectiveParameters(name: Objective, classCount: number): object {
  return classCount > 1
    ? { name, softmax_multiclass_param: { num_class: String(classCount) } }
    : { name, reg_loss_param: { scale_pos_weight: '1' } }
}

function writeTree(tree: RegressionTree, id: number, columnCount: number): string {
  const count = tree.leftChildren.length
  const parts: ReadonlyArray<readonly [string, string]> = [
    ['base_weights', writeFloats(tree.baseWeights)],
    ['categories', '[]'],
    ['categories_nodes', '[]'],
    ['categories_segments', '[]'],
    ['categories_sizes', '[]'],
    ['default_left', JSON.stringify(tree.defaultsLeft.map(Number))],
    ['id', String(id)],
    ['left_children', JSON.stringify(tree.leftChildren)],
    ['loss_changes', writeFloats(tree.lossChanges)],
    ['parents', JSON.stringify(tree.parents)],
    ['right_children', JSON.stringify(tree.rightChildren)],
    ['split_conditions', writeFloats(tree.conditions)],
    ['split_indices', JSON.stringify(tree.splitColumns)],
    ['split_type', JSON.stringify(new Array(count).fill(0))],
    ['sum_hessian', writeFloats(tree.hessians)],
    [
      'tree_param',
      JSON.stringify({
        num_deleted: '0',
        num_feature: String(columnCount),
        num_nodes: String(count),
        size_leaf_vector: '0',
      }),
    ],
  ]
  return `{${parts.map(([name, text]) => `"${name}":${text}`).join(',')}}`
}

/** XGBoost refuses a bare `0` where it wants a float, so every number is written with an exponent. */
function writeFloats(values: ReadonlyArray<number>): string {
  return `[${values.map((value) => Math.fround(value).toExponential().toUpperCase()).join(',')}]`
}

interface WireTree {
  readonly left_children: number[]
  readonly right_children: number[]
  readonly parents: number[]
  readonly split_indices: number[]
  readonly split_conditions: number[]
  readonly default_left: ReadonlyArray<number | boolean>
  readonly loss_changes: number[]
  readonly sum_hessian: number[]
  readonly base_weights: number[]
  readonly categories?: ReadonlyArray<number>
}

interface WireModel {
  readonly learner: {
    readonly gradient_booster: {
      readonly name: string
      readonly model: { readonly trees: ReadonlyArray<WireTree> }
    }
    readonly learner_model_param: {
      readonly base_score: string
      readonly num_class: string
      readonly num_feature: string
    }
    readonly objective: { readonly name: string }
  }
}

/** Throws `DataError` for anything that is not a tree model of an objective that is served. */
export function readModel(text: string): Booster {
  let model: WireModel
  try {
    model = JSON.parse(text) as WireModel
  } catch (cause) {
    throw new DataError('the model is not XGBoost JSON; UBJSON and pickles are not supported', {
      cause,
    })
  }
  const learner = model?.learner
  if (learner?.gradient_booster?.name !== 'gbtree') {
    throw new DataError('the model is not an XGBoost model of trees (booster gbtree)')
  }
  const { name } = learner.objective
  const objective = objectives.find((one) => one === name)
  if (!objective) throw new DataError(`the model's objective ${name} is not supported`)
  const { trees } = learner.gradient_booster.model
  if (trees.some((tree) => (tree.categories?.length ?? 0) > 0)) {
    throw new DataError('the model splits on categories, which is not supported')
  }
  return {
    objective,
    classCount: Math.max(Number(learner.learner_model_param.num_class), 1),
    columnCount: Number(learner.learner_model_param.num_feature),
    // XGBoost 3 writes a list of one here.
    baseScore: Number(learner.learner_model_param.base_score.replace(/^\[|\]$/g, '')),
    trees: trees.map(readTree),
  }
}

function readTree(tree: WireTree): RegressionTree {
  return {
    leftChildren: tree.left_children,
    rightChildren: tree.right_children,
    parents: tree.parents,
    splitColumns: tree.split_indices,
    conditions: tree.split_conditions.map(Math.fround),
    defaultsLeft: tree.default_left.map(Boolean),
    lossChanges: tree.loss_changes,
    hessians: tree.sum_hessian,
    baseWeights: tree.base_weights,
  }
}
