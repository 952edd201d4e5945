import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import type { Duplex } from 'node:stream'
import { assert, present } from '../../../base/assert.ts'
import type { Clock } from '../../../base/clock.ts'
import { EngineError } from '../../../base/errors.ts'
import type { Interpreters } from './interpreters.ts'
import type { MemoryWatch, Watched } from './memory-watch.ts'
import { createOutputReader } from './output-reader.ts'

export interface ChildSpec {
  readonly command: string
  readonly arguments: ReadonlyArray<string>
  readonly directory: string
  readonly environment: Readonly<Record<string, string>>
  /** Absent: no limit. */
  readonly memoryBytes?: number
  /** Pipes at file descriptors 3 and up. */
  readonly channelCount: number
  /** While an answered promise is pending, no more of this output is read. */
  readonly onLine: (line: string, stream: 'stdout' | 'stderr') => void | Promise<void>
}

/**
 * A child in a process group of its own, so that whatever it starts ends with it. It ends with us:
 * by the parent-death signal where `setpriv` is there, and because its channel closes.
 * It runs as our own user and sees our files; that is no sandbox for code one does not trust.
 */
export interface Child {
  readonly processId: number
  channel(index: number): Duplex
  /** Kills the whole group; the first reason stands. */
  kill(reason: KillReason): void
  /** Resolves when all that the child has written until now was told to `onLine`. */
  outputSettled(): Promise<void>
  /** Resolves when the process has ended and its output is read. */
  readonly ended: Promise<ChildEnd>
  /** Highest resident size until now. */
  memoryPeakBytes(): Promise<number>
}

export type KillReason = 'stopped' | 'timeout' | 'memory'

export interface ChildEnd {
  readonly code: number | undefined
  readonly signal: string | undefined
  readonly killedFor: KillReason | undefined
}

/** What the adapter knows of this machine, and shares among all children. */
export interface ChildDeps {
  readonly interpreters: Interpreters
  readonly memory: MemoryWatch
  readonly clock: Clock
}

/** How much more than its limit a child may allocate before allocation itself fails. */
const DATA_SLACK_BYTES = 1024 ** 3
/** A process that left the group may keep the output open; it is not waited for. */
const OUTPUT_GRACE_MS = 500

export async function startChild(deps: ChildDeps, spec: ChildSpec): Promise<Child> {
  const [command, ...rest] = wrapped(deps.interpreters, spec)
  assert(command !== undefined, 'a command line has a command')
  const channels = Array.from({ length: spec.channelCount }, () => 'pipe' as const)
  const handle = spawn(command, rest, {
    cwd: spec.directory,
    env: spec.environment,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', ...channels],
  })
  if (handle.pid === undefined) {
    const cause = await new Promise((resolve) => handle.once('error', resolve))
    throw new EngineError('unavailable', `${spec.command} cannot be started`, cause)
  }
  return supervise(deps, spec, handle, handle.pid)
}

function supervise(
  deps: ChildDeps,
  spec: ChildSpec,
  handle: ChildProcess,
  processId: number,
): Child {
  let killedFor: KillReason | undefined
  let gone = false

  function kill(reason: KillReason): void {
    if (gone) return
    killedFor ??= reason
    killGroup(processId)
  }

  const watched: Watched = {
    processId,
    limitBytes: spec.memoryBytes ?? Number.POSITIVE_INFINITY,
    peakBytes: 0,
    onExceeded: () => kill('memory'),
  }
  const stdout = present(handle.stdout, 'stdout of a child')
  const stderr = present(handle.stderr, 'stderr of a child')
  const outputs = [
    createOutputReader(stdout, (line) => spec.onLine(line, 'stdout')),
    createOutputReader(stderr, (line) => spec.onLine(line, 'stderr')),
  ]
  const channels = handle.stdio.slice(3) as Duplex[]
  // A write to a child that has just ended fails with EPIPE; its end is told by `ended`.
  for (const channel of channels) channel.on('error', () => undefined)
  // Nothing is sent to the child through its handle, so this would be news of no consequence.
  handle.on('error', () => undefined)
  const exited = new Promise<Omit<ChildEnd, 'killedFor'>>((resolve) => {
    handle.once('exit', (code, signal) => {
      gone = true
      resolve({ code: code ?? undefined, signal: signal ?? undefined })
    })
  })
  deps.memory.add(watched)

  async function end(): Promise<ChildEnd> {
    const how = await exited
    deps.memory.remove(watched)
    killGroup(processId)
    const grace = new AbortController()
    await Promise.race([
      Promise.all(outputs.map((output) => output.ended)),
      deps.clock.sleep(OUTPUT_GRACE_MS, grace.signal),
    ])
    grace.abort()
    for (const stream of [stdout, stderr, ...channels]) stream.destroy()
    return { ...how, killedFor }
  }

  return {
    processId,
    channel: (index) => present(channels[index], `channel ${index} of a child`),
    kill,
    ended: end(),
    memoryPeakBytes: () => deps.memory.look(watched),
    async outputSettled() {
      await Promise.all(outputs.map((output) => output.settled()))
    },
  }
}

function wrapped(interpreters: Interpreters, spec: ChildSpec): ReadonlyArray<string> {
  const { prlimit, setpriv } = interpreters
  const dataBytes = spec.memoryBytes && spec.memoryBytes + DATA_SLACK_BYTES
  return [
    ...(prlimit ? [prlimit, '--core=0', ...(dataBytes ? [`--data=${dataBytes}`] : [])] : []),
    ...(setpriv ? [setpriv, '--pdeathsig', 'KILL'] : []),
    spec.command,
    ...spec.arguments,
  ]
}

function killGroup(processId: number): void {
  try {
    process.kill(-processId, 'SIGKILL')
  } catch {
    // ESRCH: nobody of the group is left.
    return
  }
}
