import { openProcessCompute } from './process-compute.ts'

/**
 * A program that starts one busy function in each language, prints their process ids, and waits to
 * be killed.
 */
const engine = await openProcessCompute()
const sources = {
  'nodejs20.x': {
    path: 'index.mjs',
    text: 'export const handler = async (e) => { console.log(process.pid); for (;;); }',
  },
  'python3.11': {
    path: 'index.py',
    text: 'import os\ndef handler(e, c):\n  print(os.getpid())\n  while True: pass\n',
  },
}
const processIds: string[] = []
for (const [runtime, { path, text }] of Object.entries(sources)) {
  const codeDirectory = await engine.installCode(runtime.replace('.', '-'), async function* () {
    yield { path, bytes: Buffer.from(text), executable: false }
  })
  const spec = {
    functionId: runtime,
    version: '1',
    runtime,
    handler: 'index.handler',
    codeDirectory,
    environment: {},
    memoryBytes: 256 * 1024 ** 2,
    concurrencyMax: 1,
  }
  void engine.invoke(spec, {
    requestId: 'request',
    functionArn: 'arn',
    payload: Buffer.from('{}'),
    timeoutMs: 60_000,
    responseMaxBytes: 1000,
    onLog(line) {
      processIds.push(line.split('\t').at(-1) ?? '')
      if (processIds.length === 2) process.stdout.write(`${processIds.join(' ')}\n`)
    },
  })
}
