import { readFileSync, writeFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import type { FeatureMatrix, SourceText } from '../xgboost/feature-matrix.ts'
import { DataError, parseCsv, parseLibsvm } from '../xgboost/feature-matrix.ts'
import { HyperparameterError, parseHyperparameters } from '../xgboost/hyperparameters.ts'
import { writeModel } from '../xgboost/model-format.ts'
import { trainBooster } from '../xgboost/training.ts'
import type { TrainingChannel, TrainingOutcome, TrainingSpec } from './training-spec.ts'

/** A training process: reads its spec, trains, writes the model and the outcome. */
const spec = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as TrainingSpec
writeFileSync(spec.outcomePath, JSON.stringify(run(spec)))

function run({ hyperparameters, channels, modelPath }: TrainingSpec): TrainingOutcome {
  try {
    const parameters = parseHyperparameters(hyperparameters)
    print('Training with the histogram trainer of Headrace')
    const sets = channels.map((channel) => ({ name: channel.name, data: readChannel(channel) }))
    for (const { name, data } of sets) {
      print(`${name}: ${data.rowCount} rows, ${data.columnCount} features`)
    }
    const { booster, metrics } = trainBooster(sets, parameters, (round, now) => {
      const shown = [...now].map(([name, value]) => `${name}:${value.toFixed(5)}`)
      print([`[${round}]`, ...shown].join('\t'))
    })
    writeFileSync(modelPath, writeModel(booster))
    return { kind: 'trained', metrics: Object.fromEntries(metrics) }
  } catch (error) {
    if (!(error instanceof DataError || error instanceof HyperparameterError)) throw error
    return { kind: 'refused', message: error.message }
  }
}

function readChannel({ format, files }: TrainingChannel): FeatureMatrix {
  const sources: SourceText[] = files.map(({ name, path, gzipped }) => {
    const bytes = readFileSync(path)
    return { name, text: (gzipped ? gunzipSync(bytes) : bytes).toString('utf8') }
  })
  return format === 'csv' ? parseCsv(sources, true) : parseLibsvm(sources, true)
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
