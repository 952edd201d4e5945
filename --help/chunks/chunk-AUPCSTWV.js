import { createRequire as headraceRequire } from 'node:module'; const require = headraceRequire(import.meta.url);

// src/services/sagemaker/xgboost/feature-matrix.ts
var DataError = class extends Error {
  name = "DataError";
};
var COMMA = 44;
var CARRIAGE_RETURN = 13;
function parseCsv(sources, labeled) {
  const values = new FloatBuffer();
  const labels = new FloatBuffer();
  let width = -1;
  let rowCount = 0;
  for (const { name, text } of sources) {
    let line = 0;
    for (let start = 0; start < text.length; ) {
      let end = text.indexOf("\n", start);
      if (end < 0) end = text.length;
      line++;
      const stop = text.charCodeAt(end - 1) === CARRIAGE_RETURN ? end - 1 : end;
      if (stop > start) {
        const found = readCsvLine(text, start, stop, labeled, labels, values, `${name}:${line}`);
        if (width >= 0 && found !== width) {
          throw new DataError(`${name}:${line}: ${found} columns, but ${width} in the rows before`);
        }
        width = found;
        rowCount++;
      }
      start = end + 1;
    }
  }
  return matrix(rowCount, labeled ? width - 1 : width, values, labels);
}
function readCsvLine(text, start, stop, labeled, labels, values, where) {
  let columns = 0;
  for (let at = start; at <= stop; ) {
    let end = at;
    while (end < stop && text.charCodeAt(end) !== COMMA) end++;
    const value = end === at ? Number.NaN : parseNumber(text.slice(at, end), where);
    if (labeled && columns === 0) labels.push(value);
    else values.push(value);
    columns++;
    at = end + 1;
  }
  return columns;
}
function parseLibsvm(sources, labeled) {
  const rows = [];
  const labels = new FloatBuffer();
  let columnCount = 0;
  for (const { name, text } of sources) {
    for (const [index, line] of text.split("\n").entries()) {
      if (line.trim() === "") continue;
      const where = `${name}:${index + 1}`;
      const parts = line.trim().split(/\s+/);
      if (labeled) labels.push(parseNumber(parts.shift() ?? "", where));
      const row = parts.map((part) => {
        const [left = "", right = ""] = part.split(":");
        if (!/^\d+$/.test(left)) throw new DataError(`${where}: '${part}' is not index:value`);
        return { index: Number(left), value: parseNumber(right, where) };
      });
      for (const entry of row) columnCount = Math.max(columnCount, entry.index + 1);
      rows.push(row);
    }
  }
  const values = new Float32Array(rows.length * columnCount).fill(Number.NaN);
  for (const [at, row] of rows.entries()) {
    for (const { index, value } of row) values[at * columnCount + index] = value;
  }
  return { rowCount: rows.length, columnCount, values, labels: labels.take() };
}
function parseNumber(text, where) {
  const trimmed = text.trim();
  if (trimmed === "" || /^(nan|na|null)$/i.test(trimmed)) return Number.NaN;
  const value = Number(trimmed);
  if (Number.isNaN(value)) {
    throw new DataError(
      `${where}: '${text.slice(0, 50)}' is not a number; the data must have no header`
    );
  }
  return value;
}
function matrix(rowCount, columnCount, values, labels) {
  return {
    rowCount,
    columnCount: Math.max(columnCount, 0),
    values: values.take(),
    labels: labels.take()
  };
}
var FloatBuffer = class {
  floats = new Float32Array(1024);
  length = 0;
  push(value) {
    if (this.length === this.floats.length) {
      const larger = new Float32Array(this.length * 2);
      larger.set(this.floats);
      this.floats = larger;
    }
    this.floats[this.length++] = value;
  }
  take() {
    return this.floats.slice(0, this.length);
  }
};

