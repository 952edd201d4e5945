import { KinesisClient, PutRecordsCommand } from '@aws-sdk/client-kinesis'
import type { _Object } from '@aws-sdk/client-s3'
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3'
import { InvokeEndpointCommand, SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime'

/**
 * Scores each payment of a batch and sends alerts to a stream: by rules at first, by the deployed
 * model as soon as ENDPOINT_NAME is set. A Lambda function like any other; it knows only AWS.
 */
interface Payment {
  readonly transaction_id: number
  readonly tx_datetime: string
  readonly customer_id: number
  readonly terminal_id: number
  readonly tx_amount: number
  readonly is_test: boolean
}

interface KinesisEvent {
  readonly Records: ReadonlyArray<{ readonly kinesis: { readonly data: string } }>
}

interface OnlineFeatures {
  readonly customers: ReadonlyMap<number, { mean_amount: number; credit_limit: number }>
  readonly terminals: ReadonlyMap<number, { payments: number; risk: number }>
  readonly amounts: { readonly mean: number; readonly deviation: number }
}

const environment = process.env
const kinesis = new KinesisClient({})
const s3 = new S3Client({ forcePathStyle: true })
const models = new SageMakerRuntimeClient({})
const ALERT_AMOUNT = 220
const ALERT_SCORE = 0.5
const PAYMENTS_A_CALL = 500
const ALERTS_A_CALL = 500

/** Loaded by the first batch after the model is there; a new version of the function starts anew. */
const loaded: { features?: Promise<OnlineFeatures> } = {}

export async function handler(event: KinesisEvent): Promise<void> {
  const payments = event.Records.map(
    ({ kinesis: { data } }) => JSON.parse(Buffer.from(data, 'base64').toString('utf8')) as Payment,
  ).filter((payment) => !payment.is_test)
  const endpoint = environment['ENDPOINT_NAME']
  const scores = endpoint ? await scoreByModel(endpoint, payments) : payments.map(scoreByRules)
  const limit = endpoint ? ALERT_SCORE : 1
  const alerts = payments
    .map((payment, index) => ({ ...payment, score: scores[index] ?? 0 }))
    .filter(({ score }) => score >= limit)
    .map(({ transaction_id, tx_amount, score }) => ({
      transaction_id,
      tx_amount,
      score,
      by: endpoint ? 'model' : 'rules',
    }))
  for (let at = 0; at < alerts.length; at += ALERTS_A_CALL) {
    await sendAlerts(alerts.slice(at, at + ALERTS_A_CALL))
  }
  console.log(JSON.stringify({ scored: payments.length, by: endpoint ? 'model' : 'rules' }))
}

function scoreByRules({ tx_amount }: Payment): number {
  return tx_amount > ALERT_AMOUNT ? 1 : 0
}

async function scoreByModel(endpoint: string, payments: ReadonlyArray<Payment>): Promise<number[]> {
  loaded.features ??= loadFeatures()
  const features = await loaded.features
  const scores: number[] = []
  for (let at = 0; at < payments.length; at += PAYMENTS_A_CALL) {
    const rows = payments.slice(at, at + PAYMENTS_A_CALL).map((one) => featuresOf(one, features))
    const answer = await models.send(
      new InvokeEndpointCommand({
        EndpointName: endpoint,
        ContentType: 'text/csv',
        Accept: 'text/csv',
        Body: rows.map((row) => row.join(',')).join('\n'),
      }),
    )
    const text = Buffer.from(answer.Body).toString('utf8').trim()
    scores.push(...text.split(/[\n,]/).map(Number))
  }
  return scores
}

/** In the order of the training data's columns. */
function featuresOf(payment: Payment, { customers, terminals, amounts }: OnlineFeatures) {
  const customer = customers.get(payment.customer_id)
  const terminal = terminals.get(payment.terminal_id)
  const time = new Date(`${payment.tx_datetime.replace(' ', 'T')}Z`)
  return [
    (payment.tx_amount - amounts.mean) / amounts.deviation,
    payment.tx_amount / (customer?.mean_amount ?? payment.tx_amount),
    payment.tx_amount / (customer?.credit_limit ?? 1000),
    time.getUTCHours(),
    [0, 6].includes(time.getUTCDay()) ? 1 : 0,
    terminal?.payments ?? 0,
    terminal?.risk ?? 0,
  ]
}

async function loadFeatures(): Promise<OnlineFeatures> {
  const customers = await loadRows<{
    customer_id: number
    mean_amount: number
    credit_limit: number
  }>('online/customers/')
  const terminals = await loadRows<{ terminal_id: number; payments: number; risk: number }>(
    'online/terminals/',
  )
  const [amounts] = await loadRows<{ mean: number; deviation: number }>('online/amounts/')
  return {
    customers: new Map(customers.map((row) => [row.customer_id, row])),
    terminals: new Map(terminals.map((row) => [row.terminal_id, row])),
    amounts: amounts ?? { mean: 0, deviation: 1 },
  }
}

async function loadRows<T>(prefix: string): Promise<T[]> {
  const Bucket = environment['BUCKET']
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: prefix }))
  const texts = await Promise.all(Contents.filter(hasRows).map(({ Key }) => loadText(Key)))
  return texts.flatMap((text) =>
    text
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((line) => JSON.parse(line) as T),
  )
}

function hasRows({ Key, Size }: _Object): boolean {
  return (Size ?? 0) > 0 && !Key?.endsWith('_SUCCESS')
}

async function loadText(Key: string | undefined): Promise<string> {
  const object = await s3.send(new GetObjectCommand({ Bucket: environment['BUCKET'], Key }))
  return (await object.Body?.transformToString()) ?? ''
}

async function sendAlerts(
  alerts: ReadonlyArray<{ readonly transaction_id: number }>,
): Promise<void> {
  let left = alerts
  while (left.length > 0) {
    const answer = await kinesis.send(
      new PutRecordsCommand({
        StreamName: environment['ALERTS_STREAM'],
        Records: left.map((alert) => ({
          PartitionKey: String(alert.transaction_id),
          Data: Buffer.from(JSON.stringify(alert)),
        })),
      }),
    )
    left = left.filter((_alert, index) => answer.Records?.[index]?.ErrorCode !== undefined)
  }
}
