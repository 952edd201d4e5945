import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'

/** Of `/proc`: Linux counts CPU time in hundredths of a second. */
const TICKS = 100
const LISTENING = '0A'

/** Elsewhere, what is asked here of processes is answered with 0. */
export const knowsProcesses = process.platform === 'linux'

/** User and system time of a process so far, all its threads, in seconds. */
export function cpuSecondsOf(pid: number): number {
  return cpuOf(`/proc/${pid}/stat`)
}

/** The same of its main thread, where JavaScript runs. */
export function mainThreadSecondsOf(pid: number): number {
  return cpuOf(`/proc/${pid}/task/${pid}/stat`)
}

export function residentMb(pid: number): number {
  if (!knowsProcesses) return 0
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return (Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024) / 1e6
}

/** The process that listens on a TCP port of this machine. */
export function pidListeningOn(port: number): number {
  const hex = port.toString(16).toUpperCase().padStart(4, '0')
  const inodes = ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((path) => {
    const lines = readFileSync(path, 'latin1').split('\n').slice(1)
    const fields = lines.map((line) => line.trim().split(/\s+/))
    return fields.flatMap(([, local = '', , state, , , , , , inode]) => {
      return state === LISTENING && local.endsWith(`:${hex}`) ? [`socket:[${inode}]`] : []
    })
  })
  for (const name of readdirSync('/proc')) {
    if (/^\d+$/.test(name) && linksOf(`/proc/${name}/fd`).some((link) => inodes.includes(link))) {
      return Number(name)
    }
  }
  throw new Error(`nobody listens on port ${port}`)
}

function linksOf(directory: string): ReadonlyArray<string> {
  try {
    return readdirSync(directory).map((name) => readlinkSync(join(directory, name)))
  } catch {
    // The process ended meanwhile, or is somebody else's.
    return []
  }
}

function cpuOf(path: string): number {
  if (!knowsProcesses) return 0
  const fields = fieldsOf(path)
  return (Number(fields[11]) + Number(fields[12])) / TICKS
}

/** The fields behind the name of the program, which may hold spaces: state, parent, … */
function fieldsOf(path: string): ReadonlyArray<string> {
  const text = readFileSync(path, 'latin1')
  return text.slice(text.lastIndexOf(')') + 2).split(' ')
}