// src/services/sagemaker/xgboost/hyperparameters.ts
var objectives = [
  "binary:logistic",
  "reg:logistic",
  "reg:squarederror",
  "multi:softmax",
  "multi:softprob"
];
var evalMetrics = ["auc", "error", "logloss", "rmse", "mae", "mlogloss", "merror"];
var HyperparameterError = class extends Error {
  name = "HyperparameterError";
};
var ANY = Number.MAX_SAFE_INTEGER;
var numbers = {
  num_round: { initial: 0, least: 1, most: 1e6, whole: true },
  num_class: { initial: 0, least: 2, most: 1e3, whole: true },
  eta: { initial: 0.3, least: 0, most: 1 },
  max_depth: { initial: 6, least: 1, most: 30, whole: true },
  min_child_weight: { initial: 1, least: 0, most: ANY },
  gamma: { initial: 0, least: 0, most: ANY },
  lambda: { initial: 1, least: 0, most: ANY },
  alpha: { initial: 0, least: 0, most: ANY },
  subsample: { initial: 1, least: 1e-3, most: 1 },
  colsample_bytree: { initial: 1, least: 1e-3, most: 1 },
  scale_pos_weight: { initial: 1, least: 0, most: ANY },
  base_score: { initial: 0.5, least: -ANY, most: ANY },
  max_bin: { initial: 256, least: 2, most: 65535, whole: true },
  seed: { initial: 0, least: 0, most: ANY, whole: true },
  early_stopping_rounds: { initial: 0, least: 1, most: 1e6, whole: true }
};
var fixed = {
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
  deterministic_histogram: /^(true|false)$/
};
var aliases = {
  learning_rate: "eta",
  min_split_loss: "gamma",
  reg_lambda: "lambda",
  reg_alpha: "alpha",
  random_state: "seed"
};
function parseHyperparameters(given) {
  const problems = [];
  const values = /* @__PURE__ */ new Map();
  for (const [name, value] of Object.entries(given)) {
    const known = aliases[name] ?? name;
    const pattern = fixed[known];
    if (pattern && !pattern.test(value)) {
      problems.push(`${name}: '${value}' is not supported by Headrace yet`);
    } else if (!pattern && !(known in numbers) && known !== "objective" && known !== "eval_metric") {
      problems.push(`${name}: not a hyperparameter that Headrace supports`);
    }
    values.set(known, value);
  }
  const number = (name) => readNumber(name, values.get(name), problems);
  const objective = readObjective(values.get("objective"), problems);
  const multi = objective.startsWith("multi:");
  if (!values.has("num_round")) problems.push("num_round: required");
  if (multi && !values.has("num_class"))
    problems.push("num_class: required for multi-class objectives");
  const parameters = {
    rounds: number("num_round"),
    objective,
    classCount: multi ? number("num_class") : 1,
    evalMetrics: readMetrics(values.get("eval_metric"), objective, problems),
    eta: number("eta"),
    maxDepth: number("max_depth"),
    minChildWeight: number("min_child_weight"),
    gamma: number("gamma"),
    lambda: number("lambda"),
    alpha: number("alpha"),
    subsample: number("subsample"),
    columnsByTree: number("colsample_bytree"),
    scalePositiveWeight: number("scale_pos_weight"),
    baseScore: number("base_score"),
    maxBins: number("max_bin"),
    seed: number("seed"),
    earlyStoppingRounds: number("early_stopping_rounds")
  };
  const logistic = objective === "binary:logistic" || objective === "reg:logistic";
  if (logistic && !(parameters.baseScore > 0 && parameters.baseScore < 1)) {
    problems.push("base_score: must be in (0, 1) for a logistic objective");
  }
  if (problems.length > 0) throw new HyperparameterError(problems.join("; "));
  return parameters;
}
function readNumber(name, text, problems) {
  const row = numbers[name];
  if (text === void 0) return row.initial;
  const value = Number(text);
  const fits = text.trim() !== "" && value >= row.least && value <= row.most;
  if (!fits || row.whole && !Number.isInteger(value)) {
    const kind = row.whole ? "a whole number" : "a number";
    problems.push(`${name}: '${text}' is not ${kind} from ${row.least} to ${row.most}`);
    return row.initial;
  }
  return value;
}
function readObjective(text, problems) {
  const name = text === "reg:linear" ? "reg:squarederror" : text ?? "reg:squarederror";
  const found = objectives.find((one) => one === name);
  if (!found) problems.push(`objective: '${name}' is none of ${objectives.join(", ")}`);
  return found ?? "reg:squarederror";
}
var usualMetric = {
  "binary:logistic": "logloss",
  "reg:logistic": "rmse",
  "reg:squarederror": "rmse",
  "multi:softmax": "mlogloss",
  "multi:softprob": "mlogloss"
};
function readMetrics(text, objective, problems) {
  if (text === void 0) return [usualMetric[objective]];
  const multi = objective.startsWith("multi:");
  return text.split(",").map((name) => {
    const found = evalMetrics.find((one) => one === name.trim());
    if (!found) problems.push(`eval_metric: '${name}' is none of ${evalMetrics.join(", ")}`);
    else if (multi !== ["mlogloss", "merror"].includes(found)) {
      problems.push(`eval_metric: '${name}' does not go with the objective ${objective}`);
    }
    return found ?? "rmse";
  });
}

