import { execFile, spawnSync } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { newAccount } from '../support/client.ts'
import { startHeadrace } from '../support/headrace.ts'

// Debian's botocore is of that time; elsewhere `PYTHONPATH` may point at one.
const question =
  "import botocore, botocore.session as s; m = s.get_session().get_service_model('sqs').metadata; print(botocore.__version__, m['protocol'])"
const [version, protocol] = spawnSync('python3', ['-c', question]).stdout.toString().split(/\s+/)

test.runIf(protocol === 'query')(
  `botocore ${version || '(not installed)'} works with queues over the old protocol`,
  async () => {
    const server = await startHeadrace()
    const args = ['test/clients/python/old_sqs.py', server.endpoint, newAccount()]
    const { stdout } = await promisify(execFile)('python3', args)
    expect(stdout.trim()).toBe('ok')
    expect(await server.stop()).toBe(0)
  },
)
