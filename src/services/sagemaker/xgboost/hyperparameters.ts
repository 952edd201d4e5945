/**
 * Hyperparameters of SageMaker's built-in XGBoost, as data (SageMaker Developer Guide, "XGBoost
 * hyperparameters"; XGBoost 1.7 "Parameters"). What is not in the table is refused by name.
 */
export interface Hyperparameters {
  readonly rounds: number
  readonly objective: Objective
  readonly classCount: number
  readonly evalMetrics: ReadonlyArray<EvalMetric>
  readonly eta: number
  readonly maxDepth: number
  readonly minChildWeight: number
  readonly gamma: number
  readonly lambda: number
  readonly alpha: number
  readonly subsample: number
  readonly columnsByTree: number
  readonly scalePositiveWeight: number
  readonly baseScore: number
  readonly maxBins: number
  readonly seed: number
  /** Rounds without a better validation metric after which training ends; 0: never. */
  readonly earlyStoppingRounds: number
}

export const objectives = [
  'binary:logistic',
  'reg:logistic',
  'reg:squarederror',
  'multi:softmax',
  'multi:softprob',
] as const
export type Objective = (typeof objectives)[number]

export const evalMetrics = ['auc', 'error', 'logloss', 'rmse', 'mae', 'mlogloss', 'merror'] as const
export type EvalMetric = (typeof evalMetrics)[number]

/** The user asked for something that this algorithm does not take; the text is for the user. */
export class HyperparameterError extends Error {
  override readonly name = 'HyperparameterError'
}

interface NumberRow {
  readonly initial: number
  readonly least: number
  readonly most: number
  readonly whole?: boolean
}

const ANY = Number.MAX_SAFE_INTEGER

const numbers = {
  num_round: { initial: 0, least: 1, most: 1_000_000, whole: true },
  num_class: { initial: 0, least: 2, most: 1000, whole: true },
  eta: { initial: 0.3, least: 0, most: 1 },
  max_depth: { initial: 6, least: 1, most: 30, whole: true },
  min_child_weight: { initial: 1, least: 0, most: ANY },
  gamma: { initial: 0, least: 0, most: ANY },
  lambda: { initial: 1, least: 0, most: ANY },
  alpha: { initial: 0, least: 0, most: ANY },
  subsample: { initial: 1, least: 0.001, most: 1 },
  colsample_bytree: { initial: 1, least: 0.001, most: 1 },
  scale_pos_weight: { initial: 1, least: 0, most: ANY },
  base_score: { initial: 0.5, least: -ANY, most: ANY },
  max_bin: { initial: 256, least: 2, most: 65_535, whole: true },
  seed: { initial: 0, least: 0, most: ANY, whole: true },
  early_stopping_rounds: { initial: 0, least: 1, most: 1_000_000, whole: true },
} as const satisfies Record<string, NumberRow>

/** Accepted with these values only: they change nothing here. */
const fixed: Readonly<Record<string, RegExp>> = {
  booster: /^gbtree$/,
  tree_method: /^(auto|hist|approx)$/,
  grow_policy: /^depthwise$/,
  max_leaves: /^0$/,
  max_delta_step: /^0(\.0)?$/,
  csv_weights: /^0$/,
  process_type: /^default$/,
  colsample_bylevel: /^1(\.0)?$/,
  colsample_bynode: /^1(\.0)?$/,
  verbosity: /^[0-3]$/,
  silent: /^[01]$/,
  nthread: /^\d+$/,
  predictor: /^(auto|cpu_predictor)$/,
  deterministic_histogram: /^(true|false)$/,
}

/** XGBoost's own other names of the same parameters. */
const aliases: Readonly<Record<string, string>> = {
  learning_rate: 'eta',
  min_split_loss: 'gamma',
  reg_lambda: 'lambda',
  reg_alpha: 'alpha',
  random_state: 'seed',
}