// src/services/sagemaker/xgboost/model-format.ts
function writeModel(booster) {
  const { trees, columnCount, classCount, objective, baseScore } = booster;
  const head = {
    attributes: {},
    feature_names: [],
    feature_types: []
  };
  const parameters = {
    base_score: baseScore.toExponential().toUpperCase(),
    boost_from_average: "1",
    num_class: String(classCount > 1 ? classCount : 0),
    num_feature: String(columnCount),
    num_target: "1"
  };
  const treeTexts = trees.map((tree, id) => writeTree(tree, id, columnCount));
  const info = trees.map((_tree, index) => index % classCount);
  return `{"learner":{"attributes":${JSON.stringify(head.attributes)},"feature_names":[],"feature_types":[],"gradient_booster":{"model":{"gbtree_model_param":${JSON.stringify({
    num_parallel_tree: "1",
    num_trees: String(trees.length),
    size_leaf_vector: "0"
  })},"tree_info":${JSON.stringify(info)},"trees":[${treeTexts.join(",")}]},"name":"gbtree"},"learner_model_param":${JSON.stringify(parameters)},"objective":${JSON.stringify(objectiveParameters(objective, classCount))}},"version":[1,7,6]}`;
}
function objectiveParameters(name, classCount) {
  return classCount > 1 ? { name, softmax_multiclass_param: { num_class: String(classCount) } } : { name, reg_loss_param: { scale_pos_weight: "1" } };
}
function writeTree(tree, id, columnCount) {
  const count = tree.leftChildren.length;
  const parts = [
    ["base_weights", writeFloats(tree.baseWeights)],
    ["categories", "[]"],
    ["categories_nodes", "[]"],
    ["categories_segments", "[]"],
    ["categories_sizes", "[]"],
    ["default_left", JSON.stringify(tree.defaultsLeft.map(Number))],
    ["id", String(id)],
    ["left_children", JSON.stringify(tree.leftChildren)],
    ["loss_changes", writeFloats(tree.lossChanges)],
    ["parents", JSON.stringify(tree.parents)],
    ["right_children", JSON.stringify(tree.rightChildren)],
    ["split_conditions", writeFloats(tree.conditions)],
    ["split_indices", JSON.stringify(tree.splitColumns)],
    ["split_type", JSON.stringify(new Array(count).fill(0))],
    ["sum_hessian", writeFloats(tree.hessians)],
    [
      "tree_param",
      JSON.stringify({
        num_deleted: "0",
        num_feature: String(columnCount),
        num_nodes: String(count),
        size_leaf_vector: "0"
      })
    ]
  ];
  return `{${parts.map(([name, text]) => `"${name}":${text}`).join(",")}}`;
}
function writeFloats(values) {
  return `[${values.map((value) => Math.fround(value).toExponential().toUpperCase()).join(",")}]`;
}
function readModel(text) {
  let model;
  try {
    model = JSON.parse(text);
  } catch (cause) {
    throw new DataError("the model is not XGBoost JSON; UBJSON and pickles are not supported", {
      cause
    });
  }
  const learner = model?.learner;
  if (learner?.gradient_booster?.name !== "gbtree") {
    throw new DataError("the model is not an XGBoost model of trees (booster gbtree)");
  }
  const { name } = learner.objective;
  const objective = objectives.find((one) => one === name);
  if (!objective) throw new DataError(`the model's objective ${name} is not supported`);
  const { trees } = learner.gradient_booster.model;
  if (trees.some((tree) => (tree.categories?.length ?? 0) > 0)) {
    throw new DataError("the model splits on categories, which is not supported");
  }
  return {
    objective,
    classCount: Math.max(Number(learner.learner_model_param.num_class), 1),
    columnCount: Number(learner.learner_model_param.num_feature),
    // XGBoost 3 writes a list of one here.
    baseScore: Number(learner.learner_model_param.base_score.replace(/^\[|\]$/g, "")),
    trees: trees.map(readTree)
  };
}
function readTree(tree) {
  return {
    leftChildren: tree.left_children,
    rightChildren: tree.right_children,
    parents: tree.parents,
    splitColumns: tree.split_indices,
    conditions: tree.split_conditions.map(Math.fround),
    defaultsLeft: tree.default_left.map(Boolean),
    lossChanges: tree.loss_changes,
    hessians: tree.sum_hessian,
    baseWeights: tree.base_weights
  };
}

