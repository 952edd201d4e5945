import { describe, expect, test } from 'vitest'
import { createSeededRandom } from '../../../base/random.ts'
import { marginsOf, transformMargins } from './booster.ts'
import { bestClass, evaluate } from './evaluation.ts'
import type { FeatureMatrix } from './feature-matrix.ts'
import { parseCsv, parseLibsvm } from './feature-matrix.ts'
import { parseHyperparameters } from './hyperparameters.ts'
import { readModel, writeModel } from './model-format.ts'
import { trainBooster } from './training.ts'

/** A signal in three of six columns, noise, and missing values. */
function makeData(
  rowCount: number,
  seed: number,
  labelOf: (row: number[], noise: number) => number,
) {
  const { unit } = createSeededRandom(seed)
  const columnCount = 6
  const values = new Float32Array(rowCount * columnCount)
  const labels = new Float32Array(rowCount)
  for (let row = 0; row < rowCount; row++) {
    const own = Array.from({ length: columnCount }, () => unit() * 2 - 1)
    labels[row] = labelOf(own, (unit() - 0.5) * 0.4)
    for (const [column, value] of own.entries()) {
      values[row * columnCount + column] = unit() < 0.02 ? Number.NaN : value
    }
  }
  return { rowCount, columnCount, values, labels } satisfies FeatureMatrix
}

const binaryLabel = ([a = 0, b = 0, c = 0]: number[], noise: number) =>
  a + b * c + Math.sin(3 * a) + noise > 0 ? 1 : 0

describe('a binary classifier', () => {
  const train = makeData(4000, 1, binaryLabel)
  const validation = makeData(1000, 2, binaryLabel)
  const parameters = parseHyperparameters({
    objective: 'binary:logistic',
    num_round: '40',
    max_depth: '4',
    eval_metric: 'auc,logloss',
    seed: '7',
  })
  const sets = [
    { name: 'train', data: train },
    { name: 'validation', data: validation },
  ]

  test('learns what there is to learn, on rows that it has not seen', () => {
    const losses: number[] = []
    const { metrics } = trainBooster(sets, parameters, (_round, now) => {
      losses.push(now.get('train-logloss') ?? Number.NaN)
    })
    expect(losses.length).toBe(40)
    expect(losses.at(-1)).toBeLessThan((losses[0] ?? 0) / 2)
    expect(metrics.get('validation-auc')).toBeGreaterThan(0.97)
  })

  test('is the same for the same seed, and another for another when rows are sampled', () => {
    const sampled = { ...parameters, rounds: 5, subsample: 0.5, columnsByTree: 0.5 }
    const model = (seed: number) =>
      writeModel(trainBooster(sets, { ...sampled, seed }, () => undefined).booster)
    expect(model(3)).toBe(model(3))
    expect(model(3)).not.toBe(model(4))
  })

  test('predicts the same after it was written and read', () => {
    const { booster } = trainBooster(sets, { ...parameters, rounds: 10 }, () => undefined)
    const again = readModel(writeModel(booster))
    const before = transformMargins(booster, marginsOf(booster, validation))
    const after = transformMargins(again, marginsOf(again, validation))
    for (const [row, value] of before.entries()) expect(after[row]).toBeCloseTo(value, 5)
    const predictions = { values: after, classCount: 1 }
    expect(evaluate('auc', predictions, validation.labels)).toBeGreaterThan(0.95)
  })

  test('stops early when the validation gets no better', () => {
    const noise = makeData(500, 3, (_row, drawn) => Number(drawn > 0))
    const { booster, bestRound } = trainBooster(
      [
        { name: 'train', data: noise },
        { name: 'validation', data: makeData(500, 4, (_row, drawn) => Number(drawn > 0)) },
      ],
      { ...parameters, rounds: 200, earlyStoppingRounds: 5 },
      () => undefined,
    )
    expect(booster.trees.length).toBeLessThan(200)
    expect(booster.trees.length).toBe((bestRound ?? 0) + 6)
  })
})

test('a regression comes near the truth', () => {
  const truth = ([a = 0, b = 0]: number[]) => 3 * a - 2 * b + 10
  const parameters = parseHyperparameters({ num_round: '100', max_depth: '4', eta: '0.2' })
  const { metrics } = trainBooster(
    [
      { name: 'train', data: makeData(3000, 5, truth) },
      { name: 'validation', data: makeData(500, 6, truth) },
    ],
    parameters,
    () => undefined,
  )
  expect(metrics.get('validation-rmse')).toBeLessThan(0.5)
})

test('several classes are told apart', () => {
  const truth = ([a = 0, b = 0]: number[]) => (a > 0.3 ? 2 : b > 0 ? 1 : 0)
  const parameters = parseHyperparameters({
    objective: 'multi:softprob',
    num_class: '3',
    num_round: '15',
  })
  const validation = makeData(500, 8, truth)
  const { booster } = trainBooster(
    [{ name: 'train', data: makeData(2000, 7, truth) }],
    parameters,
    () => undefined,
  )
  const values = transformMargins(booster, marginsOf(booster, validation))
  const right = validation.labels.filter((label, row) => bestClass(values, row, 3) === label)
  expect(right.length / validation.rowCount).toBeGreaterThan(0.9)
})

describe('data', () => {
  test('CSV: the first column is the label, an empty field is missing', () => {
    const parsed = parseCsv([{ name: 'a.csv', text: '1,2.5,\r\n0,,-3e2\n' }], true)
    expect(parsed).toEqual({
      rowCount: 2,
      columnCount: 2,
      labels: Float32Array.of(1, 0),
      values: Float32Array.of(2.5, Number.NaN, Number.NaN, -300),
    })
  })

  test('LIBSVM: an index that is not named is missing', () => {
    const parsed = parseLibsvm([{ name: 'a', text: '1 0:2 2:5\n0 1:7\n' }], true)
    expect(parsed.values).toEqual(Float32Array.of(2, Number.NaN, 5, Number.NaN, 7, Number.NaN))
  })

  test.each([
    ['label,amount\n1,2\n', "a.csv:1: 'label' is not a number; the data must have no header"],
    ['1,2\n0,3,4\n', 'a.csv:2: 3 columns, but 2 in the rows before'],
  ])('CSV that is none is refused with its place', (text, message) => {
    expect(() => parseCsv([{ name: 'a.csv', text }], true)).toThrow(message)
  })

  test('a label that does not go with the objective is refused with its row', () => {
    const data = parseCsv([{ name: 'a.csv', text: '0,1\n7,2\n' }], true)
    const parameters = parseHyperparameters({ objective: 'binary:logistic', num_round: '1' })
    expect(() => trainBooster([{ name: 'train', data }], parameters, () => undefined)).toThrow(
      'row 2 of the channel train: the label 7 does not go with binary:logistic',
    )
  })
})

test('every problem of the hyperparameters is named', () => {
  const given = { num_round: '0', objective: 'rank:ndcg', eta: 'x', booster: 'dart', what: '1' }
  expect(() => parseHyperparameters(given)).toThrow(
    /booster: 'dart' is not supported.*what: not a hyperparameter.*objective: 'rank:ndcg'.*num_round: '0' is not a whole number.*eta: 'x' is not a number/,
  )
})
