import { join } from 'node:path'
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import type { CliContext } from '../context.ts'
import { endpointOf } from '../endpoint.ts'
import type { Clients } from './clients.ts'
import { createClients } from './clients.ts'
import { createDisplay, formatCount } from './display.ts'
import type { Journal } from './journal.ts'
import { openJournal } from './journal.ts'
import { names } from './names.ts'
import type { PaymentEvent } from './payment-event.ts'
import { paymentEvents, profilesCsv } from './payment-event.ts'
import type { Pipeline } from './pipeline.ts'
import { joinOrStart } from './server.ts'
import { runSteps } from './steps.ts'
import { printSummary } from './summary.ts'
import { loadTransactions } from './transactions.ts'

export interface FraudFlags {
  readonly input?: string
  readonly records?: string
  readonly endpoint?: string
  readonly dataDir?: string
}

/** What a run works on. */
export interface Run {
  readonly pipeline: Pipeline
  readonly journal: Journal
  readonly events: ReadonlyArray<PaymentEvent>
  readonly profiles: string
  /** Events before this one are history to train on; the rest is sent when the model is live. */
  readonly liveFrom: number
}

/** The last part of the payments plays the role of tomorrow. */
const HISTORY_SHARE = 0.92

/** `headrace demo fraud`: exit code 0 only if every check in it held. */
export async function fraud(this: CliContext, flags: FraudFlags): Promise<void> {
  const recordsMax = parseCount(flags.records)
  const dataDir = flags.dataDir ?? this.environment['HEADRACE_DATA_DIR'] ?? '.headrace'
  const display = createDisplay(this)
  const { transactions, source } = await loadTransactions(this, flags.input, recordsMax)
  const events = paymentEvents(transactions)
  const server = await joinOrStart(this, endpointOf(this, flags.endpoint), dataDir)
  this.print(`${server.joined ? 'Joined' : 'Started'} the server at ${server.endpoint}`)
  this.print(`${formatCount(transactions.length)} transactions, ${source}`)
  try {
    const dataset = `${source}, ${transactions.length} transactions`
    const journal = await openJournal(join(dataDir, 'demo', 'fraud.json'), dataset)
    const clients = createClients(server.endpoint, this.environment)
    const pipeline = {
      context: this,
      clients,
      display,
      ...(await identify(clients, server.endpoint)),
    }
    const run: Run = {
      pipeline,
      journal,
      events,
      profiles: profilesCsv(transactions),
      liveFrom: Math.floor(events.length * HISTORY_SHARE),
    }
    const results = await runSteps(run)
    printSummary(this, display, results, server)
    if (display.checks.some(({ holds }) => !holds)) this.setExitCode(1)
  } finally {
    await server.stop()
  }
}

/** Which account and region the keys of the environment stand for. */
async function identify(clients: Clients, endpoint: string) {
  const sts = new STSClient({
    endpoint,
    region: await clients.kinesis.config.region(),
    credentials: await clients.kinesis.config.credentials(),
  })
  const { Account = '' } = await sts.send(new GetCallerIdentityCommand({}))
  return {
    accountId: Account,
    region: await clients.kinesis.config.region(),
    roleArn: `arn:aws:iam::${Account}:role/${names.role}`,
  }
}

function parseCount(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new Error(`--records: '${text}' is not a count.`)
  return Number(text)
}