// src/services/sagemaker/xgboost/gradients.ts
var HESSIAN_LEAST = 1e-16;
function computeGradients(parameters, margins, labels, classIndex) {
  const gradients = new Float32Array(labels.length);
  const hessians = new Float32Array(labels.length);
  const { objective, classCount, scalePositiveWeight } = parameters;
  for (let row = 0; row < labels.length; row++) {
    const label = labels[row] ?? 0;
    if (objective === "reg:squarederror") {
      gradients[row] = (margins[row] ?? 0) - label;
      hessians[row] = 1;
      continue;
    }
    const multi = classCount > 1;
    const probability = multi ? softmax(margins, row, classCount)[classIndex] ?? 0 : sigmoid(margins[row] ?? 0);
    const truth = multi ? Number(label === classIndex) : label;
    const weight = !multi && label === 1 ? scalePositiveWeight : 1;
    const curvature = probability * (1 - probability) * (multi ? 2 : 1);
    gradients[row] = (probability - truth) * weight;
    hessians[row] = Math.max(curvature, HESSIAN_LEAST) * weight;
  }
  return { gradients, hessians };
}
function sigmoid(margin) {
  return 1 / (1 + Math.exp(-margin));
}
function softmax(margins, row, classCount) {
  const own = margins.slice(row * classCount, (row + 1) * classCount);
  const highest = own.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  let sum = 0;
  for (let at = 0; at < own.length; at++) {
    own[at] = Math.exp((own[at] ?? 0) - highest);
    sum += own[at] ?? 0;
  }
  return own.map((value) => value / sum);
}

// src/services/sagemaker/xgboost/regression-tree.ts
var NO_NODE = -1;
var ROOT_PARENT = 2147483647;
function createTree() {
  return {
    leftChildren: [],
    rightChildren: [],
    parents: [],
    splitColumns: [],
    conditions: [],
    defaultsLeft: [],
    lossChanges: [],
    hessians: [],
    baseWeights: []
  };
}
function addNode(tree, parent) {
  const node = tree.leftChildren.length;
  tree.leftChildren.push(NO_NODE);
  tree.rightChildren.push(NO_NODE);
  tree.parents.push(parent ?? ROOT_PARENT);
  tree.splitColumns.push(0);
  tree.conditions.push(0);
  tree.defaultsLeft.push(false);
  tree.lossChanges.push(0);
  tree.hessians.push(0);
  tree.baseWeights.push(0);
  return node;
}
function scoreRow(tree, values, offset) {
  const { leftChildren, rightChildren, splitColumns, conditions, defaultsLeft } = tree;
  let node = 0;
  for (; ; ) {
    const left = leftChildren[node] ?? NO_NODE;
    const condition = conditions[node] ?? 0;
    if (left === NO_NODE) return condition;
    const value = values[offset + (splitColumns[node] ?? 0)] ?? Number.NaN;
    const goesLeft = Number.isNaN(value) ? defaultsLeft[node] : value < condition;
    node = goesLeft ? left : rightChildren[node] ?? NO_NODE;
  }
}

