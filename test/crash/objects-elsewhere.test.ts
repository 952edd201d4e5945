import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { expect, test } from 'vitest'
import type { RunningHeadrace } from '../support/headrace.ts'
import { startHeadrace } from '../support/headrace.ts'
import {
  compare,
  createBuckets,
  createHistories,
  s3Client,
  workUntil,
} from '../support/object-histories.ts'

const ROUNDS = Number(process.env['HEADRACE_CRASH_ROUNDS'] ?? 6)
/** The patience of a node with its store, and the time that a busy machine may add. */
const FAILS_WITHIN_MS = 60_000
/** Less than `startHeadrace` waits: the process has ended by itself. */
const ENDS_WITHIN_MS = 20_000
const environment = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' }

function directory(): string {
  return mkdtempSync(join(tmpdir(), 'headrace-elsewhere-'))
}

async function startStore(): Promise<RunningHeadrace> {
  const store = await startHeadrace({ dataDir: directory() })
  await s3Client(store).send(new CreateBucketCommand({ Bucket: 'elsewhere' }))
  return store
}

function startNode(store: RunningHeadrace, dataDir: string): Promise<RunningHeadrace> {
  const flags = ['--objects', `s3://elsewhere/house?endpoint=${store.endpoint}`]
  return startHeadrace({ dataDir, flags, environment })
}

test('nothing acknowledged is lost or torn when a node over a store elsewhere is killed', async () => {
  const store = await startStore()
  const dataDir = directory()
  const writers = createHistories()
  let changes = 0
  for (let round = 0; round <= ROUNDS; round++) {
    const node = await startNode(store, dataDir)
    const s3 = s3Client(node)
    if (round === 0) await createBuckets(s3)
    await compare(s3, writers, round === ROUNDS)
    if (round < ROUNDS) changes += await workUntil(s3, writers, round, () => node.kill())
    else expect(await node.stop()).toBe(0)
    s3.destroy()
  }
  expect(changes).toBeGreaterThan(ROUNDS)
  await store.stop()
})

test('a store that dies makes clear errors, loses nothing acknowledged, and is found again', async () => {
  let store = await startStore()
  const { port, dataDir } = store
  const node = await startNode(store, directory())
  const s3 = s3Client(node)
  const writers = createHistories()
  await createBuckets(s3)
  const small = { Bucket: 'plain', Key: 'small' }
  const large = { Bucket: 'plain', Key: 'large' }
  const Body = Buffer.alloc(100_000, 'x')
  await s3.send(new PutObjectCommand({ ...small, Body: 'in the metadata' }))
  await s3.send(new PutObjectCommand({ ...large, Body }))
  for (let round = 0; round < 3; round++) {
    const killedMs = performance.now()
    await workUntil(s3, writers, round, () => store.kill())
    const refused = { name: 'ServiceUnavailable', $metadata: { httpStatusCode: 503 } }
    await expect(s3.send(new GetObjectCommand(large))).rejects.toMatchObject(refused)
    await expect(s3.send(new PutObjectCommand({ ...large, Body }))).rejects.toMatchObject(refused)
    expect(performance.now() - killedMs).toBeLessThan(FAILS_WITHIN_MS)
    const there = await s3.send(new GetObjectCommand(small))
    expect(await there.Body?.transformToString()).toBe('in the metadata')
    store = await startHeadrace({ dataDir, port })
    await compare(s3, writers, round === 2)
  }
  const there = await s3.send(new GetObjectCommand(large))
  expect((await there.Body?.transformToByteArray())?.length).toBe(Body.length)
  expect(await node.stop()).toBe(0)
  await store.stop()
})

test('a store that falls silent is given up in time, and goes on when it wakes', async () => {
  const store = await startStore()
  const node = await startNode(store, directory())
  const s3 = s3Client(node)
  await createBuckets(s3)
  const large = { Bucket: 'plain', Key: 'large' }
  const Body = Buffer.alloc(100_000, 'x')
  await s3.send(new PutObjectCommand({ ...large, Body }))
  process.kill(store.pid, 'SIGSTOP')
  const stoppedMs = performance.now()
  const refused = { name: 'ServiceUnavailable', $metadata: { httpStatusCode: 503 } }
  await Promise.all([
    expect(s3.send(new GetObjectCommand(large))).rejects.toMatchObject(refused),
    expect(s3.send(new PutObjectCommand({ ...large, Body }))).rejects.toMatchObject(refused),
  ])
  expect(performance.now() - stoppedMs).toBeLessThan(FAILS_WITHIN_MS)
  process.kill(store.pid, 'SIGCONT')
  const there = await s3.send(new GetObjectCommand(large))
  expect((await there.Body?.transformToByteArray())?.length).toBe(Body.length)
  expect(await node.stop()).toBe(0)
  await store.stop()
})

test('a store that does not answer, and one without its bucket, are told of at the start', async () => {
  const store = await startStore()
  const start = (url: string, keys: Readonly<Record<string, string>> = environment) =>
    startHeadrace({ flags: ['--objects', url], environment: keys })
  const at = `endpoint=${store.endpoint}`
  const noKeys = { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' }
  const beganMs = performance.now()
  await expect(start(`s3://nowhere?${at}`)).rejects.toThrow(/--objects: .*NoSuchBucket/)
  expect(performance.now() - beganMs).toBeLessThan(ENDS_WITHIN_MS)
  await expect(start(`s3://elsewhere?${at}`, noKeys)).rejects.toThrow(/AWS_SECRET_ACCESS_KEY/)
  const wrong = { ...environment, AWS_SECRET_ACCESS_KEY: 'wrong' }
  await expect(start(`s3://elsewhere?${at}`, wrong)).rejects.toThrow(/SignatureDoesNotMatch/)
  await store.stop()
  await expect(start(`s3://elsewhere?${at}`)).rejects.toThrow(/--objects: .*ECONNREFUSED/)
})
