import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../../../base/clock.ts'
import { EngineError } from '../../../base/errors.ts'
import type { Metrics } from '../../../base/metrics.ts'
import type { Random } from '../../../base/random.ts'
import type { QueryEngine, QuerySession, SessionOptions } from '../port.ts'
import type { ChildHandle } from './child-handle.ts'
import { startChild } from './child-handle.ts'
import { createSession } from './session.ts'
import { createSlots } from './slots.ts'

export interface DuckdbOptions {
  /** Ours alone: spilled data of sessions; what a crash left over is removed at first use. */
  readonly directory: string
  /** The built entry of the child (`child.ts` here; the bundle has a file of its own). */
  readonly childPath: string
  /** Arguments for Node itself, such as a loader for TypeScript. */
  readonly childArguments?: ReadonlyArray<string>
  /** Open sessions; more wait their turn, and beyond `waitersMax` waiting ones answer `full`. */
  readonly sessionsMax: number
  readonly waitersMax?: number
  /** Memory of one session; beyond it, it spills to disk, up to `spillBytesMax`. */
  readonly memoryBytes: number
  readonly spillBytesMax?: number
  readonly threads?: number
  readonly clock: Clock
  readonly random: Random
  readonly metrics: Metrics
}

const WAITERS_MAX = 1000
const SPILL_BYTES_MAX = 50_000_000_000
const THREADS = 2
/** How long a child without a session is kept warm. At most one is. */
const IDLE_MS = 60_000

/**
 * DuckDB, each session in a process of its own: queries then neither starve the server's thread pool
 * nor take it down with them. No process runs before the first session.
 */
export function createDuckdbQuery(options: DuckdbOptions): QueryEngine {
  const { clock, random, metrics, directory } = options
  const slots = createSlots({
    sessionsMax: options.sessionsMax,
    waitersMax: options.waitersMax ?? WAITERS_MAX,
    onDepth: (depth) => metrics.record('headrace_queue_depth', { queue: 'query' }, depth),
  })
  const closing = new AbortController()
  const children = new Set<ChildHandle>()
  let spare: { readonly child: ChildHandle; readonly taken: AbortController } | undefined
  let prepared: Promise<void> | undefined

  function takeChild(): ChildHandle {
    const warm = spare
    spare = undefined
    warm?.taken.abort()
    if (warm?.child.alive) return warm.child
    const child = startChild({
      childPath: options.childPath,
      childArguments: options.childArguments ?? [],
    })
    children.add(child)
    void child.ended.then(() => children.delete(child))
    return child
  }

  async function giveBack(child: ChildHandle): Promise<void> {
    if (!child.alive || spare || closing.signal.aborted) return child.kill()
    const taken = new AbortController()
    spare = { child, taken }
    await clock.sleep(IDLE_MS, AbortSignal.any([taken.signal, closing.signal]))
    if (taken.signal.aborted) return
    if (spare?.child === child) spare = undefined
    child.kill()
  }

  async function open(request: SessionOptions): Promise<QuerySession> {
    const release = await slots.acquire(request.signal)
    const spillDirectory = join(directory, `session-${random.uuid()}`)
    try {
      prepared ??= removeLeftovers(directory)
      await prepared
      const child = takeChild()
      await child.request({
        kind: 'open',
        settings: {
          paths: request.paths,
          memoryBytes: request.memoryBytes ?? options.memoryBytes,
          threads: request.threads ?? options.threads ?? THREADS,
          spillDirectory,
          spillBytesMax: options.spillBytesMax ?? SPILL_BYTES_MAX,
          engine: request.settings ?? {},
        },
      })
      return createSession(child, clock, async () => {
        void giveBack(child)
        await rm(spillDirectory, { recursive: true, force: true })
        release()
      })
    } catch (error) {
      release()
      throw error
    }
  }

  return {
    capabilities: { dialect: 'duckdb' },
    async open(request) {
      if (closing.signal.aborted) throw new EngineError('unavailable', 'the query engine is closed')
      return open(request)
    },
    async close() {
      closing.abort()
      slots.close()
      const ends = [...children].map((child) => child.ended)
      for (const child of children) child.kill()
      await Promise.all(ends)
    },
  }
}

async function removeLeftovers(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true })
  const names = await readdir(directory)
  const left = names.filter((name) => name.startsWith('session-'))
  await Promise.all(left.map((name) => rm(join(directory, name), { recursive: true, force: true })))
}
