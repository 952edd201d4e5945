import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { newAccount } from '../support/client.ts'
import { startHeadrace } from '../support/headrace.ts'

/** An interpreter that has what is looked for; a virtual environment's, where Python's own lacks it. */
const python = process.env['HEADRACE_TEST_PYTHON'] ?? 'python3'
/** A gigabyte where there is time for it. */
const megabytes = Number(process.env['HEADRACE_TEST_TRANSFER_MB'] ?? 256)
/** What a transfer of any size may add to the memory of the server. */
const GROWTH_MAX_MB = 250
const SAMPLE_MS = 100

const versionOf = (name: string): string | undefined => {
  const script = `import ${name}; print(${name}.__version__)`
  const { status, stdout } = spawnSync(python, ['-c', script])
  return status === 0 ? stdout.toString().trim() : undefined
}
const boto3 = versionOf('boto3')
const pyarrow = versionOf('pyarrow')

function run(script: string, ...args: ReadonlyArray<string>): Promise<string> {
  // A bundle of certificates is for other servers.
  const { AWS_CA_BUNDLE: _bundle, ...env } = process.env
  return new Promise((resolve) => {
    const child = spawn(python, [join('test/clients/python', script), ...args], { env })
    let text = ''
    const add = (chunk: Buffer) => {
      text += chunk
    }
    child.stdout.on('data', add)
    child.stderr.on('data', add)
    child.on('close', () => resolve(text.trim()))
  })
}

function residentMb(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024
}

test.runIf(boto3 && process.platform === 'linux')(
  `boto3 ${boto3 ?? '(not installed)'} moves a file of ${megabytes} MB both ways, and the server's memory stays flat`,
  async () => {
    const server = await startHeadrace()
    const directory = mkdtempSync(join(tmpdir(), 'headrace-transfer-'))
    onTestFinished(async () => {
      await server.kill()
      rmSync(directory, { recursive: true, force: true })
      rmSync(server.dataDir, { recursive: true, force: true })
    })
    const before = residentMb(server.pid)
    let most = before
    const sampling = setInterval(() => {
      most = Math.max(most, residentMb(server.pid))
    }, SAMPLE_MS)
    try {
      const args = [server.endpoint, newAccount(), directory, String(megabytes)]
      expect(await run('transfer.py', ...args)).toBe('ok')
    } finally {
      clearInterval(sampling)
    }
    expect(most - before).toBeLessThan(GROWTH_MAX_MB)
    expect(await server.stop()).toBe(0)
  },
  600_000,
)

test.runIf(pyarrow)(
  `PyArrow ${pyarrow ?? '(not installed)'} writes, lists, prunes and reads a dataset of Parquet`,
  async () => {
    const server = await startHeadrace()
    onTestFinished(async () => {
      await server.kill()
      rmSync(server.dataDir, { recursive: true, force: true })
    })
    expect(await run('parquet_dataset.py', server.endpoint, newAccount())).toBe('ok')
    expect(await server.stop()).toBe(0)
  },
  120_000,
)
