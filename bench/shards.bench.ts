import { rmSync } from 'node:fs'
import { KinesisClient, PutRecordsCommand } from '@aws-sdk/client-kinesis'
import { startHeadrace } from '../test/support/headrace.ts'
import { createStream, randomRecord } from './kinesis.bench.ts'
import { knowsProcesses, residentMb } from './processes.ts'
import type { Row } from './results.ts'

const SHARDS = 1_000
const BATCH = 500
const BATCHES = 20
const IDLE_MS = 5_000

/** Memory at rest of a server with a stream of a thousand shards, nearly all of which have records. */
export async function benchShards(dist: string): Promise<Row[]> {
  if (!knowsProcesses) return []
  const few = await restingMb(dist, 1)
  const many = await restingMb(dist, SHARDS)
  return [
    {
      what: 'Resident memory, idle, 1,000 shards with records',
      unit: 'MB',
      ours: many,
      reference: few,
      referenceIs: 'the same records in one shard',
    },
  ]
}

async function restingMb(dist: string, shards: number): Promise<number> {
  const server = await startHeadrace({ dist, flags: ['--stream-limits', 'off'] })
  const client = new KinesisClient({
    endpoint: server.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  })
  await createStream(client, 'shards', shards)
  for (let batch = 0; batch < BATCHES; batch++) {
    const Records = Array.from({ length: BATCH }, randomRecord)
    await client.send(new PutRecordsCommand({ StreamName: 'shards', Records }))
  }
  client.destroy()
  await new Promise((resolve) => setTimeout(resolve, IDLE_MS))
  const resident = residentMb(server.pid)
  await server.stop()
  rmSync(server.dataDir, { recursive: true, force: true })
  return resident
}
