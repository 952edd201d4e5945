import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import {
  CreateBucketCommand,
  GetObjectCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import type { RunningHeadrace } from '../test/support/headrace.ts'
import { startHeadrace } from '../test/support/headrace.ts'
import type { Row } from './results.ts'

const BUCKET = 'bench'
const sizes = [
  { name: '1 MB', bytes: 1 << 20, count: 60 },
  { name: '64 MB', bytes: 64 << 20, count: 6 },
]
const environment = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' }
const REFERENCE_IS = 'the same client straight to the store, in turns'

/**
 * Objects through a node whose store is another Headrace, against the same client straight to that
 * store. Both ways in turns, one at a time; the median of each.
 */
export async function benchRemote(dist: string): Promise<Row[]> {
  const store = await startHeadrace({ dist })
  const straight = await clientOf(store)
  const flags = ['--objects', `s3://${BUCKET}/house?endpoint=${store.endpoint}`]
  const node = await startHeadrace({ dist, flags, environment })
  const through = await clientOf(node)
  const rows: Row[] = []
  for (const { name, bytes, count } of sizes) {
    const target = { Bucket: BUCKET, Key: `object-${bytes}` }
    const Body = randomBytes(bytes)
    const put = async (client: S3Client) => {
      await client.send(new PutObjectCommand({ ...target, Body }))
    }
    const get = async (client: S3Client) => {
      const answer = await client.send(new GetObjectCommand(target))
      const { length } = (await answer.Body?.transformToByteArray()) ?? new Uint8Array(0)
      if (length !== bytes) throw new Error(`${length} bytes came back`)
    }
    for (const [what, act] of Object.entries({ PutObject: put, GetObject: get })) {
      const times = { ours: [] as number[], reference: [] as number[] }
      for (let round = 0; round < count; round++) {
        times.ours.push(await timeOf(() => act(through)))
        times.reference.push(await timeOf(() => act(straight)))
      }
      rows.push({
        what: `${what}, ${name}, objects in a store elsewhere`,
        unit: 'ms',
        ours: median(times.ours),
        reference: median(times.reference),
        referenceIs: REFERENCE_IS,
        aim: 0.4,
      })
    }
  }
  for (const server of [node, store]) {
    await server.stop()
    rmSync(server.dataDir, { recursive: true, force: true })
  }
  return rows
}

async function clientOf({ endpoint }: RunningHeadrace): Promise<S3Client> {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
  const client = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true, credentials })
  await client.send(new CreateBucketCommand({ Bucket: BUCKET }))
  return client
}

async function timeOf(act: () => Promise<void>): Promise<number> {
  const beganMs = performance.now()
  await act()
  return performance.now() - beganMs
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1] ?? 0
}
