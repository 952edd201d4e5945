import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** A Java program that runs beside a test. */
export interface JavaProcess {
  /** What it wrote so far, to either stream. */
  log(): string
  /** Ends its input and waits until it has ended by itself. */
  finish(): Promise<void>
  kill(): Promise<void>
}

const JVM = ['-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1']
const QUIET = '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn'

/** Starts a main class (or a `.java` file) with the class path of `apacheKafkaTools`. */
export function startJava(
  classPath: string,
  main: string,
  args: ReadonlyArray<string>,
): JavaProcess {
  const child = spawn('java', [...JVM, QUIET, '-cp', classPath, main, ...args])
  const exited = once(child, 'exit')
  let log = ''
  const keep = (bytes: Buffer) => {
    log += bytes
  }
  child.stdout.on('data', keep)
  child.stderr.on('data', keep)
  child.stdin.on('error', () => undefined)
  return {
    log: () => log,
    async finish() {
      child.stdin.end()
      await exited
    },
    async kill() {
      child.kill('SIGKILL')
      await exited
    },
  }
}
