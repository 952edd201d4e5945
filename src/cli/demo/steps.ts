import type { AlertTail } from './alerts.ts'
import { tailAlerts } from './alerts.ts'
import { query, queryNumber, waitForEvents } from './athena-step.ts'
import type { Cataloged } from './catalog-step.ts'
import { crawl } from './catalog-step.ts'
import type { RawLake } from './delivery-step.ts'
import {
  createBucket,
  createDeliveryStreams,
  createSchema,
  listObjects,
  waitForRaw,
} from './delivery-step.ts'
import { formatBytes, formatCount } from './display.ts'
import type { Run } from './fraud.ts'
import {
  announceAndWait,
  createJob,
  jobRuns,
  scheduleJob,
  uploadProfiles,
  waitForRun,
} from './job-step.ts'
import { connectScorer, createFunctions, createRole } from './lambda-step.ts'
import type { LiveResults } from './live-step.ts'
import { checkRuleAlerts, goLive } from './live-step.ts'
import type { ModelResults } from './model-step.ts'
import { makeModel } from './model-step.ts'
import { names, prefixes } from './names.ts'
import { realPayments } from './payment-event.ts'
import type { Produced } from './stream-step.ts'
import { createStreams, produce } from './stream-step.ts'

export interface Results {
  readonly produced: Produced
  readonly tail: AlertTail
  readonly raw: RawLake
  readonly cataloged: Cataloged
  readonly joinedRows: number
  readonly scanned: Scanned
  readonly model: ModelResults
  readonly live: LiveResults
}

export interface Scanned {
  readonly prunedBytes: number
  readonly wholeBytes: number
  readonly answer: string
}

/** The pipeline of the seed, in order. Throws when a step cannot go on. */
export async function runSteps(run: Run): Promise<Results> {
  const { pipeline, events, journal, liveFrom } = run
  const { display } = pipeline
  await display.step('Streams, functions and deliveries', () => setUp(run))
  const tail = await tailAlerts(pipeline)
  const produced = await display.step('Producers put the payments of the past weeks', () =>
    produceHistory(run),
  )
  await display.step('Lambda scores every payment by rules, as it comes', () =>
    checkRuleAlerts(run, tail),
  )
  const raw = await display.step('Firehose delivers, masked and partitioned', () =>
    checkDelivery(run, journal.state.acknowledged),
  )
  const cataloged = await display.step('A Glue crawler catalogs what lies in S3', () =>
    crawl(pipeline, names.crawler, [prefixes.raw, prefixes.events, prefixes.profiles]),
  )
  const joinedRows = await display.step('A Glue job joins, normalizes, computes features', () =>
    runJob(run),
  )
  const schedule = await scheduleJob(pipeline)
  const runsBefore = new Set((await jobRuns(pipeline)).map(({ Id }) => Id))
  const scanned = await display.step('Athena reads the processed table', () => readProcessed(run))
  const model = await display.step('SageMaker trains and deploys a model', () =>
    makeModel(pipeline),
  )
  await display.step(`The schedule ${schedule} runs the job again`, async () => {
    await waitForRun(pipeline, runsBefore)
    const rows = await processedRows(run)
    const claim = 'The bookmark leaves the second run nothing to do'
    display.check(claim, rows === joinedRows, `${formatCount(rows)} rows, as before`)
  })
  const live = await display.step('The deployed model scores new payments, as they come', () =>
    goLive(run, tail, liveFrom),
  )
  await display.step('Every payment is in the lake, once', () => checkDelivery(run, events.length))
  return { produced, tail, raw, cataloged, joinedRows, scanned, model, live }
}

async function setUp(run: Run): Promise<void> {
  const { pipeline, events, profiles } = run
  await createRole(pipeline)
  await createBucket(pipeline)
  await createStreams(pipeline, events)
  await createFunctions(pipeline)
  await createSchema(pipeline)
  await createDeliveryStreams(pipeline)
  await connectScorer(pipeline)
  await uploadProfiles(pipeline, profiles)
  await createJob(pipeline)
}

