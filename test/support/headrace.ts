import { spawn } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/** A server of its own for a test: the built bundle, as a user starts it. */
export interface RunningHeadrace {
  readonly endpoint: string
  readonly port: number
  /** `host:port` of the broker of Kafka's protocol, when it listens from the start. */
  readonly kafka: string | undefined
  readonly dataDir: string
  readonly pid: number
  /** Milliseconds from the start of the process until it said `ready`. */
  readonly readyMs: number
  /** What it wrote to stderr. */
  log(): string
  /** SIGTERM; answers the exit code. */
  stop(): Promise<number>
  /** SIGKILL. */
  kill(): Promise<void>
}

export interface StartOptions {
  readonly dataDir?: string
  /** Directory of the bundle. */
  readonly dist?: string
  readonly port?: number
  readonly flags?: ReadonlyArray<string>
  /** Beside that of the test. */
  readonly environment?: Readonly<Record<string, string>>
}

const READY_TIMEOUT_MS = 30_000

/** Rejects with what the server wrote when it does not become ready. */
export async function startHeadrace(options: StartOptions = {}): Promise<RunningHeadrace> {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'headrace-test-'))
  const flags = ['--port', String(options.port ?? 0), '--data-dir', dataDir, '--log-level', 'warn']
  const startedMs = performance.now()
  const main = join(options.dist ?? 'dist', 'headrace.js')
  const child = spawn(process.execPath, [main, 'up', ...flags, ...(options.flags ?? [])], {
    env: { ...process.env, ...options.environment },
  })
  let log = ''
  child.stderr.on('data', (chunk) => {
    log += chunk
  })
  const exited = new Promise<number>((resolve) => {
    child.once('exit', (code, signal) => resolve(code ?? (signal ? 128 : 1)))
  })
  const ready = new Promise<string>((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`not ready in time:\n${log}`)),
      READY_TIMEOUT_MS,
    )
    createInterface({ input: child.stdout }).on('line', (line) => {
      const endpoint = /^ready (\S+)/.exec(line)?.[1]
      if (endpoint) {
        clearTimeout(timer)
        resolve(endpoint)
      }
    })
    void exited.then((code) => {
      clearTimeout(timer)
      reject(new Error(`the server ended with ${code}:\n${log}`))
    })
  })
  const endpoint = await ready
  // Plain HTTP is answered beside TLS, whose certificate in tests nobody signed.
  const health = await fetch(`${endpoint.replace('https:', 'http:')}/_headrace/health`)
  const { kafka } = (await health.json()) as { readonly kafka?: string }
  return {
    endpoint,
    port: Number(new URL(endpoint).port),
    kafka,
    dataDir,
    pid: child.pid ?? 0,
    readyMs: performance.now() - startedMs,
    log: () => log,
    async stop() {
      child.kill('SIGTERM')
      return exited
    },
    async kill() {
      child.kill('SIGKILL')
      await exited
    },
  }
}
