import { execFile } from 'node:child_process'
import type { KafkaCluster, KafkaClusterOptions } from '../../scripts/peers/kafka/cluster.ts'
import { startKafkaCluster } from '../../scripts/peers/kafka/cluster.ts'
import { kafkaClassPath } from '../../scripts/peers/kafka/jars.ts'
import { orSaid } from './missing-peer.ts'

/**
 * A real Apache Kafka of one node or three, or undefined where none can be had: then a line says why,
 * and the tests that need it skip (`describe.skipIf(!kafka)`).
 */
export async function startApacheKafka(
  options: KafkaClusterOptions = {},
): Promise<KafkaCluster | undefined> {
  return orSaid(() => startKafkaCluster(options))
}

/** Apache Kafka's Java clients, console tools, Streams, Connect and MirrorMaker; undefined as above. */
export async function apacheKafkaTools(): Promise<JavaTools | undefined> {
  const classPath = await orSaid(kafkaClassPath)
  return classPath === undefined ? undefined : createJavaTools(classPath)
}

export interface JavaTools {
  readonly classPath: string
  /**
   * Runs a main class (or a `.java` file, which is compiled in memory) and answers what it wrote to
   * its output. Rejects, with its errors, when it fails or takes too long.
   */
  run(main: string, args: ReadonlyArray<string>, options?: JavaRunOptions): Promise<string>
}

export interface JavaRunOptions {
  readonly input?: string
  readonly timeoutMs?: number
  /** Of the JVM: `-Dname=value`. */
  readonly flags?: ReadonlyArray<string>
}

const TIMEOUT_MS = 120_000
const JVM = ['-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1']
const QUIET = '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn'

function createJavaTools(classPath: string): JavaTools {
  return {
    classPath,
    run: (main, args, { input = '', timeoutMs = TIMEOUT_MS, flags = [] } = {}) =>
      new Promise((resolve, reject) => {
        const command = [...JVM, QUIET, ...flags, '-cp', classPath, main, ...args]
        const options = { timeout: timeoutMs, killSignal: 'SIGKILL', maxBuffer: 64 << 20 } as const
        const child = execFile('java', command, options, (error, stdout, stderr) => {
          if (error) reject(new Error(`${main} failed: ${error.message}\n${stdout}\n${stderr}`))
          else resolve(stdout)
        })
        child.stdin?.on('error', () => undefined)
        child.stdin?.end(input)
      }),
  }
}
