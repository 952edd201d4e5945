import { execFile } from 'node:child_process'
import { constants } from 'node:fs'
import { access, realpath } from 'node:fs/promises'
import { delimiter, isAbsolute, join } from 'node:path'
import { promisify } from 'node:util'

/** What of this machine runs user code, found once at start. */
export interface Interpreters {
  readonly node: { readonly path: string; readonly version: string }
  readonly python?: { readonly path: string; readonly version: string }
  /** util-linux: `setpriv` makes a child die with us, `prlimit` bounds what it can allocate. */
  readonly setpriv?: string
  readonly prlimit?: string
}

/** The oldest Python that the bootstrap and the job shims are written for. */
const PYTHON_MINOR_MIN = 9

export async function findInterpreters(
  searchPath: string,
  node: { readonly path: string; readonly version: string },
): Promise<Interpreters> {
  const [python, setpriv, prlimit] = await Promise.all([
    findPython(searchPath),
    findExecutable('setpriv', searchPath),
    findExecutable('prlimit', searchPath),
  ])
  return {
    node,
    ...(python && { python }),
    ...(setpriv && { setpriv }),
    ...(prlimit && { prlimit }),
  }
}

/** Path of a command, as a shell would find it; undefined when there is none. */
export async function findExecutable(
  command: string,
  searchPath: string,
): Promise<string | undefined> {
  const candidates = command.includes('/')
    ? [command]
    : searchPath
        .split(delimiter)
        .filter((directory) => isAbsolute(directory))
        .map((directory) => join(directory, command))
  for (const candidate of candidates) {
    const found = await access(candidate, constants.X_OK).then(
      () => true,
      () => false,
    )
    if (found) return candidate
  }
  return undefined
}

async function findPython(searchPath: string): Promise<Interpreters['python']> {
  const path = await findExecutable('python3', searchPath)
  if (path === undefined) return undefined
  const version = (await versionByName(path)) ?? (await versionByAsking(path))
  const [major, minor] = (version ?? '').split('.').map(Number)
  if (version === undefined || major !== 3 || (minor ?? 0) < PYTHON_MINOR_MIN) return undefined
  return { path, version }
}

/** Most systems link `python3` to `python3.11`; asking the interpreter costs 30 ms of start-up. */
async function versionByName(path: string): Promise<string | undefined> {
  return /\/python(3\.\d+)$/.exec(await realpath(path))?.[1]
}

async function versionByAsking(path: string): Promise<string | undefined> {
  const script = 'import sys; print("%d.%d" % sys.version_info[:2])'
  try {
    const { stdout } = await promisify(execFile)(path, ['-S', '-E', '-c', script], {
      timeout: 10_000,
    })
    return stdout.trim()
  } catch {
    // An interpreter that does not even print its version is as good as none.
    return undefined
  }
}