// src/services/sagemaker/xgboost/booster.ts
function baseMargin({
  objective,
  baseScore
}) {
  const logistic = objective === "binary:logistic" || objective === "reg:logistic";
  return logistic ? -Math.log(1 / baseScore - 1) : baseScore;
}
function marginsOf(booster, data) {
  const { trees, classCount } = booster;
  const margins = new Float64Array(data.rowCount * classCount).fill(baseMargin(booster));
  for (let at = 0; at < trees.length; at++) {
    const tree = trees[at];
    if (tree) addTree(margins, tree, data, at % classCount, classCount);
  }
  return margins;
}
function addTree(margins, tree, data, classIndex, classCount) {
  for (let row = 0; row < data.rowCount; row++) {
    const at = row * classCount + classIndex;
    margins[at] = (margins[at] ?? 0) + scoreRow(tree, data.values, row * data.columnCount);
  }
}
function transformMargins({ objective, classCount }, margins) {
  if (objective === "reg:squarederror") return margins;
  if (classCount === 1) return margins.map(sigmoid);
  const values = new Float64Array(margins.length);
  for (let row = 0; row < margins.length / classCount; row++) {
    values.set(softmax(margins, row, classCount), row * classCount);
  }
  return values;
}

// src/services/sagemaker/xgboost/evaluation.ts
function isMaximized(metric) {
  return metric === "auc";
}
function evaluate(metric, { values, classCount }, labels) {
  switch (metric) {
    case "auc":
      return areaUnderCurve(values, labels);
    case "error":
      return mean(labels, (label, row) => ((values[row] ?? 0) > 0.5 ? 1 : 0) === label ? 0 : 1);
    case "logloss":
      return mean(labels, (label, row) => logLoss(label, values[row] ?? 0));
    case "rmse":
      return Math.sqrt(mean(labels, (label, row) => ((values[row] ?? 0) - label) ** 2));
    case "mae":
      return mean(labels, (label, row) => Math.abs((values[row] ?? 0) - label));
    case "mlogloss":
      return mean(labels, (label, row) => -Math.log(clip(values[row * classCount + label] ?? 0)));
    case "merror":
      return mean(labels, (label, row) => bestClass(values, row, classCount) === label ? 0 : 1);
  }
}
function bestClass(values, row, classCount) {
  let best = 0;
  for (let one = 1; one < classCount; one++) {
    const start = row * classCount;
    if ((values[start + one] ?? 0) > (values[start + best] ?? 0)) best = one;
  }
  return best;
}
function areaUnderCurve(values, labels) {
  const order = Array.from(labels.keys()).sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0));
  let positives = 0;
  let rankSum = 0;
  for (let at = 0; at < order.length; ) {
    let end = at;
    while (end < order.length && values[order[end] ?? 0] === values[order[at] ?? 0]) end++;
    const rank = (at + 1 + end) / 2;
    for (let one = at; one < end; one++) {
      if (labels[order[one] ?? 0] === 1) {
        positives++;
        rankSum += rank;
      }
    }
    at = end;
  }
  const negatives = order.length - positives;
  return (rankSum - positives * (positives + 1) / 2) / (positives * negatives);
}
function logLoss(label, probability) {
  const kept = clip(probability);
  return -(label * Math.log(kept) + (1 - label) * Math.log(1 - kept));
}
function clip(probability) {
  return Math.min(Math.max(probability, 1e-16), 1 - 1e-16);
}
function mean(labels, loss) {
  let sum = 0;
  for (let row = 0; row < labels.length; row++) sum += loss(labels[row] ?? 0, row);
  return sum / labels.length;
}

export {
  DataError,
  parseCsv,
  parseLibsvm,
  HyperparameterError,
  parseHyperparameters,
  writeModel,
  readModel,
  computeGradients,
  createTree,
  addNode,
  baseMargin,
  marginsOf,
  addTree,
  transformMargins,
  isMaximized,
  evaluate,
  bestClass
};
