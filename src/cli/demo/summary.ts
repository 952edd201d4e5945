import colors from 'picocolors'
import type { CliContext } from '../context.ts'
import type { Display } from './display.ts'
import { formatBytes, formatCount } from './display.ts'
import { names } from './names.ts'
import type { DemoServer } from './server.ts'
import type { Results } from './steps.ts'

/** What happened, in figures, and what to try next. */
export function printSummary(
  context: CliContext,
  display: Display,
  results: Results,
  server: DemoServer,
): void {
  const { produced, raw, cataloged, joinedRows, scanned, model, live, tail } = results
  const rows: ReadonlyArray<readonly [string, string]> = [
    [
      'records put',
      `${formatCount(produced.acknowledged)} of history, ${formatCount(live.sent)} live payments`,
    ],
    ['throttled, retried', formatCount(produced.retried)],
    ['alerts', `${formatCount(tail.alerts.size)} in all, ${formatCount(live.alerts)} by the model`],
    [
      'delivered to raw/',
      `${formatCount(raw.rowCount)} rows masked, ${raw.fileCount} files, ${formatBytes(raw.sizeBytes)}`,
    ],
    ['cataloged', `${cataloged.tables.join(', ')}; ${cataloged.partitionCount} partitions`],
    ['joined with users', `${formatCount(joinedRows)} rows`],
    ['Athena', `${scanned.answer}`],
    [
      'scanned',
      `${formatBytes(scanned.prunedBytes)} with partitions, ${formatBytes(scanned.wholeBytes)} without`,
    ],
    ['model', `AUC ${model.auc.toFixed(4)}, trained on ${formatCount(model.trainRows)} payments`],
    [
      'score of known frauds',
      `${model.fraudScore.toFixed(3)}, of others ${model.legitimateScore.toFixed(3)}`,
    ],
    ['caught live', `${live.caught} of ${live.frauds} frauds`],
  ]
  context.print('')
  context.print(colors.bold('What happened'))
  for (const [name, value] of rows) context.print(`   ${name.padEnd(22)} ${value}`)
  context.print('')
  context.print(colors.bold('Where the time went'))
  for (const { title, seconds } of display.steps) {
    context.print(`   ${seconds.toFixed(1).padStart(6)} s  ${title}`)
  }
  const failed = display.checks.filter(({ holds }) => !holds)
  context.print('')
  if (failed.length === 0) {
    context.print(colors.green(`All ${display.checks.length} checks held.`))
  } else {
    context.print(colors.red(`${failed.length} of ${display.checks.length} checks did not hold:`))
    for (const { claim, detail } of failed) context.print(`   ${claim}: ${detail}`)
  }
  printNext(context, server)
}

function printNext(context: CliContext, { endpoint, joined }: DemoServer): void {
  context.print('')
  context.print(colors.bold('Try next'))
  if (!joined) context.print('   npx headrace up                  # the same data, kept running')
  context.print(`   eval "$(npx headrace env --endpoint ${endpoint})"`)
  context.print(`   aws s3 ls --recursive s3://${names.bucket}/processed/`)
  context.print(`   aws glue get-tables --database-name ${names.database}`)
  context.print(`   aws logs tail /aws/lambda/${names.scoreFunction}`)
  context.print(`   aws sagemaker describe-endpoint --endpoint-name ${names.endpoint}`)
}
