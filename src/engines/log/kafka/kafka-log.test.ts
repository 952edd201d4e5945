import { afterAll, describe, expect, it } from 'vitest'
import { startApacheKafka } from '../../../../test/support/apache-kafka.ts'
import { createMemoryMeta } from '../../../../test/support/memory-meta.ts'
import { systemClock } from '../../../base/clock.ts'
import { silentLogger } from '../../../base/logger.ts'
import { parseKafkaUrl } from '../../kafka-client/kafka-url.ts'
import type { MetaStore } from '../../meta/port.ts'
import { describeLogEngine } from '../conformance.ts'
import type { LogEngine, StoredRecord } from '../port.ts'
import { openKafkaLog } from './kafka-log.ts'

const kafka = await startApacheKafka()
afterAll(() => kafka?.stop())

interface Home {
  readonly meta: MetaStore
  readonly prefix: string
}

let count = 0
const homes = new Map<LogEngine, Home>()

async function openIn(home: Home): Promise<LogEngine> {
  const url = parseKafkaUrl(`kafka://${kafka?.bootstrap}?prefix=${home.prefix}`)
  if (typeof url === 'string') throw new Error(url)
  const log = await openKafkaLog({ url, meta: home.meta, clock: systemClock, log: silentLogger })
  homes.set(log, home)
  return log
}

const ID = { topic: '000000000000/us-east-1/s_1.a/00', partition: 0 }
const SETTINGS = { retentionMs: 86_400_000 }
const NEVER = new AbortController().signal
const kind = (expected: string) => expect.objectContaining({ kind: expected })

function record(value: string, timestampMs = systemClock.wallMs()) {
  return { key: Buffer.from('k'), value: Buffer.from(value), timestampMs }
}

async function readAll(log: LogEngine, id = ID): Promise<ReadonlyArray<StoredRecord>> {
  const all: StoredRecord[] = []
  let { startOffset: offset } = await log.bounds(id)
  for (;;) {
    const batch = await log.read(id, { offset, recordsMax: 1_000, bytesMax: 1 << 20 })
    all.push(...batch.records)
    if (batch.nextOffset === batch.endOffset) return all
    offset = batch.nextOffset
  }
}

const valuesOf = (records: ReadonlyArray<StoredRecord>) => records.map(({ value }) => String(value))

const newHome = (): Home => ({ meta: createMemoryMeta(), prefix: `t${count++}` })

