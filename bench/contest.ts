import type { ChildProcess } from 'node:child_process'
import { fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { RunningHeadrace } from '../test/support/headrace.ts'
import { startHeadrace } from '../test/support/headrace.ts'
import { knowsProcesses, mainThreadSecondsOf } from './processes.ts'
import type { Amount, Row } from './results.ts'

/** One request as it goes over the wire: the head in full, the body from a file. */
export interface PreparedRequest {
  readonly head: string
  readonly bodyPath?: string
}

export interface Case {
  readonly what: string
  /** Requests of one round. */
  readonly count: number
  readonly connections: number
  /** What one request holds, if it is more than a request. */
  readonly holds?: Amount & { readonly aim?: number }
  /** A row more: the thread that JavaScript runs in. What it does not do, a second core takes off. */
  readonly mainThread?: true
  /** What must be there before each round of ours. */
  readonly before?: () => Promise<unknown>
  /** Made anew for each round, so that signatures stay fresh. */
  readonly ours: () => ReadonlyArray<PreparedRequest>
  readonly references: ReadonlyArray<Reference>
}

/** Something that the bare server does, to be set beside it. */
export interface Reference {
  readonly is: string
  /** What must be there before each of its rounds. */
  readonly before?: () => Promise<unknown>
  readonly requests: ReadonlyArray<PreparedRequest>
  readonly aim?: number
}

export interface Arena {
  readonly headrace: RunningHeadrace
  /** Bodies are kept here. */
  readonly directory: string
  readonly barePort: number
  /** Rounds on either server in turn; the best of each counts. One row a reference. */
  run(contest: Case): Promise<Row[]>
  close(): Promise<void>
}

interface Contestant {
  readonly port: number
  readonly pid: number
  /** User and system time of the server process so far, in seconds. */
  cpuSeconds(): Promise<number>
}

const ROUNDS = 5
/** Work that a server does behind its answers belongs to the round. */
const SETTLE_MS = 200

/**
 * Headrace as a user starts it (without the shard limits), the bare server, and the load process.
 * `prepare` may fill the data directory before the server starts.
 */
export async function openArena(
  dist: string,
  prepare?: (dataDir: string) => Promise<void>,
): Promise<Arena> {
  const directory = mkdtempSync(join(tmpdir(), 'headrace-bench-'))
  const dataDir = join(directory, 'data')
  await prepare?.(dataDir)
  const headrace = await startHeadrace({
    dist,
    dataDir,
    flags: ['--stream-limits', 'off'],
  })
  const bare = spawn(process.execPath, [join('bench', 'bare-server.mjs'), directory], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = (await once(createInterface({ input: bare.stdout }), 'line')) as [string]
  const barePort = Number(line.split(' ')[1])
  const load = fork(join('bench', 'load.mjs'), { execArgv: [] })
  const we: Contestant = {
    port: headrace.port,
    pid: headrace.pid,
    cpuSeconds: async () => sumOfCpu(await textOf(`${headrace.endpoint}/metrics`)),
  }
  const they: Contestant = {
    port: barePort,
    pid: bare.pid ?? 0,
    async cpuSeconds() {
      const used = JSON.parse(await textOf(`http://127.0.0.1:${barePort}/cpu`))
      return (used.user + used.system) / 1e6
    },
  }

  async function run(contest: Case): Promise<Row[]> {
    const { references } = contest
    const ours: Round[] = []
    const theirs = references.map((): Round[] => [])
    for (let number = 0; number <= ROUNDS; number++) {
      // The first one is for the compilers.
      const kept = number > 0
      await contest.before?.()
      const our = await round(load, we, contest, contest.ours())
      if (kept) ours.push(our)
      for (const [index, { before, requests }] of references.entries()) {
        await before?.()
        const their = await round(load, they, contest, requests)
        if (kept) theirs[index]?.push(their)
      }
    }
    return rowsOf(contest, ours, theirs)
  }

  return {
    headrace,
    directory,
    barePort,
    run,
    async close() {
      load.kill()
      bare.kill()
      const code = await headrace.stop()
      rmSync(directory, { recursive: true, force: true })
      // Not thrown: it would hide why the benches stopped.
      if (code !== 0) console.error(`the server ended with ${code}:\n${headrace.log()}`)
    },
  }
}

interface Round {
  readonly seconds: number
  readonly cpuSeconds: number
  readonly mainSeconds: number
}

function rowsOf(
  { what, count, holds, mainThread, references }: Case,
  ours: ReadonlyArray<Round>,
  theirs: ReadonlyArray<ReadonlyArray<Round>>,
): Row[] {
  const leastMs = (seconds: ReadonlyArray<number>) => (Math.min(...seconds) / count) * 1000
  const costMs = (rounds: ReadonlyArray<Round> = []) =>
    leastMs(rounds.map(({ cpuSeconds }) => cpuSeconds))
  const perCore = (ms: number) =>
    holds && { perCore: { ...holds, amount: holds.amount / (ms / 1e3) } }
  const perSecond = count / Math.min(...ours.map(({ seconds }) => seconds))
  const rows = references.map(
    ({ is, aim }, index): Row => ({
      what,
      unit: 'ms CPU',
      ours: costMs(ours),
      reference: costMs(theirs[index]),
      referenceIs: is,
      perSecond: { amount: perSecond, of: 'requests' },
      ...perCore(costMs(ours)),
      ...(aim !== undefined && { aim }),
    }),
  )
  if (!mainThread || !knowsProcesses) return rows
  const mainMs = leastMs(ours.map(({ mainSeconds }) => mainSeconds))
  const row = { what: `${what}: its main thread`, unit: 'ms CPU', ours: mainMs } as const
  return [...rows, { ...row, ...perCore(mainMs) }]
}

async function round(
  load: ChildProcess,
  contestant: Contestant,
  { what, connections, count }: Case,
  requests: ReadonlyArray<PreparedRequest>,
): Promise<Round> {
  const { pid } = contestant
  const before = await contestant.cpuSeconds()
  const mainBefore = mainThreadSecondsOf(pid)
  load.send({ port: contestant.port, connections, count, requests })
  const [answer] = (await once(load, 'message')) as [{ seconds?: number; problem?: string }]
  if (answer.seconds === undefined) throw new Error(`${what}: ${answer.problem}`)
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS))
  return {
    seconds: answer.seconds,
    mainSeconds: mainThreadSecondsOf(pid) - mainBefore,
    cpuSeconds: (await contestant.cpuSeconds()) - before,
  }
}

async function textOf(url: string): Promise<string> {
  const response = await fetch(url)
  return response.text()
}

/** Of the page of `/metrics`. */
function sumOfCpu(page: string): number {
  const value = (mode: string) =>
    Number(new RegExp(`^process_cpu_${mode}_seconds_total (\\S+)$`, 'm').exec(page)?.[1])
  return value('user') + value('system')
}
