import { expect, test } from 'vitest'
import { createWorld, HOUR_MS, KEY, PROVISIONED } from '../../../test/support/kinesis-world.ts'
import { createMemoryMeta } from '../../../test/support/memory-meta.ts'
import { createMemoryObjects } from '../../../test/support/memory-objects.ts'
import { silentLogger } from '../../base/logger.ts'
import { silentMetrics } from '../../base/metrics.ts'
import { createSeededRandom } from '../../base/random.ts'
import { createBackground } from '../../engines/meta/background.ts'
import { createLeases } from '../../engines/meta/leases.ts'
import type { RequestContext } from '../../wire/operation.ts'
import { planUniform } from '../kinesis/resharding.ts'
import { streamArn } from '../kinesis/stream.ts'
import type { LogWriter } from '../logs/log-groups.ts'
import type { PutObjectRequest } from '../s3/objects/object-access.ts'
import { createKinesisChannels } from './kinesis-channels.ts'

const ARN = streamArn(KEY)
const Owner = KEY.accountId
const BucketARN = 'arn:aws:s3:::lake'
const context = { ...KEY, callerArn: 'arn:aws:iam::000000000000:root' } as unknown as RequestContext

/** An on-demand stream with channels over it, whose clock stands still. */
async function createChannelWorld() {
  const world = await createWorld()
  await world.streams.create(KEY, { ...PROVISIONED, mode: 'ON_DEMAND', shardCount: 2 })
  const random = createSeededRandom(2)
  const meta = createMemoryMeta()
  const memory = createMemoryObjects(world.clock)
  const puts: PutObjectRequest[] = []
  const logged: string[] = []
  let isFailing = false
  const objects: typeof memory = {
    ...memory,
    async put(scope, request) {
      puts.push(request)
      const summary = await memory.put(scope, request)
      if (isFailing) throw new Error('nobody learns that it is durable')
      return summary
    },
  }

  /** One process over what is kept. */
  function start() {
    const log = silentLogger
    const metrics = silentMetrics
    const { clock } = world
    const leases = createLeases({ meta, clock, owner: random.uuid(), log })
    const background = createBackground({ leases, clock, random, log, metrics })
    const logs: LogWriter = {
      async append(_scope, { group, stream }, events) {
        for (const { message } of events) logged.push(`${group} ${stream} ${message}`)
      },
    }
    const given = { ...world, meta, background, clock, random, log, metrics, objects, logs }
    const channels = createKinesisChannels(given)
    const abort = new AbortController()
    const running = channels.run(abort.signal)
    return {
      async run(operation: string, input: object): Promise<Record<string, never>> {
        const found = channels.operations.get(operation)
        return (await found?.run(input, context)) as Record<string, never>
      },
      async stop() {
        abort.abort()
        await running
      },
    }
  }

  return {
    ...world,
    start,
    puts,
    logged,
    memory,
    setFailing(value: boolean) {
      isFailing = value
    },
    async put(...texts: ReadonlyArray<string | Uint8Array>) {
      const entries = texts.map((text, index) => ({
        partitionKey: `key-${index}`,
        data: Buffer.from(text as string),
      }))
      await world.producer.put(KEY, entries, () => 'data')
    },
    /** Whole lines of all objects below the prefix. */
    lines(prefix: string): string[] {
      const found = memory.keys().filter((key) => key.startsWith(`s3://lake/${prefix}`))
      return found.flatMap((key) => memory.text(key).split('\n').filter(Boolean)).sort()
    },
  }
}

function request(format: string, storage: object = {}, destination: object = {}) {
  return {
    ChannelName: 'to-lake',
    ServiceExecutionRoleARN: `arn:aws:iam::${Owner}:role/delivery`,
    StreamConfigurationList: [
      { StreamARN: ARN, RecordConfiguration: { RecordFormatType: format } },
    ],
    S3DestinationConfiguration: {
      StorageConfiguration: {
        BucketARN,
        ExpectedBucketOwner: Owner,
        CompressionType: 'NONE',
        OutputKeyTemplate: 'data/!{stream-name}/!{yy}-!{MM}!{extension}',
        ...storage,
      },
      ...destination,
    },
  }
}

type ChannelWorld = Awaited<ReturnType<typeof createChannelWorld>>

async function createActive(
  world: ChannelWorld,
  { run }: ReturnType<ChannelWorld['start']>,
  input: object,
): Promise<string> {
  const { ChannelDescription } = await run('CreateChannel', input)
  const ChannelARN = String((ChannelDescription as { ChannelARN?: string } | undefined)?.ChannelARN)
  await world.advance(1_000)
  const described = await run('DescribeChannel', { ChannelARN })
  expect(described['ChannelDescription']).toMatchObject({ ChannelStatus: 'ACTIVE' })
  return ChannelARN
}

test('records arrive when the oldest is as old as the channel lets it become, and not before', async () => {
  const world = await createChannelWorld()
  await world.put('"before"')
  const process = world.start()
  await createActive(world, process, request('JSON', { StorageClass: 'GLACIER_IR' }))
  await world.put('{"n":1}', '{"n":2}\n')
  await world.advance(200_000)
  await world.put('{"n":3}')
  await world.advance(98_000)
  expect(world.memory.keys()).toEqual([])
  await world.advance(3_000)
  expect(world.lines('data/clicks/26-01')).toEqual(['{"n":1}', '{"n":2}', '{"n":3}'])
  expect(world.puts).toMatchObject([{ storageClass: 'GLACIER_IR' }])
  expect(world.memory.keys()[0]).toMatch(/26-01-[0-9a-f]{32}\.json$/)
  await process.stop()
})

