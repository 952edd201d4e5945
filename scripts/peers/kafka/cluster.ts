import type { ChildProcess } from 'node:child_process'
import { execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { closeSync, openSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { kafkaClassPath } from './jars.ts'

const run = promisify(execFile)
const READY_TIMEOUT_MS = 90_000
const LOOK_MS = 100
/** For a small machine: a broker is ready in about four seconds and takes 300 MB. */
const JVM = ['-Xms96m', '-Xmx320m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1']
const QUIET = ['-Dorg.slf4j.simpleLogger.defaultLogLevel=warn']
/**
 * Runs its arguments as a child whose number it prints, and ends it when its own input ends: so no
 * broker outlives the process that started it, however that one dies.
 */
const LEASH = '"$@" 2>&1 >&3 3>&- & echo $!; cat >/dev/null; kill -9 $! 2>/dev/null'

export interface KafkaNode {
  /** From 1 on. */
  readonly id: number
  readonly port: number
  /** SIGKILL of the broker; its data stays. */
  kill(): Promise<void>
  /** Starts the broker again on the same data and port; resolves when it takes connections. */
  start(): Promise<void>
}

export interface KafkaCluster {
  /** `127.0.0.1:port,…`, as clients want it. */
  readonly bootstrap: string
  readonly nodes: ReadonlyArray<KafkaNode>
  /** For the Java clients and tools of the same version. */
  readonly classPath: string
  /** Kills all brokers and removes their data. */
  stop(): Promise<void>
}

export interface KafkaClusterOptions {
  /** 1 or 3. Each is a broker and a controller. */
  readonly nodes?: number
  /** Further broker properties. */
  readonly properties?: Readonly<Record<string, string>>
  /** Flags of the brokers' JVMs instead of those for a small machine. */
  readonly jvm?: ReadonlyArray<string>
}

/** An Apache Kafka (KRaft) of its own on free ports; ready when resolved. Throws `PeerMissing`. */
export async function startKafkaCluster(options: KafkaClusterOptions = {}): Promise<KafkaCluster> {
  const classPath = await kafkaClassPath()
  const home = await mkdtemp(join(tmpdir(), 'headrace-kafka-'))
  const count = options.nodes ?? 1
  const ports = await freePorts(2 * count)
  const voters = Array.from({ length: count }, (_, index) => {
    return `${index + 1}@127.0.0.1:${ports[count + index]}`
  }).join(',')
  const clusterId = randomBytes(16).toString('base64url').replace(/^-/, 'A')
  const nodes = await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const id = index + 1
      const port = ports[index] ?? 0
      const lines = propertiesOf({
        id,
        port,
        controllerPort: ports[count + index] ?? 0,
        voters,
        home,
      })
      const all = { ...lines, ...commonProperties(count), ...options.properties }
      const file = join(home, `node-${id}.properties`)
      const text = Object.entries(all).map(([key, value]) => `${key}=${value}`)
      await writeFile(file, text.join('\n'))
      const format = ['kafka.tools.StorageTool', 'format', '-t', clusterId, '-c', file]
      await run('java', [...JVM, ...QUIET, '-cp', classPath, ...format])
      return createNode({ id, port, file, home, classPath, jvm: options.jvm ?? JVM })
    }),
  )
  const cluster: KafkaCluster = {
    bootstrap: nodes.map(({ port }) => `127.0.0.1:${port}`).join(','),
    nodes,
    classPath,
    async stop() {
      await Promise.all(nodes.map((node) => node.kill()))
      await rm(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
    },
  }
  try {
    await Promise.all(nodes.map((node) => node.start()))
  } catch (error) {
    await cluster.stop()
    throw error
  }
  return cluster
}

function propertiesOf(node: {
  readonly id: number
  readonly port: number
  readonly controllerPort: number
  readonly voters: string
  readonly home: string
}): Record<string, string> {
  return {
    'process.roles': 'broker,controller',
    'node.id': String(node.id),
    'controller.quorum.voters': node.voters,
    'controller.listener.names': 'CONTROLLER',
    listeners: `PLAINTEXT://127.0.0.1:${node.port},CONTROLLER://127.0.0.1:${node.controllerPort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${node.port}`,
    'log.dirs': join(node.home, `data-${node.id}`),
  }
}

/** Few internal partitions and short time-outs: for tests, not for use. */
function commonProperties(count: number): Record<string, string> {
  const replicas = String(count)
  const inSync = String(count > 1 ? 2 : 1)
  return {
    'default.replication.factor': replicas,
    'min.insync.replicas': inSync,
    'offsets.topic.replication.factor': replicas,
    'offsets.topic.num.partitions': '4',
    'transaction.state.log.replication.factor': replicas,
    'transaction.state.log.min.isr': inSync,
    'transaction.state.log.num.partitions': '4',
    'share.coordinator.state.topic.replication.factor': replicas,
    'share.coordinator.state.topic.min.isr': inSync,
    'group.initial.rebalance.delay.ms': '0',
    'broker.session.timeout.ms': '3000',
    'broker.heartbeat.interval.ms': '500',
    'replica.lag.time.max.ms': '3000',
    'controller.quorum.election.timeout.ms': '500',
    'controller.quorum.fetch.timeout.ms': '1000',
  }
}

function createNode(options: {
  readonly id: number
  readonly port: number
  readonly file: string
  readonly home: string
  readonly classPath: string
  readonly jvm: ReadonlyArray<string>
}): KafkaNode {
  const { id, port, file, home, classPath, jvm } = options
  const logFile = join(home, `node-${id}.log`)
  let leash: ChildProcess | undefined
  let ended: Promise<void> = Promise.resolve()

  async function tail(): Promise<string> {
    return (await readFile(logFile, 'utf8').catch(() => '')).split('\n').slice(-20).join('\n')
  }

  return {
    id,
    port,
    async kill() {
      leash?.stdin?.end()
      await ended
    },
    async start() {
      const log = openSync(logFile, 'a')
      const command = ['java', ...jvm, ...QUIET, '-cp', classPath, 'kafka.Kafka', file]
      const child = spawn('sh', ['-c', LEASH, 'sh', ...command], {
        stdio: ['pipe', 'pipe', log, log],
      })
      closeSync(log)
      leash = child
      const state = { over: false }
      ended = new Promise((resolve) => child.once('exit', () => resolve()))
      if (child.stdout) await firstLineOf(child.stdout)
      const deadline = Date.now() + READY_TIMEOUT_MS
      void ended.then(() => {
        state.over = true
      })
      while (!(await takesConnections(port))) {
        if (state.over || Date.now() > deadline) {
          child.stdin?.end()
          throw new Error(`Apache Kafka node ${id} does not start:\n${await tail()}`)
        }
        await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
      }
    },
  }
}

function firstLineOf(stream: NodeJS.ReadableStream): Promise<string> {
  return new Promise((resolve) => {
    createInterface({ input: stream })
      .once('line', resolve)
      .once('close', () => resolve(''))
  })
}

/** Brokers open their port only when they are registered and know the cluster. */
function takesConnections(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    const done = (is: boolean) => {
      socket.destroy()
      resolve(is)
    }
    socket.once('connect', () => done(true)).once('error', () => done(false))
  })
}

async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, () => {
      return new Promise<ReturnType<typeof createServer>>((resolve) => {
        const server = createServer().listen(0, '127.0.0.1', () => resolve(server))
      })
    }),
  )
  const ports = servers.map((server) => (server.address() as AddressInfo).port)
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return ports
}
