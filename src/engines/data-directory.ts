import { mkdir, open, readdir, rename, unlink } from 'node:fs/promises'
import type { Server } from 'node:net'
import { createConnection, createServer } from 'node:net'
import { join } from 'node:path'
import { EngineError, hasErrorCode } from '../base/errors.ts'
import type { Random } from '../base/random.ts'

export interface DataDirectoryLock {
  release(): Promise<void>
}

/**
 * Makes the directory and holds it for this process alone; rejects with `EngineError('conflict')`
 * when another process holds it. Of processes that ask in the same instant, at most one gets it.
 *
 * Every holder listens on a Unix socket of its own in the directory: the kernel ends that with the
 * process, however it dies, and it is seen through every container that shares the directory. Each
 * shows its own socket first and looks for others after, so of two at least one sees the other.
 */
export async function lockDataDirectory(
  directory: string,
  deps: { readonly random: Random },
): Promise<DataDirectoryLock> {
  await mkdir(directory, { recursive: true })
  const handle = await open(directory)
  try {
    // The path of a socket has at most 107 bytes; that of a directory may have more.
    const short = process.platform === 'linux' ? `/proc/self/fd/${handle.fd}` : directory
    const id = deps.random.bytes(6).toString('hex')
    const holder = await listen(join(short, `starting.${id}`))
    const own = `lock.${id}`
    // Renamed only now that it listens: a socket that does not is taken for that of a dead process.
    await rename(join(short, `starting.${id}`), join(short, own))
    const lock = {
      async release() {
        await removeIfThere(join(directory, own))
        await new Promise((resolve) => holder.close(resolve))
      },
    }
    if (!(await isHeldByOther(short, own))) return lock
    await lock.release()
  } finally {
    await handle.close()
  }
  throw new EngineError(
    'conflict',
    `${directory} is in use by another Headrace; stop that one, or choose another --data-dir`,
  )
}

/** Removes the sockets of dead processes on the way: their names are never used again. */
async function isHeldByOther(directory: string, own: string): Promise<boolean> {
  for (const name of await readdir(directory)) {
    if (!/^lock\.[0-9a-f]{12}$/.test(name) || name === own) continue
    const path = join(directory, name)
    if (await isAlive(path)) return true
    await removeIfThere(path)
  }
  return false
}

function listen(path: string): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy())
    server.on('error', reject)
    server.listen(path, () => {
      server.unref()
      resolve(server)
    })
  })
}

/** A socket of a dead process refuses connections. */
function isAlive(path: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(path)
    socket.on('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.on('error', (error) => {
      if (hasErrorCode(error, 'ECONNREFUSED', 'ENOENT', 'ENOTSOCK')) resolve(false)
      else if (hasErrorCode(error, 'EAGAIN', 'EACCES', 'ECONNRESET')) resolve(true)
      else reject(error)
    })
  })
}

async function removeIfThere(path: string): Promise<void> {
  try {
    await unlink(path)
  } catch (error) {
    if (!hasErrorCode(error, 'ENOENT')) throw error
  }
}