describe.skipIf(!kafka)('over Apache Kafka', () => {
  describeLogEngine({
    name: 'kafka log',
    async open() {
      const home = newHome()
      const log = await openIn(home)
      // Brokers go by their own clock: see below.
      const shown = { ...log, capabilities: { ...log.capabilities, retention: false } }
      homes.set(shown, home)
      return shown
    },
    async reopen(log) {
      await log.close()
      return openIn(homes.get(log) ?? newHome())
    },
    advance: async () => undefined,
    wallMs: systemClock.wallMs,
  })

  it('what one node appends, another sees at once and goes on behind', async () => {
    const home = newHome()
    const [a, b] = [await openIn(home), await openIn(home)]
    await a.ensurePartition(ID, SETTINGS)
    for (let round = 0; round < 20; round++) {
      const [writer, reader] = round % 2 === 0 ? [a, b] : [b, a]
      expect(await writer.append(ID, [record(`${round}`)])).toEqual({ baseOffset: round })
      expect((await reader.bounds(ID)).endOffset).toBe(round + 1)
      const request = { offset: round, recordsMax: 10, bytesMax: 1_000 }
      expect(valuesOf((await reader.read(ID, request)).records)).toEqual([`${round}`])
    }
    await Promise.all([a.close(), b.close()])
  })

  it('a reader is woken by what happens at another node: a record, the end, the removal', async () => {
    const home = newHome()
    const [a, b] = [await openIn(home), await openIn(home)]
    const other = { ...ID, partition: 1 }
    await Promise.all([ID, other].map((id) => a.ensurePartition(id, SETTINGS)))
    const woken = b.waitFor(ID, 1, NEVER)
    await a.append(ID, [record('0')])
    await a.append(ID, [record('1')])
    await woken
    const atEnd = b.waitFor(ID, 2, NEVER)
    await a.ensurePartition(ID, { ...SETTINGS, closed: true })
    await atEnd
    await b.waitFor(ID, 7, NEVER)
    // Another node may see that it was closed before it sees that it is gone.
    const gone = b.waitFor(other, 0, NEVER).catch((error: unknown) => {
      expect(error).toEqual(kind('not-found'))
    })
    await a.removePartition(other)
    await gone
    await expect(b.bounds(other)).rejects.toEqual(kind('not-found'))
    expect(valuesOf(await readAll(b))).toEqual(['0', '1'])
    const last = expect(b.waitFor(ID, 2, NEVER)).resolves.toBeUndefined()
    await a.removePartition(ID)
    await last
    await expect(a.bounds(ID)).rejects.toEqual(kind('not-found'))
    await Promise.all([a.close(), b.close()])
  })

  it('the end of a partition is final, whichever nodes close it and append to it at that time', async () => {
    const home = newHome()
    const nodes = await Promise.all([openIn(home), openIn(home), openIn(home)])
    for (let round = 0; round < 8; round++) {
      const id = { topic: `race ${round}`, partition: round % 2 }
      await Promise.all(nodes.map((node) => node.ensurePartition(id, SETTINGS)))
      const acknowledged: { value: string; offset: number }[] = []
      const writers = nodes.map(async (node, index) => {
        for (let serial = 0; ; serial++) {
          const values = [`${index}.${serial}.a`, `${index}.${serial}.b`]
          try {
            const { baseOffset } = await node.append(
              id,
              values.map((value) => record(value)),
            )
            values.forEach((value, at) => {
              acknowledged.push({ value, offset: baseOffset + at })
            })
          } catch (error) {
            expect(error).toEqual(kind('conflict'))
            return
          }
        }
      })
      await expect.poll(() => acknowledged.length).toBeGreaterThan(20 + round * 10)
      const closers = nodes.slice(0, 1 + (round % 2))
      await Promise.all(
        closers.map((node) => node.ensurePartition(id, { ...SETTINGS, closed: true })),
      )
      const { endOffset } = await nodes[2]!.bounds(id)
      await Promise.all(writers)
      for (const node of nodes) {
        expect((await node.bounds(id)).endOffset).toBe(endOffset)
        const seen = new Map(
          (await readAll(node, id)).map(({ offset, value }) => [offset, `${value}`]),
        )
        expect(seen.size).toBe(endOffset)
        expect(acknowledged.filter(({ value, offset }) => seen.get(offset) !== value)).toEqual([])
      }
      await expect(nodes[1]!.append(id, [record('late')])).rejects.toEqual(kind('conflict'))
    }
    await Promise.all(nodes.map((node) => node.close()))
  })

  it('a partition of a topic that lives on is removed, and made again empty', async () => {
    const log = await openIn(newHome())
    const other = { ...ID, partition: 3 }
    await Promise.all([ID, other].map((id) => log.ensurePartition(id, SETTINGS)))
    await log.append(ID, [record('kept')])
    await log.append(other, [record('gone')])
    await log.removePartition(other)
    await expect(log.append(other, [record('x')])).rejects.toEqual(kind('not-found'))
    await log.ensurePartition(other, SETTINGS)
    const { startOffset, endOffset } = await log.bounds(other)
    expect(startOffset).toBe(endOffset)
    const { baseOffset } = await log.append(other, [record('new')])
    expect(valuesOf(await readAll(log, other))).toEqual(['new'])
    expect(baseOffset).toBe(endOffset)
    expect(valuesOf(await readAll(log))).toEqual(['kept'])
    await log.close()
  })

  it('settings that Kafka cannot keep are refused by name', async () => {
    const log = await openIn(newHome())
    const compaction = { lagMsMin: 0, tombstoneMs: 0, dirtyRatioMin: 0.5, deletes: false }
    const refused = log.ensurePartition(ID, { ...SETTINGS, compaction })
    await expect(refused).rejects.toEqual(kind('unsupported'))
    const encrypted = log.ensurePartition(ID, { ...SETTINGS, keyIds: ['a'] })
    await expect(encrypted).rejects.toEqual(kind('unsupported'))
    await log.close()
  })

  it('a broker that is gone for a while loses and doubles nothing', {
    timeout: 90_000,
  }, async () => {
    const log = await openIn(newHome())
    const ids = [0, 1, 2].map((partition) => ({ ...ID, partition }))
    await Promise.all(ids.map((id) => log.ensurePartition(id, SETTINGS)))
    let isOver = false
    const writers = ids.map(async (id) => {
      const acknowledged: string[] = []
      for (let serial = 0; !isOver; serial++) {
        await log.append(id, [record(`${serial}`)])
        acknowledged.push(`${serial}`)
      }
      return acknowledged
    })
    const [broker] = kafka?.nodes ?? []
    await expect.poll(async () => (await log.bounds(ids[0]!)).endOffset).toBeGreaterThan(20)
    await broker?.kill()
    await broker?.start()
    const { endOffset } = await log.bounds(ids[0]!)
    await expect
      .poll(async () => (await log.bounds(ids[0]!)).endOffset)
      .toBeGreaterThan(endOffset + 20)
    isOver = true
    for (const [index, acknowledged] of (await Promise.all(writers)).entries()) {
      expect(valuesOf(await readAll(log, ids[index]))).toEqual(acknowledged)
    }
    await log.close()
  })
})

describe.skipIf(!kafka)('a log over brokers', () => {
  it('that cannot be reached is unavailable', { timeout: 60_000 }, async () => {
    const url = {
      text: 'kafka://127.0.0.1:1',
      brokers: [{ host: '127.0.0.1', port: 1 }],
      prefix: 'p',
    }
    const deps = { meta: createMemoryMeta(), clock: systemClock, log: silentLogger }
    const opening = openKafkaLog({ ...deps, url, patienceMs: 300 })
    await expect(opening).rejects.toEqual(kind('unavailable'))
  })

  it('that look for what is old lets go of it', { timeout: 90_000 }, async () => {
    const often = { 'log.retention.check.interval.ms': '300', 'log.initial.task.delay.ms': '300' }
    const brokers = await startApacheKafka({ properties: often })
    const url = parseKafkaUrl(`kafka://${brokers?.bootstrap}`)
    if (typeof url === 'string') throw new Error(url)
    const deps = { meta: createMemoryMeta(), clock: systemClock, log: silentLogger }
    const log = await openKafkaLog({ ...deps, url })
    await log.ensurePartition(ID, SETTINGS)
    const nowMs = systemClock.wallMs()
    await log.append(ID, [record('old', nowMs - 2 * SETTINGS.retentionMs)])
    await log.append(ID, [record('young', nowMs)])
    await expect.poll(async () => (await log.bounds(ID)).startOffset).toBe(1)
    const below = log.read(ID, { offset: 0, recordsMax: 1, bytesMax: 1 })
    await expect(below).rejects.toEqual(kind('invalid'))
    expect(valuesOf(await readAll(log))).toEqual(['young'])
    expect(await log.offsetAt(ID, 0)).toBe(1)
    await log.close()
    await brokers?.stop()
  })
})
