// `npm run bench [section …]`: each row is a ratio made in one run on one machine, for absolute numbers
// say more about the machine. Prints the table; a whole run also writes `bench/RESULTS.md`. The long
// sections run only when they are asked for, and then write their own part of that file, which a whole
// run keeps.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, totalmem, type } from 'node:os'
import { join } from 'node:path'
import { benchChain } from './chain.bench.ts'
import type { Arena } from './contest.ts'
import { openArena } from './contest.ts'
import { benchDelay } from './delay.bench.ts'
import { benchDelete } from './delete.bench.ts'
import { benchEvents } from './events.bench.ts'
import { benchGrowth } from './growth.bench.ts'
import { benchKafka } from './kafka.bench.ts'
import { benchKinesis } from './kinesis.bench.ts'
import { benchList } from './list.bench.ts'
import { benchParquet } from './parquet.bench.ts'
import { benchRemote } from './remote.bench.ts'
import type { Row } from './results.ts'
import { tableOf } from './results.ts'
import { benchS3 } from './s3.bench.ts'
import { benchShards } from './shards.bench.ts'
import { benchSqs } from './sqs.bench.ts'
import { benchStart } from './start.bench.ts'

const against: Readonly<Record<string, (arena: Arena) => Promise<Row[]>>> = {
  chain: benchChain,
  kinesis: benchKinesis,
  delay: benchDelay,
  s3: benchS3,
  delete: benchDelete,
  sqs: benchSqs,
  events: benchEvents,
}
const alone: Readonly<Record<string, (dist: string) => Promise<Row[]>>> = {
  parquet: benchParquet,
  start: benchStart,
  shards: benchShards,
  kafka: benchKafka,
  remote: benchRemote,
  list: benchList,
}
const long: Readonly<Record<string, (dist: string) => Promise<string>>> = {
  'log-growth': benchGrowth,
}

const asked = process.argv.slice(2)
const isAsked = (name: string) => asked.length === 0 || asked.includes(name)
const known = [...Object.keys(against), ...Object.keys(alone), 'wire', ...Object.keys(long)]
const unknown = asked.filter((name) => !known.includes(name))
if (unknown.length > 0) {
  console.error(`no bench is called ${unknown.join(', ')}; there are: ${known.join(', ')}`)
  process.exit(1)
}

// The clients tell at length which version of Node they will want next year.
process.removeAllListeners('warning')

const RESULTS = join('bench', 'RESULTS.md')
const LONG_PARTS =
  '<!-- What follows is kept by a whole run: `npm run bench <section>` writes it. -->\n'

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
const wire = isAsked('wire') ? wireTable() : ''
if (rows.length > 0 || wire !== '') console.log(`\n${tableOf(rows)}\n\n${wire}`)
for (const [name, bench] of Object.entries(long)) {
  if (!asked.includes(name)) continue
  const text = await bench(dist)
  console.log(`\n${text}`)
  const part = `## ${name}\n\nWritten by \`npm run bench ${name}\` on ${today()}: ${subject()}.\n\n${text}\n`
  writeFileSync(RESULTS, `${mainPart()}\n${LONG_PARTS}\n${withPart(longParts(), name, part)}`)
}
rmSync(dist, { recursive: true, force: true })
if (asked.length === 0) writeFileSync(RESULTS, `${page()}\n${LONG_PARTS}\n${longParts()}`)

/** What stands before the long sections, and what they wrote. */
function mainPart(): string {
  return `${(results().split(LONG_PARTS)[0] ?? '').trimEnd()}\n`
}

function longParts(): string {
  return (results().split(LONG_PARTS)[1] ?? '').trimStart()
}

function results(): string {
  return existsSync(RESULTS) ? readFileSync(RESULTS, 'utf8') : ''
}

function withPart(parts: string, name: string, part: string): string {
  const others = parts.split(/^(?=## )/m).filter((one) => {
    return one.trim() !== '' && !one.startsWith(`## ${name}\n`)
  })
  return [...others, part].map((one) => `${one.trimEnd()}\n`).join('\n')
}

function wireTable(): string {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ['--import', 'tsx', join('bench', 'wire.bench.ts')],
    { encoding: 'utf8' },
  )
  if (status !== 0) throw new Error(stderr)
  return stdout.trimEnd()
}

function today(): string {
  return new Date().toISOString().slice(0, 10)
}

function subject(): string {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8'))
  const [cpu] = cpus()
  const memory = `${Math.round(totalmem() / 2 ** 30)} GB`
  const machine = `${cpus().length} × ${cpu?.model.trim()}, ${memory}, ${type()}`
  return `Headrace ${version}, Node ${process.versions.node}, ${machine}`
}

function page(): string {
  return `# Benchmarks

Written by \`npm run bench\` on ${today()}: ${subject()}.

The ratio is the cost of the reference divided by ours, both taken in turn in the same run: 1.00 is as
cheap as the reference, more is better. \`ms CPU\` is user and system time of the server process, all its
threads, for one request; \`ms\` is time on the clock. The best of several rounds counts on either side. The load
comes from a process of its own over HTTP/1.1 (Kafka: from kcat) and shares the machine with the server, so
what is done a second says less than what a core could do in that time. The main thread runs the JavaScript of
all requests: what it takes bounds one process, however many cores there are; the rest (disk, garbage
collection) goes to other cores.

${tableOf(rows)}

## The wire layer alone

Milliseconds to read or write one message, without a socket.

\`\`\`
${wire}
\`\`\`
`
}
