import { FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs'
import type { Alert, AlertTail } from './alerts.ts'
import { formatCount } from './display.ts'
import type { Run } from './fraud.ts'
import { useModel } from './lambda-step.ts'
import { names } from './names.ts'
import type { PaymentEvent } from './payment-event.ts'
import { realPayments } from './payment-event.ts'
import type { Pipeline } from './pipeline.ts'
import { waitUntil } from './pipeline.ts'
import { produce } from './stream-step.ts'

/** The rule of the scorer's first days. */
const RULE_AMOUNT = 220

export interface LiveResults {
  readonly sent: number
  readonly scored: number
  readonly alerts: number
  /** Alerts for payments that were fraud. */
  readonly caught: number
  readonly frauds: number
}

/**
 * Waits for the alert of each payment over the rule's amount. All of them, and no other, prove that
 * every record of the stream came by the function.
 */
export async function checkRuleAlerts(run: Run, tail: AlertTail): Promise<void> {
  const { pipeline, events, journal, liveFrom } = run
  const count = Math.min(journal.state.acknowledged, liveFrom)
  const expected = realPayments(events, count).filter(({ tx_amount }) => tx_amount > RULE_AMOUNT)
  const ids = new Set(expected.map((event) => event.transaction_id))
  const alerts = await waitUntil(
    pipeline,
    `${ids.size} alerts`,
    async () => {
      await tail.poll()
      const found = alertsBy(tail, 'rules')
      pipeline.display.progress(`${found.length} of ${ids.size} alerts`)
      return found.filter((alert) => ids.has(alert.transaction_id)).length >= ids.size
        ? found
        : undefined
    },
    { timeoutMs: 300_000, everyMs: 300 },
  )
  const wrong = alerts.filter((alert) => alert.tx_amount <= RULE_AMOUNT).length
  pipeline.display.check(
    `every payment over ${RULE_AMOUNT}, and no other, raised an alert`,
    wrong === 0,
    `${formatCount(ids.size)} alerts among ${formatCount(count)} records`,
  )
}

/** Switches the scorer to the model and sends the rest of the payments. */
export async function goLive(run: Run, tail: AlertTail, liveFrom: number): Promise<LiveResults> {
  const { pipeline, events, journal } = run
  const { display } = pipeline
  await useModel(pipeline)
  await produce(pipeline, events, journal, events.length)
  const live = events.slice(liveFrom).filter((event) => !event.is_test)
  const scored = await waitForScores(pipeline, live.length)
  await tail.poll()
  const alerts = await settledAlerts(pipeline, tail, live)
  const frauds = live.filter(({ tx_fraud }) => tx_fraud === 1)
  const alerted = new Set(alerts.map((alert) => alert.transaction_id))
  const caught = frauds.filter((event) => alerted.has(event.transaction_id)).length
  display.check(
    'the model scored every new payment',
    scored >= live.length,
    `${formatCount(scored)} of ${formatCount(live.length)}`,
  )
  display.say(
    `${alerts.length} alerts by the model; ${caught} of ${frauds.length} frauds caught while they happened`,
  )
  return { sent: live.length, scored, alerts: alerts.length, caught, frauds: frauds.length }
}

/** What the function wrote to its log: how many payments the model has scored. */
async function waitForScores(pipeline: Pipeline, expected: number): Promise<number> {
  return waitUntil(
    pipeline,
    `${expected} scores in the function's log`,
    async () => {
      const scored = await scoredByModel(pipeline)
      pipeline.display.progress(`${formatCount(scored)} of ${formatCount(expected)} scored`)
      return scored >= expected ? scored : undefined
    },
    { timeoutMs: 300_000, everyMs: 500 },
  )
}

async function scoredByModel({ clients }: Pipeline): Promise<number> {
  let scored = 0
  let nextToken: string | undefined
  do {
    const page = await clients.logs.send(
      new FilterLogEventsCommand({
        logGroupName: `/aws/lambda/${names.scoreFunction}`,
        filterPattern: '"by" "model"',
        nextToken,
      }),
    )
    for (const { message = '' } of page.events ?? []) {
      const found = /\{"scored":(\d+),"by":"model"\}/.exec(message)
      scored += Number(found?.[1] ?? 0)
    }
    nextToken = page.nextToken
  } while (nextToken)
  return scored
}

/** The alerts of the new payments: the scorer sends them before it writes its log line. */
async function settledAlerts(
  pipeline: Pipeline,
  tail: AlertTail,
  live: ReadonlyArray<PaymentEvent>,
): Promise<ReadonlyArray<Alert>> {
  const ids = new Set(live.map((event) => event.transaction_id))
  let before = -1
  return waitUntil(pipeline, 'the alerts', async () => {
    await tail.poll()
    const found = alertsBy(tail, 'model').filter((alert) => ids.has(alert.transaction_id))
    if (found.length === before) return found
    before = found.length
    return undefined
  })
}

function alertsBy(tail: AlertTail, by: Alert['by']): ReadonlyArray<Alert> {
  return [...tail.alerts.values()].filter((alert) => alert.by === by)
}
