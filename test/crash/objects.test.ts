import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startHeadrace } from '../support/headrace.ts'
import {
  compare,
  createBuckets,
  createHistories,
  s3Client,
  workUntil,
} from '../support/object-histories.ts'

const ROUNDS = Number(process.env['HEADRACE_CRASH_ROUNDS'] ?? 20)

test('no acknowledged object or version is lost or torn, whenever the server is killed', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'headrace-crash-'))
  const writers = createHistories()
  let changes = 0
  for (let round = 0; round <= ROUNDS; round++) {
    const server = await startHeadrace({ dataDir })
    const s3 = s3Client(server)
    if (round === 0) await createBuckets(s3)
    await compare(s3, writers, round === ROUNDS)
    if (round === ROUNDS) {
      expect(await server.stop()).toBe(0)
      break
    }
    changes += await workUntil(s3, writers, round, () => server.kill())
    s3.destroy()
  }
  expect(changes).toBeGreaterThan(ROUNDS)
})