async function produceHistory({ pipeline, events, journal, liveFrom }: Run): Promise<Produced> {
  const before = journal.state.acknowledged
  if (before > 0) {
    pipeline.display.say(`an earlier run got ${formatCount(before)} acknowledged; going on behind`)
  }
  const startMs = pipeline.context.clock.monotonicMs()
  const produced = await produce(pipeline, events, journal, liveFrom)
  const seconds = (pipeline.context.clock.monotonicMs() - startMs) / 1000
  pipeline.display.say(
    `${formatCount(produced.acknowledged)} records acknowledged, ${formatCount(Math.round(produced.acknowledged / seconds))}/s; ${formatCount(produced.retried)} were throttled and sent again`,
  )
  return produced
}

async function checkDelivery({ pipeline, events }: Run, count: number): Promise<RawLake> {
  const { display } = pipeline
  const expected = realPayments(events, count)
  const raw = await waitForRaw(pipeline, expected.length)
  const missing = expected.filter((event) => !raw.transactionIds.has(event.transaction_id)).length
  const unexpected = raw.transactionIds.size - (expected.length - missing)
  display.check(
    'raw/ has exactly the payments that were sent',
    missing + unexpected === 0,
    `${formatCount(raw.transactionIds.size)} of ${formatCount(count)} records, ${formatCount(count - expected.length)} tests dropped, ${missing} missing, ${unexpected} too many`,
  )
  display.check(
    'no card number or e-mail address is readable there',
    raw.unmaskedCount === 0,
    `${formatCount(raw.rowCount)} rows masked`,
  )
  const rows = await waitForEvents(pipeline, expected.length)
  display.check(
    'events/ has the same payments as Parquet',
    rows === expected.length,
    `${formatCount(rows)} transactions`,
  )
  const failed = await listObjects(pipeline, prefixes.errors)
  display.check('no record went to the error prefix', failed.length === 0, `${failed.length} files`)
  return raw
}

async function runJob(run: Run): Promise<number> {
  const { pipeline, events, journal } = run
  const { display } = pipeline
  display.say(`an object under ${prefixes.ready} tells S3, S3 tells Lambda, Lambda starts the job`)
  await announceAndWait(pipeline, `batch-${journal.state.acknowledged}`)
  await crawl(pipeline, names.processedCrawler, [prefixes.processed])
  const expected = realPayments(events, journal.state.acknowledged).length
  const rows = await processedRows(run)
  display.check(
    'every payment is joined with its user, once',
    rows === expected,
    `${formatCount(rows)} rows of ${formatCount(expected)} payments`,
  )
  return rows
}

function processedRows({ pipeline }: Run): Promise<number> {
  return queryNumber(pipeline, 'SELECT count(DISTINCT transaction_id) FROM processed')
}

/** The same question with and without the partition columns: same answer, other cost. */
async function readProcessed({ pipeline, events, liveFrom }: Run): Promise<Scanned> {
  const { display } = pipeline
  const [date = ''] = events[Math.floor(liveFrom / 2)]?.tx_datetime.split(' ') ?? []
  const [year, month, day] = date.split('-')
  const select = 'SELECT count(*), sum(tx_amount), sum(tx_fraud) FROM processed WHERE'
  const pruned = await query(
    pipeline,
    `${select} year = '${year}' AND month = '${month}' AND day = '${day}'`,
  )
  const whole = await query(pipeline, `${select} date(tx_time) = date '${date}'`)
  const prunedBytes = pruned.statistics.DataScannedInBytes ?? 0
  const wholeBytes = whole.statistics.DataScannedInBytes ?? 0
  const [count = '', amount = '', frauds = ''] = pruned.rows[0] ?? []
  const same = count === whole.rows[0]?.[0] && frauds === whole.rows[0]?.[2]
  const answer = `${date}: ${count} payments, ${Number(amount).toFixed(2)} in all, ${frauds} of them fraud`
  display.say(answer)
  display.check(
    'both ways of asking give one answer',
    same && Number(count) > 0,
    `${count} payments`,
  )
  display.check(
    'partitions spare most of the reading',
    prunedBytes < wholeBytes / 2,
    `${formatBytes(prunedBytes)} scanned instead of ${formatBytes(wholeBytes)}`,
  )
  return { prunedBytes, wholeBytes, answer }
}
