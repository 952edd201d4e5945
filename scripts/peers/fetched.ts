import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** Why a peer is not on this machine, in words for whoever reads a test's output. */
export class PeerMissing extends Error {
  override readonly name = 'PeerMissing'
}

/** A registry that could not be reached is not asked again for so long. */
const PATIENCE_MS = 600_000

/**
 * A directory that `fetch` filled once and that is kept between runs, in `HEADRACE_PEERS` or a folder
 * of the user's cache. Throws `PeerMissing` when it cannot be had, or `HEADRACE_PEERS` is `off`.
 */
export async function fetchedOnce(
  name: string,
  fetch: (into: string) => Promise<unknown>,
): Promise<string> {
  const home = peersDirectory()
  const kept = join(home, name)
  if (existsSync(kept)) return kept
  await mkdir(home, { recursive: true })
  const failure = `${kept}.failed`
  const failedMs = (await stat(failure).catch(() => undefined))?.mtimeMs ?? 0
  if (Date.now() - failedMs < PATIENCE_MS) {
    throw new PeerMissing(`${name} could not be fetched lately (${failure} says why)`)
  }
  const fresh = await mkdtemp(`${kept}.`)
  try {
    await fetch(fresh)
    // Another process may have been quicker; what it has is the same.
    await rename(fresh, kept).catch((error: unknown) => {
      if (!existsSync(kept)) throw error
    })
  } catch (error) {
    await writeFile(failure, String(error))
    throw new PeerMissing(`${name} could not be fetched (${failure} says why)`)
  } finally {
    await rm(fresh, { recursive: true, force: true })
  }
  return kept
}

function peersDirectory(): string {
  const chosen = process.env['HEADRACE_PEERS']
  if (chosen === 'off') throw new PeerMissing('HEADRACE_PEERS is off')
  const cache = process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache')
  return chosen || join(cache, 'headrace', 'peers')
}
