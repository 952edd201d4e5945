import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  DeleteObjectCommand,
  GetObjectCommand,
  PutBucketCorsCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import { expect, test } from 'vitest'
import { newBucket, s3Client } from '../sdk/s3/support.ts'
import { newAccount } from '../support/client.ts'
import { formFields } from '../support/form-maker.ts'
import { startHeadrace } from '../support/headrace.ts'

const found = spawnSync('chromium', ['--version'])
const chromium = found.status === 0 ? found.stdout.toString().trim() : undefined

/** What the page does; each step is answered with what a script gets to see. */
const script = `
const seen = {}
async function step(name, run) {
  try { seen[name] = await run() } catch (error) { seen[name] = String(error) }
}
async function main() {
  const given = await (await fetch('/given')).json()
  await step('put', async () => {
    const answer = await fetch(given.put, { method: 'PUT', body: 'from a page' })
    return [answer.status, answer.headers.get('etag')]
  })
  await step('get', async () => (await fetch(given.get)).text())
  await step('form', async () => {
    const body = new FormData()
    for (const [name, value] of Object.entries(given.form)) body.append(name, value)
    body.append('file', new Blob(['by a script']), 'script.txt')
    return (await fetch(given.target, { method: 'POST', body })).status
  })
  await step('refusedMethod', async () => (await fetch(given.remove, { method: 'DELETE' })).status)
  await step('refusedBucket', async () => (await fetch(given.closed)).status)
  await fetch('/seen', { method: 'POST', body: JSON.stringify(seen) })
  // And last a form as it was before there were scripts: the browser follows its redirect.
  const form = document.createElement('form')
  form.method = 'post'
  form.enctype = 'multipart/form-data'
  form.action = given.target
  for (const [name, value] of Object.entries(given.plainForm)) {
    const input = document.createElement('input')
    input.type = 'hidden'
    input.name = name
    input.value = value
    form.append(input)
  }
  const file = document.createElement('input')
  file.type = 'file'
  file.name = 'file'
  const files = new DataTransfer()
  files.items.add(new File(['by a form'], 'form ä.txt'))
  file.files = files.files
  form.append(file)
  document.body.append(form)
  form.submit()
}
main()
`

test.runIf(chromium)(
  `a page in ${chromium ?? 'Chromium (not installed)'} loads up and down under the rules of the bucket`,
  async () => {
    const server = await startHeadrace()
    const account = newAccount()
    const s3 = s3Client({
      endpoint: server.endpoint,
      credentials: { accessKeyId: account, secretAccessKey: 'test' },
      requestChecksumCalculation: 'WHEN_REQUIRED',
    })
    const [Bucket, closed] = [await newBucket(s3), await newBucket(s3)]
    await s3.send(new PutObjectCommand({ Bucket: closed, Key: 'k', Body: 'x' }))
    const page = await startPage(async (origin) => {
      const rule = {
        AllowedOrigins: [origin],
        AllowedMethods: ['GET', 'PUT', 'POST'],
        AllowedHeaders: ['*'],
        ExposeHeaders: ['ETag'],
      }
      await s3.send(new PutBucketCorsCommand({ Bucket, CORSConfiguration: { CORSRules: [rule] } }))
      const key = { Bucket, Key: 'page' }
      const success_action_redirect = `${origin}/done`
      const form = { bucket: Bucket, accessKeyId: account }
      return {
        target: `${server.endpoint}/${Bucket}`,
        put: await getSignedUrl(s3, new PutObjectCommand(key)),
        get: await getSignedUrl(s3, new GetObjectCommand(key)),
        remove: await getSignedUrl(s3, new DeleteObjectCommand(key)),
        closed: await getSignedUrl(s3, new GetObjectCommand({ Bucket: closed, Key: 'k' })),
        form: formFields({ ...form, key: 'script' }),
        plainForm: formFields({
          ...{ ...form, key: `plain/$\{filename}`, fields: { success_action_redirect } },
          conditions: [{ success_action_redirect }],
        }),
      }
    })
    const profile = mkdtempSync(join(tmpdir(), 'headrace-chromium-'))
    const browser = spawn('chromium', [
      ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
      ...['--no-first-run', '--remote-debugging-port=0', `--user-data-dir=${profile}`, page.origin],
    ])
    try {
      expect(await page.seen).toEqual({
        put: [200, expect.stringMatching(/^"[0-9a-f]{32}"$/)],
        get: 'from a page',
        form: 204,
        refusedMethod: 'TypeError: Failed to fetch',
        refusedBucket: 'TypeError: Failed to fetch',
      })
      const done = new URL(await page.done, page.origin)
      expect(done.searchParams.get('key')).toBe('plain/form ä.txt')
      for (const [Key, text] of [
        ['page', 'from a page'],
        ['script', 'by a script'],
        ['plain/form ä.txt', 'by a form'],
      ] as const) {
        const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }))
        expect(await Body?.transformToString()).toBe(text)
      }
    } finally {
      const gone = new Promise((resolve) => browser.once('close', resolve))
      browser.kill()
      await gone
      await page.stop()
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 })
      expect(await server.stop()).toBe(0)
    }
  },
  120_000,
)

/** The site of the page: another origin than S3's. */
async function startPage(give: (origin: string) => Promise<object>) {
  let tellSeen: (seen: unknown) => void = () => undefined
  let tellDone: (path: string) => void = () => undefined
  const seen = new Promise<unknown>((resolve) => {
    tellSeen = resolve
  })
  const done = new Promise<string>((resolve) => {
    tellDone = resolve
  })
  async function answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const path = incoming.url ?? '/'
    if (path === '/given') {
      outgoing.end(JSON.stringify(await give(origin)))
    } else if (path === '/seen') {
      const parts: Buffer[] = []
      for await (const part of incoming) parts.push(part as Buffer)
      tellSeen(JSON.parse(Buffer.concat(parts).toString()))
      outgoing.end()
    } else {
      if (path.startsWith('/done')) tellDone(path)
      outgoing.setHeader('content-type', 'text/html')
      outgoing.end(path === '/' ? `<!doctype html><body><script>${script}</script>` : 'done')
    }
  }
  const server = createServer((incoming, outgoing) => {
    answer(incoming, outgoing).catch((error: unknown) => tellSeen(String(error)))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const stop = () =>
    new Promise<void>((resolve) => {
      server.closeAllConnections()
      server.close(() => resolve())
    })
  return { origin, seen, done, stop }
}
