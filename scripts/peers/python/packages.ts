import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { fetchedOnce } from '../fetched.ts'

const run = promisify(execFile)
const REQUIREMENTS = join(dirname(fileURLToPath(import.meta.url)), 'requirements.txt')
const INSTALL_TIMEOUT_MS = 300_000

/**
 * The packages of `requirements.txt` beside this file (librdkafka's client, the signer of MSK's
 * tokens) as a directory for `PYTHONPATH`. Installed once by pip, then kept. Throws `PeerMissing`.
 */
export async function pythonPackages(): Promise<string> {
  const requirements = await readFile(REQUIREMENTS)
  const digest = createHash('sha256').update(requirements).digest('hex').slice(0, 12)
  return fetchedOnce(`python-${digest}`, (into) => {
    const quiet = ['--quiet', '--disable-pip-version-check', '--no-input']
    const args = ['-m', 'pip', 'install', ...quiet, '--target', into, '-r', REQUIREMENTS]
    return run('python3', args, { timeout: INSTALL_TIMEOUT_MS })
  })
}
