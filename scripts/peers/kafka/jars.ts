import { execFile } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const POM = join(dirname(fileURLToPath(import.meta.url)), 'pom.xml')
const RESOLVE_TIMEOUT_MS = 300_000
/** A registry that could not be reached is not asked again for so long. */
const PATIENCE_MS = 600_000
const JAVA_MIN = 17

/** Why there is no Apache Kafka on this machine, in words for whoever reads a test's output. */
export class PeerMissing extends Error {
  override readonly name = 'PeerMissing'
}

/** Where peers are kept between runs: `HEADRACE_PEERS`, or a folder of the user's cache. */
export function peersDirectory(): string {
  const cache = process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache')
  return process.env['HEADRACE_PEERS'] || join(cache, 'headrace', 'peers')
}

/**
 * The class path of a whole Apache Kafka 4: broker, console tools, Streams, Connect and MirrorMaker.
 * Resolved once by Maven from the pom beside this file, then kept. Throws `PeerMissing`.
 */
export async function kafkaClassPath(): Promise<string> {
  if (process.env['HEADRACE_PEERS'] === 'off') throw new PeerMissing('HEADRACE_PEERS is off')
  await requireJava()
  const pom = await readFile(POM, 'utf8')
  const version = /<kafka\.version>([^<]+)</.exec(pom)?.[1] ?? ''
  const home = peersDirectory()
  const jars = join(home, `kafka-${version}`)
  if (!existsSync(jars)) await resolveJars(home, jars)
  if (readdirSync(jars).length === 0) throw new PeerMissing(`${jars} is empty`)
  return join(jars, '*')
}

async function requireJava(): Promise<void> {
  const told = await run('java', ['-version']).catch(() => undefined)
  if (!told) throw new PeerMissing('there is no `java`')
  const major = Number(/version "(\d+)/.exec(told.stderr)?.[1] ?? 0)
  if (major < JAVA_MIN) throw new PeerMissing(`Java ${JAVA_MIN} is needed, this is ${major}`)
}

async function resolveJars(home: string, jars: string): Promise<void> {
  await mkdir(home, { recursive: true })
  const failure = `${jars}.failed`
  const failedMs = (await stat(failure).catch(() => undefined))?.mtimeMs ?? 0
  if (Date.now() - failedMs < PATIENCE_MS) {
    throw new PeerMissing(`Maven could not resolve Apache Kafka lately (${failure})`)
  }
  const fresh = await mkdtemp(`${jars}.`)
  const copy = ['dependency:copy-dependencies', '-DincludeScope=runtime']
  const args = ['-B', '-q', '-f', POM, ...copy, `-DoutputDirectory=${fresh}`]
  try {
    await run('mvn', args, { timeout: RESOLVE_TIMEOUT_MS })
    // Another process may have been quicker; its jars are the same.
    await rename(fresh, jars).catch((error: unknown) => {
      if (!existsSync(jars)) throw error
    })
  } catch (error) {
    await writeFile(failure, String(error))
    throw new PeerMissing(`Maven could not resolve Apache Kafka: ${firstLine(error)}`)
  } finally {
    await rm(fresh, { recursive: true, force: true })
  }
}

function firstLine(error: unknown): string {
  return String(error instanceof Error ? error.message : error).split('\n', 1)[0] ?? ''
}
