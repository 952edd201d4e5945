import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'

/** Resident memory of one process with its descendants. */
export interface ProcessMemory {
  readonly residentBytes: number
  /** Highest resident size that the process itself (without descendants) ever had. */
  readonly peakBytes: number
}

/**
 * Linux answers from /proc (20 µs a process, so it is read synchronously); other systems ask `ps`,
 * for the processes alone. A process that is gone is left out.
 */
export async function measureMemory(
  processIds: ReadonlyArray<number>,
  platform: NodeJS.Platform,
): Promise<ReadonlyMap<number, ProcessMemory>> {
  if (platform !== 'linux') return measureByPs(processIds)
  const sizes = new Map<number, ProcessMemory>()
  for (const id of processIds) {
    const size = measureTree(id)
    if (size) sizes.set(id, size)
  }
  return sizes
}

const DEPTH_MAX = 8

function measureTree(processId: number, depth = 0): ProcessMemory | undefined {
  try {
    const status = readFileSync(`/proc/${processId}/status`, 'latin1')
    const children = readFileSync(`/proc/${processId}/task/${processId}/children`, 'latin1')
    let residentBytes = kilobytesOf(status, 'VmRSS') * 1024
    const peakBytes = kilobytesOf(status, 'VmHWM') * 1024
    if (depth < DEPTH_MAX) {
      for (const child of children.split(' ').filter((id) => id !== '')) {
        residentBytes += measureTree(Number(child), depth + 1)?.residentBytes ?? 0
      }
    }
    return { residentBytes, peakBytes }
  } catch {
    // The process ended between two looks at it.
    return undefined
  }
}

function kilobytesOf(status: string, field: string): number {
  const at = status.indexOf(`${field}:`)
  return at < 0 ? 0 : Number.parseInt(status.slice(at + field.length + 1), 10)
}

async function measureByPs(processIds: ReadonlyArray<number>) {
  const sizes = new Map<number, ProcessMemory>()
  if (processIds.length === 0) return sizes
  try {
    const { stdout } = await promisify(execFile)('ps', ['-o', 'pid=,rss=', '-p', processIds.join()])
    for (const line of stdout.split('\n')) {
      const [id, kilobytes] = line.trim().split(/\s+/)
      const bytes = Number(kilobytes) * 1024
      if (id) sizes.set(Number(id), { residentBytes: bytes, peakBytes: bytes })
    }
  } catch {
    // `ps` fails when none of the processes is left.
    return sizes
  }
  return sizes
}