test('what is not of the format goes to the dead letters with where it came from, and the log tells', async () => {
  const world = await createChannelWorld()
  const process = world.start()
  const LoggingConfiguration = { CloudWatchLogs: { Enabled: true, LogGroupName: '/channels' } }
  await createActive(world, process, { ...request('JSON'), LoggingConfiguration })
  await world.put('{"n":1}', '{broken', Buffer.from([0xff, 0xfe]))
  await world.advance(301_000)
  expect(world.lines('data/')).toEqual(['{"n":1}'])
  const letters = world
    .lines('kinesis-channel/errors/to-lake/')
    .map((line) => JSON.parse(line))
    .sort((a, b) => (a.errorCode < b.errorCode ? -1 : 1))
  expect(letters).toMatchObject([
    {
      errorCode: 'InvalidJson',
      streamARN: ARN,
      rawData: Buffer.from('{broken').toString('base64'),
    },
    { errorCode: 'InvalidUtf8', rawData: '//4=', partitionKey: 'key-2' },
  ])
  expect(world.logged.length).toBe(1)
  expect(world.logged[0]).toMatch(/^\/channels DestinationDelivery .*2 records went to s3:/)
  await process.stop()
})

test('strings that are not UTF-8 are dead letters, and bytes are delivered as they came', async () => {
  for (const [format, expected] of [
    ['STRING', 'text\n'],
    ['BYTE_ARRAY', 'text'],
  ] as const) {
    const world = await createChannelWorld()
    const process = world.start()
    const prefix = {
      DeadLetterQueueS3Configuration: { ...bucket('lake'), ErrorOutputPrefix: 'bad/' },
    }
    await createActive(world, process, request(format, {}, prefix))
    await world.put('text')
    if (format === 'STRING') await world.put(Buffer.from([0xff]))
    await world.advance(301_000)
    const [key = ''] = world.memory.keys().filter((one) => one.startsWith('s3://lake/data/'))
    expect(world.memory.text(key)).toBe(expected)
    expect(world.lines('bad/').length).toBe(format === 'STRING' ? 1 : 0)
    await process.stop()
  }
})

test('a delivery that a crash interrupted is done again under the same key, and nothing twice', async () => {
  const world = await createChannelWorld()
  const first = world.start()
  await createActive(world, first, request('JSON'))
  await world.put('1', '2', '3')
  world.setFailing(true)
  await world.advance(301_000)
  await first.stop()
  await world.put('4')
  world.setFailing(false)
  const second = world.start()
  await world.advance(40_000)
  expect(world.lines('data/')).toEqual(['1', '2', '3'])
  await world.advance(301_000)
  expect(world.lines('data/')).toEqual(['1', '2', '3', '4'])
  expect(world.puts.length).toBeGreaterThan(2)
  expect(world.memory.keys().length).toBe(2)
  await second.stop()
})

test('a new process goes on where the one before was stopped', async () => {
  const world = await createChannelWorld()
  const first = world.start()
  await createActive(world, first, request('STRING'))
  await world.put('a', 'b')
  await world.advance(301_000)
  await world.put('c')
  await world.advance(100_000)
  await first.stop()
  await world.advance(HOUR_MS)
  const second = world.start()
  await world.advance(40_000)
  expect(world.lines('data/')).toEqual(['a', 'b', 'c'])
  await second.stop()
})

test('records of a shard come before those of its children, also when they are too many for one object', async () => {
  const world = await createChannelWorld()
  const process = world.start()
  await createActive(world, process, request('STRING'))
  const put = (data: Buffer) =>
    world.producer.put(KEY, [{ partitionKey: 'k', explicitHashKey: '5', data }], () => 'data')
  const reshard = (count: number) =>
    world.streams.change(KEY, (stream) => ({
      ...stream,
      ...planUniform(stream, count),
      status: 'UPDATING',
    }))
  for (let count = 0; count < 9; count++) await put(Buffer.alloc(1_000_000, 'p'))
  await reshard(4)
  await put(Buffer.from('child'))
  await reshard(2)
  await put(Buffer.from('grandchild'))
  await world.advance(302_000)
  const texts = world.puts.map(({ body }) => Buffer.from(body as Uint8Array).toString())
  expect(texts.map((text) => text.length)).toEqual([9_000_009, 17])
  expect(texts[1]).toBe('child\ngrandchild\n')
  await process.stop()
})

test('an object has 8 MiB of records and does not wait for its time then', async () => {
  const world = await createChannelWorld()
  const process = world.start()
  await createActive(world, process, request('BYTE_ARRAY'))
  const mebibyte = Buffer.alloc(1_000_000)
  for (let count = 0; count < 8; count++) await world.put(mebibyte)
  await world.advance(5_000)
  expect(world.puts.length).toBe(0)
  await world.put(mebibyte)
  await world.advance(5_000)
  expect(world.puts.map(({ body }) => (body as Uint8Array).length)).toEqual([9_000_000])
  await process.stop()
})

test('a channel whose stream went is FAILED, also when there is a new stream of the name', async () => {
  const world = await createChannelWorld()
  const process = world.start()
  const ChannelARN = await createActive(world, process, request('JSON'))
  await world.streams.remove(KEY)
  await world.streams.create(KEY, { ...PROVISIONED, mode: 'ON_DEMAND', shardCount: 1 })
  await world.put('"of the new one"')
  await world.advance(400_000)
  const { ChannelDescription } = await process.run('DescribeChannel', { ChannelARN })
  expect(ChannelDescription).toMatchObject({
    ChannelStatus: 'FAILED',
    ChannelStatusReason: 'The source stream clicks does not exist any more.',
  })
  expect(world.memory.keys()).toEqual([])
  await process.stop()
})

function bucket(name: string) {
  return { BucketARN: `arn:aws:s3:::${name}`, ExpectedBucketOwner: Owner }
}
