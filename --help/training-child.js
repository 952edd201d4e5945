import { createRequire as headraceRequire } from 'node:module'; const require = headraceRequire(import.meta.url);
import {
  DataError,
  HyperparameterError,
  addNode,
  addTree,
  baseMargin,
  computeGradients,
  createTree,
  evaluate,
  isMaximized,
  parseCsv,
  parseHyperparameters,
  parseLibsvm,
  transformMargins,
  writeModel
} from "./chunks/chunk-AUPCSTWV.js";
import {
  createSeededRandom
} from "./chunks/chunk-LCBPEN7W.js";
import "./chunks/chunk-PPN7SKWG.js";

// src/services/sagemaker/training/child.ts
import { readFileSync, writeFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

// src/services/sagemaker/xgboost/binned-matrix.ts
var SAMPLE_ROWS = 6e4;
function binFeatures(data, maxBins) {
  const { rowCount, columnCount } = data;
  const bins = new Uint16Array(rowCount * columnCount);
  const cuts = [];
  for (let column = 0; column < columnCount; column++) {
    const bounds = cutColumn(data, column, maxBins);
    cuts.push(bounds);
    const offset = column * rowCount;
    for (let row = 0; row < rowCount; row++) {
      bins[offset + row] = binOf(data.values[row * columnCount + column] ?? Number.NaN, bounds);
    }
  }
  return { rowCount, columnCount, bins, cuts };
}
function cutColumn(data, column, maxBins) {
  const { rowCount, columnCount, values } = data;
  const step = Math.max(rowCount / SAMPLE_ROWS, 1);
  const sample = [];
  let highest = Number.NEGATIVE_INFINITY;
  for (let row = 0; row < rowCount; row++) {
    const value = values[row * columnCount + column] ?? Number.NaN;
    if (value > highest) highest = value;
  }
  for (let at = 0; at < rowCount; at += step) {
    const value = values[Math.floor(at) * columnCount + column] ?? Number.NaN;
    if (!Number.isNaN(value)) sample.push(value);
  }
  if (sample.length === 0) return new Float32Array(0);
  const sorted = Float32Array.from(sample).sort();
  const bounds = [];
  for (let bin = 1; bin < maxBins; bin++) {
    const at = Math.min(sorted.length - 1, Math.floor(bin * sorted.length / (maxBins - 1)));
    const bound = sorted[at] ?? 0;
    if (bounds.length === 0 || bound > (bounds.at(-1) ?? 0)) bounds.push(bound);
  }
  const above = Math.fround(highest + Math.abs(highest) * 1e-3 + 1e-5);
  if (highest >= (bounds.at(-1) ?? 0)) bounds.push(above);
  return Float32Array.from(bounds);
}
function binOf(value, bounds) {
  if (Number.isNaN(value) || bounds.length === 0) return 0;
  let low = 0;
  let high = bounds.length - 1;
  while (low < high) {
    const middle = low + high >> 1;
    if (value < (bounds[middle] ?? 0)) high = middle;
    else low = middle + 1;
  }
  return low + 1;
}

// src/services/sagemaker/xgboost/tree-growth.ts
var GAIN_LEAST = 1e-6;
function growTree(input) {
  const { parameters } = input;
  const tree = createTree();
  const grower = new Grower(input);
  let level = [grower.root(addNode(tree, void 0))];
  for (let depth = 0; level.length > 0; depth++) {
    const next = [];
    for (const node of level) {
      const weight = grower.weight(node.gradient, node.hessian);
      tree.hessians[node.id] = node.hessian;
      tree.baseWeights[node.id] = weight;
      const split = depth < parameters.maxDepth ? grower.bestSplit(node) : void 0;
      if (!split) {
        tree.conditions[node.id] = weight * parameters.eta;
        continue;
      }
      const left = addNode(tree, node.id);
      const right = addNode(tree, node.id);
      tree.leftChildren[node.id] = left;
      tree.rightChildren[node.id] = right;
      tree.splitColumns[node.id] = split.column;
      tree.conditions[node.id] = input.data.cuts[split.column]?.[split.bin - 1] ?? 0;
      tree.defaultsLeft[node.id] = split.missingLeft;
      tree.lossChanges[node.id] = split.gain;
      next.push(...grower.children(node, split, left, right, depth + 1 < parameters.maxDepth));
    }
    level = next;
  }
  return tree;
}
var Grower = class {
  input;
  rows;
  spare;
  /** Histogram cells of one column, two numbers each. */
  stride;
  constructor(input) {
    this.input = input;
    this.rows = input.rows.slice();
    this.spare = new Int32Array(input.rows.length);
    const widest = input.data.cuts.reduce((most, cuts) => Math.max(most, cuts.length), 0);
    this.stride = (widest + 1) * 2;
  }
  root(id) {
    const { gradients, hessians } = this.input;
    let gradient = 0;
    let hessian = 0;
    for (let at = 0; at < this.rows.length; at++) {
      const row = this.rows[at] ?? 0;
      gradient += gradients[row] ?? 0;
      hessian += hessians[row] ?? 0;
    }
    const to = this.rows.length;
    return { id, from: 0, to, gradient, hessian, histogram: this.histogram(0, to) };
  }
  /** The leaf value before shrinkage, with L1 and L2 regularization. */
  weight(gradient, hessian) {
    const { lambda } = this.input.parameters;
    return hessian <= 0 ? 0 : -this.shrunk(gradient) / (hessian + lambda);
  }
  bestSplit(node) {
    if (!node.histogram) return void 0;
    const { gamma } = this.input.parameters;
    const parentGain = this.gain(node.gradient, node.hessian);
    let best;
    for (const column of this.input.columns) {
      const found = this.bestInColumn(node, node.histogram, column, parentGain);
      if (found && found.gain > (best?.gain ?? GAIN_LEAST + gamma)) best = found;
    }
    return best;
  }
  /** Parts the node's rows in place, keeping their order, and makes its two children. */
  children(node, split, leftId, rightId, goesOn) {
    const middle = this.part(node, split);
    const left = {
      id: leftId,
      from: node.from,
      to: middle,
      gradient: split.leftGradient,
      hessian: split.leftHessian,
      histogram: void 0
    };
    const right = {
      id: rightId,
      from: middle,
      to: node.to,
      gradient: node.gradient - split.leftGradient,
      hessian: node.hessian - split.leftHessian,
      histogram: void 0
    };
    if (goesOn && node.histogram) {
      const [small, large] = left.to - left.from < right.to - right.from ? [left, right] : [right, left];
      small.histogram = this.histogram(small.from, small.to);
      large.histogram = node.histogram;
      for (let at = 0; at < large.histogram.length; at++) {
        large.histogram[at] = (large.histogram[at] ?? 0) - (small.histogram[at] ?? 0);
      }
    }
    return [left, right];
  }
  bestInColumn(node, histogram, column, parentGain) {
    const start = column * this.stride;
    const binCount = this.input.data.cuts[column]?.length ?? 0;
    const missingGradient = histogram[start] ?? 0;
    const missingHessian = histogram[start + 1] ?? 0;
    let best;
    let gradient = 0;
    let hessian = 0;
    for (let bin = 1; bin < binCount; bin++) {
      gradient += histogram[start + 2 * bin] ?? 0;
      hessian += histogram[start + 2 * bin + 1] ?? 0;
      for (const missingLeft of missingHessian > 0 ? [false, true] : [false]) {
        const leftGradient = missingLeft ? gradient + missingGradient : gradient;
        const leftHessian = missingLeft ? hessian + missingHessian : hessian;
        const gain = this.splitGain(node, leftGradient, leftHessian) - parentGain;
        if (gain > (best?.gain ?? 0)) {
          best = { column, bin, missingLeft, gain, leftGradient, leftHessian };
        }
      }
    }
    return best;
  }
  splitGain(node, leftGradient, leftHessian) {
    const { minChildWeight } = this.input.parameters;
    const rightHessian = node.hessian - leftHessian;
    if (leftHessian < minChildWeight || rightHessian < minChildWeight)
      return Number.NEGATIVE_INFINITY;
    if (leftHessian <= 0 || rightHessian <= 0) return Number.NEGATIVE_INFINITY;
    return this.gain(leftGradient, leftHessian) + this.gain(node.gradient - leftGradient, rightHessian);
  }
  gain(gradient, hessian) {
    const shrunk = this.shrunk(gradient);
    return shrunk * shrunk / (hessian + this.input.parameters.lambda);
  }
  shrunk(gradient) {
    const { alpha } = this.input.parameters;
    if (alpha === 0) return gradient;
    if (gradient > alpha) return gradient - alpha;
    return gradient < -alpha ? gradient + alpha : 0;
  }
  histogram(from, to) {
    const { data, gradients, hessians, columns } = this.input;
    const { bins, rowCount } = data;
    const cells = new Float64Array(data.columnCount * this.stride);
    const { rows } = this;
    for (const column of columns) {
      const offset = column * rowCount;
      const start = column * this.stride;
      for (let at = from; at < to; at++) {
        const row = rows[at];
        const cell = start + (bins[offset + row] << 1);
        cells[cell] = cells[cell] + gradients[row];
        cells[cell + 1] = cells[cell + 1] + hessians[row];
      }
    }
    return cells;
  }
  /** Answers where the right child's rows begin. */
  part(node, { column, bin, missingLeft }) {
    const { bins, rowCount } = this.input.data;
    const { rows, spare } = this;
    const offset = column * rowCount;
    let left = node.from;
    let right = 0;
    for (let at = node.from; at < node.to; at++) {
      const row = rows[at];
      const own = bins[offset + row];
      if (own === 0 ? missingLeft : own <= bin) rows[left++] = row;
      else spare[right++] = row;
    }
    for (let at = 0; at < right; at++) rows[left + at] = spare[at];
    return left;
  }
};

// src/services/sagemaker/xgboost/training.ts
function trainBooster(sets, parameters, onRound) {
  const [learned] = sets;
  if (!learned) throw new DataError("there is no training data");
  for (const set of sets) checkSet(set, learned.data.columnCount, parameters);
  const { classCount, objective, baseScore } = parameters;
  const binned = binFeatures(learned.data, parameters.maxBins);
  const watched = sets.map((set) => ({
    ...set,
    margins: new Float64Array(set.data.rowCount * classCount).fill(baseMargin(parameters))
  }));
  const [own] = watched;
  const random = createSeededRandom(parameters.seed);
  const trees = [];
  const stop = createEarlyStop(parameters, watched);
  let metrics = /* @__PURE__ */ new Map();
  for (let round = 0; round < parameters.rounds && own; round++) {
    const grown = [];
    for (let classIndex = 0; classIndex < classCount; classIndex++) {
      const input = computeGradients(parameters, own.margins, learned.data.labels, classIndex);
      const rows = sampleRows(learned.data.rowCount, parameters.subsample, random.unit);
      const columns = sampleColumns(binned.columnCount, parameters.columnsByTree, random.unit);
      grown.push(growTree({ ...input, data: binned, rows, columns, parameters }));
    }
    for (const set of watched) {
      grown.forEach((tree, index) => {
        addTree(set.margins, tree, set.data, index, classCount);
      });
    }
    trees.push(...grown);
    metrics = measure(watched, parameters);
    onRound(round, metrics);
    if (stop.isOver(round, metrics)) break;
  }
  const booster = { objective, classCount, baseScore, columnCount: binned.columnCount, trees };
  const bestRound = stop.bestRound();
  return { booster, metrics, ...bestRound !== void 0 && { bestRound } };
}
function checkSet({ name, data }, columnCount, { objective, classCount }) {
  if (data.rowCount === 0) throw new DataError(`the channel ${name} has no rows`);
  if (data.columnCount === 0)
    throw new DataError(`the channel ${name} has no columns but the label`);
  if (data.columnCount !== columnCount) {
    throw new DataError(
      `the channel ${name} has ${data.columnCount} features, train has ${columnCount}`
    );
  }
  for (let row = 0; row < data.labels.length; row++) {
    const label = data.labels[row] ?? Number.NaN;
    const fits = objective === "reg:squarederror" ? Number.isFinite(label) : classCount > 1 ? Number.isInteger(label) && label >= 0 && label < classCount : label >= 0 && label <= 1;
    if (!fits)
      throw new DataError(
        `row ${row + 1} of the channel ${name}: the label ${label} does not go with ${objective}`
      );
  }
}
function measure(sets, parameters) {
  const metrics = /* @__PURE__ */ new Map();
  for (const { name, margins, data } of sets) {
    const values = transformMargins(parameters, margins);
    for (const metric of parameters.evalMetrics) {
      const predictions = { values, classCount: parameters.classCount };
      metrics.set(`${name}-${metric}`, evaluate(metric, predictions, data.labels));
    }
  }
  return metrics;
}
function createEarlyStop(parameters, sets) {
  const metric = parameters.evalMetrics.at(-1) ?? "rmse";
  const name = `${sets.at(-1)?.name}-${metric}`;
  const sign = isMaximized(metric) ? 1 : -1;
  let best = { round: 0, value: Number.NEGATIVE_INFINITY };
  return {
    isOver(round, metrics) {
      if (parameters.earlyStoppingRounds === 0) return false;
      const value = sign * (metrics.get(name) ?? Number.NaN);
      if (value > best.value) best = { round, value };
      return round - best.round >= parameters.earlyStoppingRounds;
    },
    bestRound: () => parameters.earlyStoppingRounds > 0 ? best.round : void 0
  };
}
function sampleRows(count, share, unit) {
  const rows = new Int32Array(count);
  let kept = 0;
  for (let row = 0; row < count; row++) if (share >= 1 || unit() < share) rows[kept++] = row;
  return rows.subarray(0, kept);
}
function sampleColumns(count, share, unit) {
  const columns = Array.from({ length: count }, (_, index) => index);
  if (share >= 1) return columns;
  const wanted = Math.max(1, Math.floor(count * share));
  for (let at = columns.length - 1; at > 0; at--) {
    const other = Math.floor(unit() * (at + 1));
    const swapped = columns[at] ?? 0;
    columns[at] = columns[other] ?? 0;
    columns[other] = swapped;
  }
  return columns.slice(0, wanted).sort((a, b) => a - b);
}

// src/services/sagemaker/training/child.ts
var spec = JSON.parse(readFileSync(process.argv[2] ?? "", "utf8"));
writeFileSync(spec.outcomePath, JSON.stringify(run(spec)));
function run({ hyperparameters, channels, modelPath }) {
  try {
    const parameters = parseHyperparameters(hyperparameters);
    print("Training with the histogram trainer of Headrace");
    const sets = channels.map((channel) => ({ name: channel.name, data: readChannel(channel) }));
    for (const { name, data } of sets) {
      print(`${name}: ${data.rowCount} rows, ${data.columnCount} features`);
    }
    const { booster, metrics } = trainBooster(sets, parameters, (round, now) => {
      const shown = [...now].map(([name, value]) => `${name}:${value.toFixed(5)}`);
      print([`[${round}]`, ...shown].join("	"));
    });
    writeFileSync(modelPath, writeModel(booster));
    return { kind: "trained", metrics: Object.fromEntries(metrics) };
  } catch (error) {
    if (!(error instanceof DataError || error instanceof HyperparameterError)) throw error;
    return { kind: "refused", message: error.message };
  }
}
function readChannel({ format, files }) {
  const sources = files.map(({ name, path, gzipped }) => {
    const bytes = readFileSync(path);
    return { name, text: (gzipped ? gunzipSync(bytes) : bytes).toString("utf8") };
  });
  return format === "csv" ? parseCsv(sources, true) : parseLibsvm(sources, true);
}
function print(line) {
  process.stdout.write(`${line}
`);
}
