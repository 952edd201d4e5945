import { spawn } from 'node:child_process'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  CreateBucketCommand,
  GetObjectCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { expect, onTestFinished, test } from 'vitest'
import type { RunningHeadrace } from '../support/headrace.ts'
import { startHeadrace } from '../support/headrace.ts'

const SIZE = 200_000
/** What lies in the last of the blocks of 64 KB, and so has a sum of its own. */
const LAST_BLOCK = SIZE % 65_536

/** `headrace scrub` as a user calls it; answers its exit code and its lines. */
function scrub({ endpoint }: RunningHeadrace, account: string) {
  const child = spawn(process.execPath, ['dist/headrace.js', 'scrub', '--endpoint', endpoint], {
    env: { ...process.env, AWS_ACCESS_KEY_ID: account, AWS_SECRET_ACCESS_KEY: 'test' },
  })
  let output = ''
  child.stdout.on('data', (chunk) => {
    output += chunk
  })
  return new Promise<{ code: number | null; lines: string[] }>((resolve) => {
    child.on('close', (code) => resolve({ code, lines: output.trim().split('\n') }))
  })
}

/** Turns one byte of the only file that holds just this. */
function damage(dataDir: string, body: Buffer): void {
  const holders = readdirSync(dataDir, { recursive: true, encoding: 'utf8' })
    .map((name) => join(dataDir, name))
    .filter((path) => statSync(path).isFile() && statSync(path).size === body.length)
    .filter((path) => readFileSync(path).equals(body))
  expect(holders).toHaveLength(1)
  const turned = Buffer.from(body)
  turned[SIZE - 1_000] = (turned[SIZE - 1_000] ?? 0) ^ 1
  writeFileSync(holders[0] ?? '', turned)
}

test('a byte that turned on the disk is never served, and scrub names its object alone', async () => {
  const server = await startHeadrace()
  onTestFinished(() => server.kill())
  const account = '111122223333'
  const s3 = new S3Client({
    endpoint: server.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: account, secretAccessKey: 'test' },
    forcePathStyle: true,
    maxAttempts: 1,
  })
  const bodies = { 'a/first': 'a', 'b/läst\n': 'b', 'c/third': 'c' }
  for (const Bucket of ['rot-one', 'rot-two']) {
    await s3.send(new CreateBucketCommand({ Bucket }))
    for (const [Key, letter] of Object.entries(bodies)) {
      const Body = Buffer.alloc(SIZE, `${Bucket}${letter}`)
      await s3.send(new PutObjectCommand({ Bucket, Key, Body }))
    }
    await s3.send(new PutObjectCommand({ Bucket, Key: 'small', Body: 'x' }))
  }
  expect(await scrub(server, account)).toEqual({
    code: 0,
    lines: [`8 objects with ${6 * SIZE + 2} bytes were read.`, 'None is damaged.'],
  })

  damage(server.dataDir, Buffer.alloc(SIZE, 'rot-twob'))
  const read = async (Bucket: string, Key: string) => {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }))
    return Buffer.from((await Body?.transformToByteArray()) ?? [])
  }
  await expect(read('rot-two', 'b/läst\n')).rejects.toThrow()
  expect(await read('rot-two', 'a/first')).toEqual(Buffer.alloc(SIZE, 'rot-twoa'))
  expect(await read('rot-one', 'b/läst\n')).toEqual(Buffer.alloc(SIZE, 'rot-oneb'))
  expect(await scrub(server, account)).toEqual({
    code: 1,
    lines: [
      `damaged  s3://rot-two/b/läst%0A  ${LAST_BLOCK} of ${SIZE} bytes`,
      `8 objects with ${6 * SIZE + 2} bytes were read.`,
      `1 damaged, ${LAST_BLOCK} bytes of them.`,
    ],
  })
  // Another account has other objects.
  expect(await scrub(server, '444455556666')).toEqual({
    code: 0,
    lines: ['0 objects with 0 bytes were read.', 'None is damaged.'],
  })
  expect(await server.stop()).toBe(0)
})
