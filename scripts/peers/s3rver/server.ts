import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { fetchedOnce, PeerMissing } from '../fetched.ts'

const run = promisify(execFile)
const VERSION = '3.7.1'
const INSTALL_TIMEOUT_MS = 300_000
const START_TIMEOUT_MS = 30_000

/** A store of objects by somebody else, of one bucket. */
export interface ObjectPeer {
  readonly endpoint: string
  readonly bucket: string
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string }
  stop(): Promise<void>
}

/** s3rver, installed once by npm, then kept. Throws `PeerMissing`. */
export async function startS3rver(): Promise<ObjectPeer> {
  const home = await fetchedOnce(`s3rver-${VERSION}`, (into) => {
    const quiet = ['--no-audit', '--no-fund', '--ignore-scripts', '--loglevel', 'error']
    const args = ['install', '--prefix', into, ...quiet, `s3rver@${VERSION}`]
    return run('npm', args, { cwd: into, timeout: INSTALL_TIMEOUT_MS })
  })
  const directory = await mkdtemp(join(tmpdir(), 's3rver-'))
  const main = join(home, 'node_modules', 's3rver', 'bin', 's3rver.js')
  const where = ['-d', directory, '-a', '127.0.0.1', '-p', '0', '--no-vhost-buckets']
  const child = spawn(process.execPath, [main, ...where, '-s', '--configure-bucket', 'elsewhere'])
  const port = await new Promise<string>((resolve, reject) => {
    const late = () => reject(new PeerMissing('s3rver did not start in time'))
    const timer = setTimeout(late, START_TIMEOUT_MS)
    child.once('exit', (code) => reject(new PeerMissing(`s3rver ended with ${code}`)))
    createInterface({ input: child.stdout }).on('line', (line) => {
      const found = /listening on \S+:(\d+)/.exec(line)?.[1]
      if (!found) return
      clearTimeout(timer)
      resolve(found)
    })
  })
  return {
    endpoint: `http://127.0.0.1:${port}`,
    bucket: 'elsewhere',
    credentials: { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' },
    async stop() {
      const exited = once(child, 'exit')
      child.kill('SIGKILL')
      await exited
      await rm(directory, { recursive: true, force: true })
    },
  }
}
