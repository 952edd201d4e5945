import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { fetchedOnce, PeerMissing } from '../fetched.ts'

const run = promisify(execFile)
const POM = join(dirname(fileURLToPath(import.meta.url)), 'pom.xml')
const RESOLVE_TIMEOUT_MS = 300_000
const JAVA_MIN = 17

/**
 * The class path of a whole Apache Kafka 4: broker, console tools, Streams, Connect and MirrorMaker.
 * Resolved once by Maven from the pom beside this file, then kept. Throws `PeerMissing`.
 */
export async function kafkaClassPath(): Promise<string> {
  await requireJava()
  const pom = await readFile(POM, 'utf8')
  const version = /<kafka\.version>([^<]+)</.exec(pom)?.[1] ?? ''
  const jars = await fetchedOnce(`kafka-${version}`, (into) => {
    const copy = ['dependency:copy-dependencies', '-DincludeScope=runtime']
    const args = ['-B', '-q', '-f', POM, ...copy, `-DoutputDirectory=${into}`]
    return run('mvn', args, { timeout: RESOLVE_TIMEOUT_MS })
  })
  return join(jars, '*')
}

async function requireJava(): Promise<void> {
  const told = await run('java', ['-version']).catch(() => undefined)
  if (!told) throw new PeerMissing('there is no `java`')
  const major = Number(/version "(\d+)/.exec(told.stderr)?.[1] ?? 0)
  if (major < JAVA_MIN) throw new PeerMissing(`Java ${JAVA_MIN} is needed, this is ${major}`)
}
