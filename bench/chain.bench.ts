import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Arena } from './contest.ts'
import { headOf, signedHead } from './requests.ts'
import type { Row } from './results.ts'

const form = { 'content-type': 'application/x-www-form-urlencoded' }

/** What every request pays: the least operation there is, signed, routed, decoded and answered. */
export async function benchChain(arena: Arena): Promise<Row[]> {
  const { headrace, directory, barePort } = arena
  const body = 'Action=GetCallerIdentity&Version=2011-06-15'
  const bodyPath = join(directory, 'caller')
  writeFileSync(bodyPath, body)
  const request = { method: 'POST', target: '/', headers: form, service: 'sts', body }
  const bare = { ...form, 'content-length': String(body.length) }
  return arena.run({
    what: 'GetCallerIdentity (the chain alone)',
    count: 5_000,
    connections: 32,
    ours: () => [{ head: signedHead(headrace.port, request), bodyPath }],
    references: [
      {
        is: 'bare node:http',
        requests: [{ head: headOf(barePort, 'POST', '/read', bare), bodyPath }],
      },
    ],
  })
}
