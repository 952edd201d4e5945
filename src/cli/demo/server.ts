import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { CliContext } from '../context.ts'
import { fetchHealth } from '../endpoint.ts'

/** The server that a demo runs against: one that was there, or one started for it. */
export interface DemoServer {
  readonly endpoint: string
  readonly joined: boolean
  stop(): Promise<void>
}

const READY_TIMEOUT_MS = 20_000

/** Joins the server at the endpoint; starts one on the data directory when none answers there. */
export async function joinOrStart(
  context: CliContext,
  endpoint: string,
  dataDir: string,
): Promise<DemoServer> {
  if (await fetchHealth(endpoint)) return { endpoint, joined: true, stop: async () => undefined }
  const { hostname, port } = new URL(endpoint)
  const child = spawn(
    process.execPath,
    [
      `${context.distDirectory}/headrace.js`,
      'up',
      '--host',
      hostname,
      '--port',
      port || '80',
      '--data-dir',
      dataDir,
      '--log-level',
      'warn',
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const ended = new Promise<number>((resolve) => child.once('exit', (code) => resolve(code ?? 1)))
  const ready = new Promise<boolean>((resolve) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.startsWith('ready ')) resolve(true)
    })
  })
  const timeout = context.clock.sleep(READY_TIMEOUT_MS).then(() => false)
  if (!(await Promise.race([ready, ended.then(() => false), timeout]))) {
    child.kill('SIGKILL')
    throw new Error(`the server did not start on ${endpoint}; see its message above`)
  }
  return {
    endpoint,
    joined: false,
    async stop() {
      child.kill('SIGTERM')
      await ended
    },
  }
}
