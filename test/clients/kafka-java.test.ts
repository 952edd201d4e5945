import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { apacheKafkaTools, startApacheKafka } from '../support/apache-kafka.ts'
import type { RunningHeadrace } from '../support/headrace.ts'
import { startHeadrace } from '../support/headrace.ts'
import { startJava } from '../support/java-process.ts'

const tools = await apacheKafkaTools()
const CLIENTS = 'test/clients/java/Clients.java'
const TOPICS = 'org.apache.kafka.tools.TopicCommand'
const PRODUCER = 'org.apache.kafka.tools.ConsoleProducer'
const CONSUMER = 'org.apache.kafka.tools.consumer.ConsoleConsumer'
const CODECS = ['none', 'gzip', 'snappy', 'lz4', 'zstd']

describe.runIf(tools)('the Java clients of Apache Kafka, unchanged', () => {
  let server: RunningHeadrace
  let bootstrap: string
  let directory: string

  beforeAll(async () => {
    server = await startHeadrace({ flags: ['--kafka', 'on', '--kafka-port', '0'] })
    bootstrap = server.kafka ?? ''
    directory = mkdtempSync(join(tmpdir(), 'headrace-java-'))
  })
  afterAll(async () => {
    const code = await server?.stop()
    if (directory) rmSync(directory, { recursive: true, force: true })
    expect(code).toBe(0)
  })

  async function java(main: string, args: ReadonlyArray<string>, input = ''): Promise<string[]> {
    const output = await tools?.run(main, args, { input })
    return (output ?? '').trim().split('\n')
  }
  const clients = (...args: string[]) => java(CLIENTS, [bootstrap, ...args])
  const command = (main: string, ...args: string[]) =>
    java(main, ['--bootstrap-server', bootstrap, ...args])
  const createTopic = (topic: string, partitions = 2) =>
    command(TOPICS, '--create', '--topic', topic, '--partitions', String(partitions))
  const consume = (at: string, topic: string, ...more: string[]) =>
    java(CONSUMER, [
      ...['--bootstrap-server', at, '--topic', topic, '--from-beginning'],
      ...['--timeout-ms', '3000', ...more],
    ])

  test('an idempotent producer writes all codecs, and groups of either protocol read them', async () => {
    await createTopic('codecs')
    const timeMs = Date.now()
    expect(await clients('codecs', 'codecs', String(timeMs))).toEqual(
      CODECS.flatMap((codec, at) =>
        Array.from({ length: 10 }, (_, n) => `${codec} ${at * 10 + n}`),
      ),
    )
    const wanted = CODECS.flatMap((codec, at) =>
      Array.from({ length: 10 }, (_, n) => {
        const characters = 50 * `${codec}-${n} `.length
        return `0 ${at * 10 + n} key-${n} ${timeMs + n} ${codec} ${characters}`
      }),
    )
    for (const protocol of ['classic', 'consumer']) {
      expect(await clients('read', 'codecs', `readers-${protocol}`, '50', protocol)).toEqual(wanted)
    }
  })

  test('a topic is copied in transactions, and nothing of the aborted ones is seen', async () => {
    await createTopic('copy', 3)
    expect(await clients('transactions', 'codecs', 'copy')).toEqual(['copied 50'])
    const seen = await consume(bootstrap, 'copy', '--isolation-level', 'read_committed')
    expect(seen).toHaveLength(50)
    expect(seen).not.toContain('aborted')
    const all = await consume(bootstrap, 'copy')
    expect(all.filter((value) => value === 'aborted').length).toBeGreaterThanOrEqual(10)
  })

  test('an administrator makes, changes, describes and removes', async () => {
    expect(await clients('admin', 'administered')).toEqual([
      'retention.ms 3600000',
      'max.message.bytes 2000000',
      'open partitions 3',
      'records 30',
      'nodes 1',
      'offset 7 by hand',
      'exists false',
    ])
  })

  test('the console tools produce, consume and show groups, offsets and configs', async () => {
    await createTopic('console')
    await java(PRODUCER, ['--bootstrap-server', bootstrap, '--topic', 'console'], 'one\ntwo\n')
    const read = await consume(bootstrap, 'console', '--group', 'console-readers')
    expect(read.sort()).toEqual(['one', 'two'])
    const groups = 'org.apache.kafka.tools.consumer.group.ConsumerGroupCommand'
    expect(await command(groups, '--list')).toContain('console-readers')
    const described = await command(groups, '--describe', '--group', 'console-readers')
    expect(described.join('\n')).toMatch(/console-readers +console +\d+ +\d+ +\d+ +0 /)
    const offsets = await command('org.apache.kafka.tools.GetOffsetShell', '--topic', 'console')
    expect(offsets.map((line) => Number(line.split(':')[2])).reduce((a, b) => a + b)).toBe(2)
    const configs = 'kafka.admin.ConfigCommand'
    const about = ['--entity-type', 'topics', '--entity-name', 'console']
    await command(configs, ...about, '--alter', '--add-config', 'retention.ms=7200000')
    expect((await command(configs, ...about, '--describe')).join('\n')).toContain(
      'retention.ms=7200000',
    )
    expect((await command(TOPICS, '--describe', '--topic', 'console')).join('\n')).toContain(
      'PartitionCount: 2',
    )
  })

  test('Kafka Streams counts words exactly once, with its state in changelog topics', async () => {
    await createTopic('lines')
    await createTopic('words')
    const text = 'to be or not to be\nthat is the question\nto be is to do\n'
    await java(PRODUCER, ['--bootstrap-server', bootstrap, '--topic', 'lines'], text)
    const state = join(directory, 'state')
    const args = [bootstrap, 'lines', 'words', state]
    const streams = startJava(tools?.classPath ?? '', 'test/clients/java/WordCount.java', args)
    try {
      const counts = async () => {
        const lines = await consume(
          bootstrap,
          'words',
          ...['--isolation-level', 'read_committed', '--property', 'print.key=true'],
          ...['--property', `value.deserializer=${DESERIALIZERS}.LongDeserializer`],
        )
        return Object.fromEntries(lines.map((line) => line.split('\t')))
      }
      await expect.poll(counts, { timeout: 90_000 }).toEqual({
        ...{ to: '4', be: '3', or: '1', not: '1', that: '1' },
        ...{ is: '2', the: '1', question: '1', do: '1' },
      })
    } finally {
      await streams.finish()
    }
    expect(streams.log()).not.toContain('Exception')
  })

  test('Kafka Connect carries a file through a topic into another file', async () => {
    await createTopic('carried')
    const [from, to] = [join(directory, 'in.txt'), join(directory, 'out.txt')]
    writeFileSync(from, 'one\ntwo\nthree\n')
    const worker = propertiesFile('worker', {
      'bootstrap.servers': bootstrap,
      'key.converter': 'org.apache.kafka.connect.storage.StringConverter',
      'value.converter': 'org.apache.kafka.connect.storage.StringConverter',
      'offset.storage.file.filename': join(directory, 'offsets'),
      'offset.flush.interval.ms': '500',
      listeners: 'http://127.0.0.1:0',
    })
    const connector = 'org.apache.kafka.connect.file.FileStream'
    const source = { name: 'in', file: from, topic: 'carried' }
    const sink = { name: 'out', file: to, topics: 'carried' }
    const files = [
      worker,
      propertiesFile('source', { ...source, 'connector.class': `${connector}SourceConnector` }),
      propertiesFile('sink', { ...sink, 'connector.class': `${connector}SinkConnector` }),
    ]
    const main = 'org.apache.kafka.connect.cli.ConnectStandalone'
    const connect = startJava(tools?.classPath ?? '', main, files)
    try {
      const carried = () => contentOf(to).trim().split('\n').sort()
      await expect.poll(carried, { timeout: 60_000 }).toEqual(['one', 'three', 'two'])
    } finally {
      await connect.kill()
    }
  })

  test('MirrorMaker copies a topic of ours into an Apache Kafka', async () => {
    const target = await startApacheKafka()
    expect(target).toBeDefined()
    await createTopic('mirrored')
    await java(PRODUCER, ['--bootstrap-server', bootstrap, '--topic', 'mirrored'], 'a\nb\nc\n')
    const properties = propertiesFile('mirror', {
      clusters: 'source,target',
      'source.bootstrap.servers': bootstrap,
      'target.bootstrap.servers': target?.bootstrap ?? '',
      'source->target.enabled': 'true',
      'source->target.topics': 'mirrored',
      'target->source.enabled': 'false',
      'sync.topic.acls.enabled': 'false',
      'replication.factor': '1',
      ...Object.fromEntries(
        ['offset-syncs.topic', 'checkpoints.topic', 'heartbeats.topic'].map((name) => {
          return [`${name}.replication.factor`, '1']
        }),
      ),
      ...Object.fromEntries(
        ['source', 'target'].flatMap((name) =>
          ['offset', 'status', 'config'].map((what) => {
            return [`${name}.${what}.storage.replication.factor`, '1']
          }),
        ),
      ),
    })
    const main = 'org.apache.kafka.connect.mirror.MirrorMaker'
    const mirror = startJava(tools?.classPath ?? '', main, [properties])
    try {
      const mirrored = async () =>
        (await consume(target?.bootstrap ?? '', 'source.mirrored')).sort()
      await expect.poll(mirrored, { timeout: 120_000 }).toEqual(['a', 'b', 'c'])
    } finally {
      await mirror.kill()
      await target?.stop()
    }
  })

  function propertiesFile(name: string, properties: Readonly<Record<string, string>>): string {
    const path = join(directory, `${name}.properties`)
    const lines = Object.entries(properties).map(([key, value]) => `${key}=${value}`)
    writeFileSync(path, lines.join('\n'))
    return path
  }
})

const DESERIALIZERS = 'org.apache.kafka.common.serialization'

function contentOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
