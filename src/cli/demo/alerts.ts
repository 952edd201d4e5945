import {
  GetRecordsCommand,
  GetShardIteratorCommand,
  ListShardsCommand,
} from '@aws-sdk/client-kinesis'
import { names } from './names.ts'
import type { Pipeline } from './pipeline.ts'

export interface Alert {
  readonly transaction_id: number
  readonly tx_amount: number
  readonly score: number
  readonly by: 'rules' | 'model'
}

/** Follows the stream of alerts, as any consumer does. A repeated alert counts once. */
export interface AlertTail {
  /** By transaction and scorer. */
  readonly alerts: ReadonlyMap<string, Alert>
  /** Reads what has come since. */
  poll(): Promise<void>
}

export async function tailAlerts({ clients }: Pipeline): Promise<AlertTail> {
  const { kinesis } = clients
  const alerts = new Map<string, Alert>()
  const { Shards = [] } = await kinesis.send(new ListShardsCommand({ StreamName: names.alerts }))
  const iterators = await Promise.all(
    Shards.map(async ({ ShardId }) => {
      const answer = await kinesis.send(
        new GetShardIteratorCommand({
          StreamName: names.alerts,
          ShardId,
          ShardIteratorType: 'TRIM_HORIZON',
        }),
      )
      return answer.ShardIterator
    }),
  )
  return {
    alerts,
    async poll() {
      for (const [index, ShardIterator] of iterators.entries()) {
        if (!ShardIterator) continue
        const answer = await kinesis.send(new GetRecordsCommand({ ShardIterator }))
        iterators[index] = answer.NextShardIterator
        for (const { Data } of answer.Records ?? []) {
          const alert = JSON.parse(Buffer.from(Data ?? []).toString('utf8')) as Alert
          alerts.set(`${alert.by}/${alert.transaction_id}`, alert)
        }
      }
    },
  }
}
