import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { RunningHeadrace } from '../support/headrace.ts'
import { startHeadrace } from '../support/headrace.ts'

const guides = readdirSync(join('docs', 'guides')).filter((name) => name.endsWith('.md'))
const clients = ['aws', 'curl', 'kcat']
const missing = clients.filter((name) => spawnSync(name, ['-h']).error !== undefined)

/** The blocks of a page that are marked `run`, as one script. */
function scriptOf(page: string): string {
  const text = readFileSync(join('docs', 'guides', page), 'utf8')
  const blocks = [...text.matchAll(/^```sh run\n(.*?)^```$/gms)]
  return ['set -euo pipefail', ...blocks.map(([, block]) => block)].join('\n')
}

test('every guide has something to run', () => {
  expect(guides.length).toBeGreaterThan(2)
  for (const page of guides) expect(scriptOf(page), page).toContain('aws ')
})

describe('the guides, as they stand', () => {
  let server: RunningHeadrace

  beforeAll(async () => {
    server = await startHeadrace({ flags: ['--kafka', 'on', '--kafka-port', '0'] })
  })
  afterAll(() => server.stop())

  const runnable = (page: string) => !missing.some((name) => scriptOf(page).includes(`${name} `))

  test.each(guides.filter(runnable))('%s', async (page) => {
    const child = spawn('bash', ['-c', scriptOf(page)], {
      cwd: mkdtempSync(join(tmpdir(), 'headrace-guide-')),
      env: {
        ...process.env,
        AWS_ENDPOINT_URL: server.endpoint,
        AWS_ACCESS_KEY_ID: 'test',
        AWS_SECRET_ACCESS_KEY: 'test',
        AWS_REGION: 'us-east-1',
        AWS_DEFAULT_REGION: 'us-east-1',
        AWS_PAGER: '',
        KAFKA: server.kafka,
      },
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        output += chunk
      })
    }
    const code = await new Promise((resolve) => child.on('close', resolve))
    expect(code, output).toBe(0)
  })
})
