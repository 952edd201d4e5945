// `npm run bench [section …]`: each row is a ratio made in one run on one machine, for absolute numbers
// say more about the machine. Prints the table; a whole run also writes `bench/RESULTS.md`.
import { spawnSync } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, totalmem, type } from 'node:os'
import { join } from 'node:path'
import { benchChain } from './chain.bench.ts'
import type { Arena } from './contest.ts'
import { openArena } from './contest.ts'
import { benchKinesis } from './kinesis.bench.ts'
import { benchParquet } from './parquet.bench.ts'
import type { Row } from './results.ts'
import { tableOf } from './results.ts'
import { benchS3 } from './s3.bench.ts'
import { benchStart } from './start.bench.ts'

const against: Readonly<Record<string, (arena: Arena) => Promise<Row[]>>> = {
  chain: benchChain,
  kinesis: benchKinesis,
  s3: benchS3,
}
const alone: Readonly<Record<string, (dist: string) => Promise<Row[]>>> = {
  parquet: benchParquet,
  start: benchStart,
}

const asked = process.argv.slice(2)
const isAsked = (name: string) => asked.length === 0 || asked.includes(name)
const known = [...Object.keys(against), ...Object.keys(alone), 'wire']
const unknown = asked.filter((name) => !known.includes(name))
if (unknown.length > 0) {
  console.error(`no bench is called ${unknown.join(', ')}; there are: ${known.join(', ')}`)
  process.exit(1)
}

// The clients tell at length which version of Node they will want next year.
process.removeAllListeners('warning')

/** A bundle of its own: what is built meanwhile does not disturb the servers that are measured. */
const dist = 'dist-bench'
spawnSync(process.execPath, ['scripts/build.mjs', dist])

const rows: Row[] = []
const say = (made: ReadonlyArray<Row>) => {
  rows.push(...made)
  for (const row of made) console.log(`  ${tableOf([row]).split('\n')[2]}`)
}
for (const [name, bench] of Object.entries(alone)) if (isAsked(name)) say(await bench(dist))
if (Object.keys(against).some(isAsked)) {
  const arena = await openArena(dist)
  try {
    for (const [name, bench] of Object.entries(against)) if (isAsked(name)) say(await bench(arena))
  } finally {
    await arena.close()
  }
}
rmSync(dist, { recursive: true, force: true })
const wire = isAsked('wire') ? wireTable() : ''
console.log(`\n${tableOf(rows)}\n\n${wire}`)
if (asked.length === 0) writeFileSync(join('bench', 'RESULTS.md'), page())

function wireTable(): string {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ['--import', 'tsx', join('bench', 'wire.bench.ts')],
    { encoding: 'utf8' },
  )
  if (status !== 0) throw new Error(stderr)
  return stdout.trimEnd()
}

function page(): string {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8'))
  const [cpu] = cpus()
  const memory = `${Math.round(totalmem() / 2 ** 30)} GB`
  const machine = `${cpus().length} × ${cpu?.model.trim()}, ${memory}, ${type()}`
  return `# Benchmarks

Written by \`npm run bench\` on ${new Date().toISOString().slice(0, 10)}: Headrace ${version}, Node ${process.versions.node}, ${machine}.

The ratio is the cost of the reference divided by ours, both taken in turn in the same run: 1.00 is as
cheap as the reference, more is better. \`ms CPU\` is user and system time of the server process, all its
threads, for one request; \`ms\` is time on the clock. The best of several rounds counts on either side. The load
comes from a process of its own over HTTP/1.1 and shares the machine with the server.

${tableOf(rows)}

## The wire layer alone

Milliseconds to read or write one message, without a socket.

\`\`\`
${wire}
\`\`\`
`
}