/** Throws `HyperparameterError` naming every problem. */
export function parseHyperparameters(given: Readonly<Record<string, string>>): Hyperparameters {
  const problems: string[] = []
  const values = new Map<string, string>()
  for (const [name, value] of Object.entries(given)) {
    const known = aliases[name] ?? name
    const pattern = fixed[known]
    if (pattern && !pattern.test(value)) {
      problems.push(`${name}: '${value}' is not supported by Headrace yet`)
    } else if (
      !pattern &&
      !(known in numbers) &&
      known !== 'objective' &&
      known !== 'eval_metric'
    ) {
      problems.push(`${name}: not a hyperparameter that Headrace supports`)
    }
    values.set(known, value)
  }
  const number = (name: keyof typeof numbers) => readNumber(name, values.get(name), problems)
  const objective = readObjective(values.get('objective'), problems)
  const multi = objective.startsWith('multi:')
  if (!values.has('num_round')) problems.push('num_round: required')
  if (multi && !values.has('num_class'))
    problems.push('num_class: required for multi-class objectives')
  const parameters: Hyperparameters = {
    rounds: number('num_round'),
    objective,
    classCount: multi ? number('num_class') : 1,
    evalMetrics: readMetrics(values.get('eval_metric'), objective, problems),
    eta: number('eta'),
    maxDepth: number('max_depth'),
    minChildWeight: number('min_child_weight'),
    gamma: number('gamma'),
    lambda: number('lambda'),
    alpha: number('alpha'),
    subsample: number('subsample'),
    columnsByTree: number('colsample_bytree'),
    scalePositiveWeight: number('scale_pos_weight'),
    baseScore: number('base_score'),
    maxBins: number('max_bin'),
    seed: number('seed'),
    earlyStoppingRounds: number('early_stopping_rounds'),
  }
  const logistic = objective === 'binary:logistic' || objective === 'reg:logistic'
  if (logistic && !(parameters.baseScore > 0 && parameters.baseScore < 1)) {
    problems.push('base_score: must be in (0, 1) for a logistic objective')
  }
  if (problems.length > 0) throw new HyperparameterError(problems.join('; '))
  return parameters
}

function readNumber(
  name: keyof typeof numbers,
  text: string | undefined,
  problems: string[],
): number {
  const row: NumberRow = numbers[name]
  if (text === undefined) return row.initial
  const value = Number(text)
  const fits = text.trim() !== '' && value >= row.least && value <= row.most
  if (!fits || (row.whole && !Number.isInteger(value))) {
    const kind = row.whole ? 'a whole number' : 'a number'
    problems.push(`${name}: '${text}' is not ${kind} from ${row.least} to ${row.most}`)
    return row.initial
  }
  return value
}

function readObjective(text: string | undefined, problems: string[]): Objective {
  const name = text === 'reg:linear' ? 'reg:squarederror' : (text ?? 'reg:squarederror')
  const found = objectives.find((one) => one === name)
  if (!found) problems.push(`objective: '${name}' is none of ${objectives.join(', ')}`)
  return found ?? 'reg:squarederror'
}

const usualMetric: Readonly<Record<Objective, EvalMetric>> = {
  'binary:logistic': 'logloss',
  'reg:logistic': 'rmse',
  'reg:squarederror': 'rmse',
  'multi:softmax': 'mlogloss',
  'multi:softprob': 'mlogloss',
}

function readMetrics(
  text: string | undefined,
  objective: Objective,
  problems: string[],
): ReadonlyArray<EvalMetric> {
  if (text === undefined) return [usualMetric[objective]]
  const multi = objective.startsWith('multi:')
  return text.split(',').map((name) => {
    const found = evalMetrics.find((one) => one === name.trim())
    if (!found) problems.push(`eval_metric: '${name}' is none of ${evalMetrics.join(', ')}`)
    else if (multi !== ['mlogloss', 'merror'].includes(found)) {
      problems.push(`eval_metric: '${name}' does not go with the objective ${objective}`)
    }
    return found ?? 'rmse'
  })
}
