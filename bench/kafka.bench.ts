import type { ChildProcess } from 'node:child_process'
import { spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { startApacheKafka } from '../test/support/apache-kafka.ts'
import { startHeadrace } from '../test/support/headrace.ts'
import { cpuSecondsOf, knowsProcesses, pidListeningOn } from './processes.ts'
import type { Row } from './results.ts'

const RECORDS = 200_000
const RECORD_BYTES = 1024
const PARTITIONS = 4
const ROUNDS = 3
const GB = 1e9
const CONSUMED_AIM = 300

/** A broker, and how to be rid of it. */
interface Broker {
  readonly bootstrap: string
  readonly pid: number
  stop(): Promise<unknown>
}

type Role = 'produce' | 'consume'
interface Cost {
  readonly cpuSeconds: number
  readonly seconds: number
}

/**
 * kcat (librdkafka, a client in C) writes records of 1 KB into four partitions and reads them all
 * back, from one broker after the other. Cost is the CPU time of the broker alone.
 */
export async function benchKafka(dist: string): Promise<Row[]> {
  if (!knowsProcesses || spawnSync('kcat', ['-V']).status !== 0) {
    console.warn('kafka is left out: it needs kcat, and /proc')
    return []
  }
  const directory = mkdtempSync(join(tmpdir(), 'headrace-bench-'))
  const lines = join(directory, 'lines')
  writeLines(lines)
  const headrace = await startBroker(dist)
  const sink = await startSink()
  const apache = await startApache()
  try {
    const brokers = { headrace, sink, ...(apache && { apache }) }
    return rowsOf(await rounds(brokers, lines))
  } finally {
    await Promise.all([headrace.stop(), sink.stop(), apache?.stop()])
    rmSync(directory, { recursive: true, force: true })
  }
}

type Costs = Map<string, Cost[]>

async function rounds(brokers: Readonly<Record<string, Broker>>, lines: string): Promise<Costs> {
  const costs: Costs = new Map()
  // The first round is for the compilers.
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [name, broker] of Object.entries(brokers)) {
      const topic = ['-t', `bench-${round}`]
      const produce = [...topic, '-P', '-l', lines, '-X', 'linger.ms=5']
      const consume = [...topic, '-C', '-o', 'beginning', '-e', '-q', '-D', '']
      for (const [role, args] of Object.entries({ produce, consume })) {
        if (name === 'sink' && role === 'consume') continue
        const cost = await costOf(broker, args)
        const key = `${name} ${role}`
        if (round > 0) costs.set(key, [...(costs.get(key) ?? []), cost])
      }
    }
  }
  return costs
}

function rowsOf(costs: Costs): Row[] {
  const gigabytes = (RECORDS * RECORD_BYTES) / GB
  const least = (name: string, role: Role, of: keyof Cost): number | undefined => {
    const all = costs.get(`${name} ${role}`)
    return all && Math.min(...all.map((cost) => cost[of])) / gigabytes
  }
  const row = (role: Role, reference: string, rest: Partial<Row>): Row[] => {
    const ours = least('headrace', role, 'cpuSeconds') ?? Number.NaN
    const theirs = least(reference, role, 'cpuSeconds')
    if (theirs === undefined) return []
    const perSecond = 1e3 / (least('headrace', role, 'seconds') ?? Number.NaN)
    const theirsPerSecond = 1e3 / (least(reference, role, 'seconds') ?? Number.NaN)
    const aim = role === 'consume' ? { aim: CONSUMED_AIM } : {}
    return [
      {
        what: `Kafka, kcat ${role}s 1 KB records${role === 'produce' ? ', durable' : ''}`,
        unit: 'CPU s/GB',
        ours,
        reference: theirs,
        perSecond: { amount: perSecond, of: 'MB' },
        perCore: { amount: 1e3 / ours, of: 'MB', ...aim },
        ...rest,
        referenceIs: `${rest.referenceIs}; ${theirsPerSecond.toFixed(0)} MB a second`,
      },
    ]
  }
  const clock = (): Row => {
    const [ours = Number.NaN, theirs = Number.NaN] = ['headrace', 'sink'].map((name) => {
      return least(name, 'produce', 'seconds')
    })
    return {
      what: 'Kafka, kcat produces a GB, durable, on the clock',
      unit: 'ms',
      ours: ours * 1e3,
      reference: theirs * 1e3,
      referenceIs: 'a sink in Node: frames read, nothing kept',
      aim: 0.8,
    }
  }
  const apache = 'Apache Kafka 4.1, default JVM'
  return [
    clock(),
    ...row('produce', 'sink', {
      referenceIs: 'a sink in Node: frames read, nothing kept',
    }),
    ...row('produce', 'apache', { referenceIs: `${apache}, acknowledged from memory, no sync` }),
    ...row('consume', 'apache', { referenceIs: apache }),
  ]
}

async function costOf({ bootstrap, pid }: Broker, args: ReadonlyArray<string>): Promise<Cost> {
  const before = cpuSecondsOf(pid)
  const started = performance.now()
  const stdio = ['ignore', 'ignore', 'inherit'] as const
  const kcat = spawn('kcat', ['-b', bootstrap, ...args], { stdio: [...stdio] })
  const [code] = await once(kcat, 'exit')
  if (code !== 0) throw new Error(`kcat ended with ${code}`)
  const seconds = (performance.now() - started) / 1000
  await new Promise((resolve) => setTimeout(resolve, 300))
  return { seconds, cpuSeconds: cpuSecondsOf(pid) - before }
}

async function startBroker(dist: string): Promise<Broker> {
  const kafka = ['--kafka', 'on', '--kafka-port', '0', '--kafka-partitions', String(PARTITIONS)]
  const server = await startHeadrace({ dist, flags: [...kafka, '--stream-limits', 'off'] })
  return {
    bootstrap: server.kafka ?? '',
    pid: server.pid,
    async stop() {
      await server.stop()
      rmSync(server.dataDir, { recursive: true, force: true })
    },
  }
}

async function startSink(): Promise<Broker> {
  const args = ['--import', 'tsx', join('bench', 'kafka-sink.ts'), String(PARTITIONS)]
  const child: ChildProcess = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  if (!child.stdout) throw new Error('the sink has no output')
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
  const bootstrap = `127.0.0.1:${line.split(' ')[1]}`
  return { bootstrap, pid: child.pid ?? 0, stop: async () => child.kill() }
}

/** As its users start it: the compilers and the memory of a JVM that was told nothing. */
async function startApache(): Promise<Broker | undefined> {
  const cluster = await startApacheKafka({
    jvm: ['-Xmx1g', '-Xms1g', '-XX:+UseG1GC'],
    properties: { 'num.partitions': String(PARTITIONS) },
  })
  if (!cluster) return undefined
  const { bootstrap } = cluster
  const pid = pidListeningOn(Number(bootstrap.split(':')[1]))
  return { bootstrap, pid, stop: () => cluster.stop() }
}

/** Letters and digits, which kcat sends line by line. */
function writeLines(path: string): void {
  const file = openSync(path, 'w')
  const linesAtOnce = 1_000
  for (let written = 0; written < RECORDS; written += linesAtOnce) {
    const lines = Array.from({ length: linesAtOnce }, () => {
      return `${randomBytes((RECORD_BYTES * 3) / 4).toString('base64')}\n`
    })
    writeSync(file, lines.join(''))
  }
  closeSync(file)
}
