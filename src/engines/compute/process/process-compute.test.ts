import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openProcessCompute } from '../../../../test/support/process-compute.ts'
import { computeConformance } from '../conformance.ts'
import type { CodeFile, ComputeEngine, FunctionSpec, Invocation } from '../port.ts'

computeConformance(() => openProcessCompute())

let engine: ComputeEngine
beforeAll(async () => {
  engine = await openProcessCompute()
})
afterAll(() => engine.close())

let codes = 0

async function makeFunction(
  files: Record<string, string>,
  more: Partial<FunctionSpec> = {},
): Promise<FunctionSpec> {
  const codeId = `code-${++codes}`
  const codeDirectory = await engine.installCode(
    codeId,
    async function* (): AsyncIterable<CodeFile> {
      for (const [path, text] of Object.entries(files)) {
        yield { path, bytes: Buffer.from(text), executable: path === 'bootstrap' }
      }
    },
  )
  return {
    functionId: codeId,
    version: '1',
    runtime: 'nodejs20.x',
    handler: 'index.handler',
    codeDirectory,
    environment: {},
    memoryBytes: 256 * 1024 ** 2,
    concurrencyMax: 10,
    ...more,
  }
}

async function answer(spec: FunctionSpec, event: unknown = {}, more: Partial<Invocation> = {}) {
  const outcome = await engine.invoke(spec, {
    requestId: 'request',
    functionArn: 'arn',
    payload: Buffer.from(JSON.stringify(event)),
    timeoutMs: 5000,
    responseMaxBytes: 1_000_000,
    onLog: () => undefined,
    ...more,
  })
  return 'payload' in outcome ? JSON.parse(Buffer.from(outcome.payload).toString()) : outcome
}

test.each([
  ['a CommonJS module', { 'index.js': 'exports.handler = async () => 1' }, 'index.handler'],
  ['a .cjs module', { 'index.cjs': 'exports.handler = async () => 1' }, 'index.handler'],
  [
    'an ES module by its package.json',
    { 'index.js': 'export const handler = async () => 1', 'package.json': '{"type":"module"}' },
    'index.handler',
  ],
  [
    'a default export',
    { 'index.mjs': 'export default { handler: () => Promise.resolve(1) }' },
    'index.handler',
  ],
  ['a nested export', { 'a/b.js': 'exports.x = { y: async () => 1 }' }, 'a/b.x.y'],
  [
    'a callback',
    { 'index.js': 'exports.handler = (e, c, done) => done(null, 1)' },
    'index.handler',
  ],
  [
    'a late callback',
    { 'index.js': 'exports.handler = (e, c, done) => { setTimeout(() => done(null, 1), 20) }' },
    'index.handler',
  ],
  [
    'context.succeed',
    { 'index.js': 'exports.handler = (e, c) => { c.succeed(1) }' },
    'index.handler',
  ],
  [
    'a callback that does not wait for the event loop',
    {
      'index.js':
        'exports.handler = (e, c, done) => { c.callbackWaitsForEmptyEventLoop = false; setInterval(() => 1, 1e6); done(null, 1) }',
    },
    'index.handler',
  ],
])('%s is a handler', async (_name, files, handler) => {
  const spec = await makeFunction(files as Record<string, string>, { handler })
  expect(await answer(spec)).toBe(1)
  expect(await answer(spec)).toBe(1)
})

test('a handler that answers nothing and has nothing left to do answers null', async () => {
  const spec = await makeFunction({ 'index.js': 'exports.handler = () => 5' })
  expect(await answer(spec)).toBeNull()
})

test('a promise that nobody will settle is an error', async () => {
  const spec = await makeFunction({
    'index.mjs': 'export const handler = () => new Promise(() => 1)',
  })
  expect(await answer(spec)).toMatchObject({ errorType: 'Runtime.NodeJsExit' })
})

test('an error that nobody caught fails the event and ends the instance', async () => {
  const spec = await makeFunction({
    'index.mjs': `let count = 0
      export const handler = async (event) => {
        if (event.bad) { setTimeout(() => { throw new TypeError('late') }, 1); await new Promise((r) => setTimeout(r, 1000)) }
        return ++count
      }`,
  })
  expect(await answer(spec)).toBe(1)
  expect(await answer(spec, { bad: true })).toMatchObject({
    errorType: 'TypeError',
    errorMessage: 'late',
  })
  expect(await answer(spec)).toBe(1)
})

test('response streaming is refused by name', async () => {
  const spec = await makeFunction({
    'index.mjs': 'export const handler = awslambda.streamifyResponse(async () => 1)',
  })
  expect((await answer(spec)).errorMessage).toContain('awslambda.streamifyResponse')
})

test('a custom runtime is a program named bootstrap', async () => {
  const spec = await makeFunction(
    {
      bootstrap: `#!/usr/bin/env python3
import os, urllib.request
base = 'http://' + os.environ['AWS_LAMBDA_RUNTIME_API'] + '/2018-06-01/runtime/invocation/'
while True:
    with urllib.request.urlopen(base + 'next') as response:
        request_id, event = response.headers['Lambda-Runtime-Aws-Request-Id'], response.read()
    urllib.request.urlopen(base + request_id + '/response', data=b'{"custom":' + event + b'}').read()
`,
    },
    { runtime: 'provided.al2023', handler: 'none' },
  )
  expect(await answer(spec, { a: 1 })).toEqual({ custom: { a: 1 } })
  expect(await answer(spec, 2)).toEqual({ custom: 2 })
})

test('when no process is free events wait, and when too many wait one is refused', async () => {
  const whole = engine
  engine = await openProcessCompute({ instancesMax: 2, waitingMax: 2 })
  try {
    const spec = await makeFunction({
      'index.mjs': `export const handler = async (event) => {
        await new Promise((resolve) => setTimeout(resolve, 150))
        return event
      }`,
    })
    const running = [0, 1].map((event) => answer({ ...spec, functionId: `f-${event}` }, event))
    const waiting = [2, 3].map((event) => answer(spec, event))
    await expect(answer(spec, 4)).rejects.toMatchObject({ kind: 'full' })
    expect(await Promise.all([...running, ...waiting])).toEqual([0, 1, 2, 3])
  } finally {
    await engine.close()
    engine = whole
  }
})

test('functions die with the server, however it dies', async () => {
  const server = spawn(
    process.execPath,
    ['--import', 'tsx', 'test/support/server-with-functions.ts'],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const [line] = await once(server.stdout, 'data')
  const children = String(line).trim().split(' ').map(Number)
  expect(children).toHaveLength(2)
  server.kill('SIGKILL')
  await expect.poll(() => children.filter(isAlive), { timeout: 10_000 }).toEqual([])
})

function isAlive(processId: number): boolean {
  try {
    process.kill(processId, 0)
    return true
  } catch {
    return false
  }
}
