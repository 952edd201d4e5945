import { afterAll, describe, expect, it } from 'vitest'
import { startApacheKafka } from '../../../../test/support/apache-kafka.ts'
import { systemClock } from '../../../base/clock.ts'
import { silentLogger } from '../../../base/logger.ts'
import { systemRandom } from '../../../base/random.ts'
import { createKafkaCluster } from '../../kafka-client/kafka-cluster.ts'
import type { KafkaUrl } from '../../kafka-client/kafka-url.ts'
import { parseKafkaUrl } from '../../kafka-client/kafka-url.ts'
import { EARLIEST, findOffset } from '../../kafka-client/partition-requests.ts'
import { kafkaTopicName } from '../../kafka-client/topic-name.ts'
import { describeMetaStore } from '../conformance.ts'
import type { MetaStore } from '../port.ts'
import { openKafkaMeta } from './kafka-meta.ts'
import type { StateSizes } from './state-machine.ts'

const kafka = await startApacheKafka()
afterAll(() => kafka?.stop())

const bytes = (text: string) => Buffer.from(text)
const put = (key: string, value: string | Buffer) => ({
  puts: [{ key: bytes(key), value: Buffer.from(value) }],
})

let count = 0
const prefixes = new Map<MetaStore, string>()

function urlOf(prefix: string): KafkaUrl {
  const url = parseKafkaUrl(`kafka://${kafka?.bootstrap}?prefix=${prefix}`)
  if (typeof url === 'string') throw new Error(url)
  return url
}

async function openIn(prefix: string, sizes: Partial<StateSizes> = {}): Promise<MetaStore> {
  const deps = { clock: systemClock, random: systemRandom, log: silentLogger }
  const store = await openKafkaMeta({ ...deps, url: urlOf(prefix), sizes })
  prefixes.set(store, prefix)
  return store
}

describe.skipIf(!kafka)('over Apache Kafka', () => {
  describeMetaStore({
    name: 'kafka meta',
    open: () => openIn(`m${count++}`),
    async reopen(store) {
      await store.close()
      return openIn(prefixes.get(store) ?? '')
    },
  })

  it('what one node commits, another reads at once', async () => {
    const prefix = `m${count++}`
    const [a, b] = await Promise.all([openIn(prefix), openIn(prefix)])
    expect([a, b].map(({ capabilities }) => capabilities.shared)).toEqual([true, true])
    for (let round = 0; round < 20; round++) {
      const [writer, reader] = round % 2 === 0 ? [a, b] : [b, a]
      await writer.commit(put('k', `${round}`))
      const [read, scanned] = await Promise.all([
        reader.get(bytes('k')),
        reader.scan({ prefix: bytes(''), limit: 9 }),
      ])
      expect(String(read?.value)).toBe(`${round}`)
      expect(scanned).toEqual([read])
      expect(await writer.get(bytes('k'))).toEqual(read)
    }
    await Promise.all([a.close(), b.close()])
  })

  it('a node hears of what others put where it watches, and of nothing else', async () => {
    const prefix = `m${count++}`
    const [a, b] = await Promise.all([openIn(prefix), openIn(prefix)])
    const heard: string[] = []
    a.watch(bytes('events/'), () => heard.push('a'))
    b.watch(bytes('events/'), () => heard.push('b'))
    await a.commit(put('other/1', '1'))
    await a.commit(put('events/1', '1'))
    await expect.poll(() => heard).toEqual(['b'])
    await expect(
      a.commit({ checks: [{ key: bytes('events/1'), version: 0 }], ...put('events/1', '2') }),
    ).rejects.toMatchObject({ kind: 'conflict' })
    await b.commit(put('events/2', '1'))
    await expect.poll(() => heard).toEqual(['b', 'a'])
    await Promise.all([a.close(), b.close()])
  })

  it('nodes that count up together lose no count', async () => {
    const prefix = `m${count++}`
    const nodes = await Promise.all([openIn(prefix), openIn(prefix), openIn(prefix)])
    const countUp = async (node: MetaStore) => {
      for (let done = 0; done < 8; ) {
        const entry = await node.get(bytes('n'))
        const checks = [{ key: bytes('n'), version: entry?.version ?? 0 }]
        const next = put('n', String(Number(entry ? String(entry.value) : 0) + 1))
        const commit = node.commit({ checks, ...next })
        await commit.then(
          () => done++,
          (error) => expect(error).toMatchObject({ kind: 'conflict' }),
        )
      }
    }
    await Promise.all([...nodes, ...nodes].map(countUp))
    for (const node of nodes) expect(String((await node.get(bytes('n')))?.value)).toBe('48')
    await Promise.all(nodes.map((node) => node.close()))
  })

  it('a node that starts reads the newest snapshot and what came behind it, no more', async () => {
    const prefix = `m${count++}`
    const sizes = { snapshotBytes: 20_000 }
    const [a, b] = await Promise.all([openIn(prefix, sizes), openIn(prefix, sizes)])
    for (let round = 0; round < 200; round++) {
      const [node, other] = round % 2 === 0 ? [a, b] : [b, a]
      await node.commit(put(`key ${round % 7}`, Buffer.alloc(2_000, round)))
      // A node that is slower than so small snapshots has to start over.
      await other.get(bytes('key 0'))
      if (round % 50 === 0) await node.commit({ removals: [bytes('key 3')] })
    }
    const commands = { topic: kafkaTopicName(`${prefix}.meta`, 'commands'), partition: 0 }
    const cluster = createKafkaCluster({ bootstrap: urlOf(prefix).brokers, clock: systemClock })
    const first = () => findOffset(cluster, commands, EARLIEST)
    await expect.poll(first).toBeGreaterThan(100)
    const all = await a.scan({ prefix: bytes(''), limit: 100 })
    const c = await openIn(prefix, sizes)
    expect(await c.scan({ prefix: bytes(''), limit: 100 })).toEqual(all)
    await c.commit(put('key 3', 'new'))
    expect(await b.get(bytes('key 3'))).toEqual(await c.get(bytes('key 3')))
    cluster.close()
    await Promise.all([a, b, c].map((node) => node.close()))
  })

  it('metadata that reach their greatest size take nothing more until some are removed', async () => {
    const meta = await openIn(`m${count++}`, { stateBytesMax: 10_000 })
    await meta.commit(put('a', Buffer.alloc(9_000)))
    await expect(meta.commit(put('b', Buffer.alloc(2_000)))).rejects.toMatchObject({ kind: 'full' })
    expect(await meta.get(bytes('b'))).toBeUndefined()
    await meta.commit({ removals: [bytes('a')] })
    await meta.commit(put('b', Buffer.alloc(2_000)))
    await meta.close()
  })

  it('a closed store takes nothing and answers nothing', async () => {
    const meta = await openIn(`m${count++}`)
    const under = expect(meta.commit(put('a', '1'))).rejects.toMatchObject({ kind: 'unavailable' })
    await meta.close()
    await under
    await expect(meta.commit(put('a', '1'))).rejects.toMatchObject({ kind: 'unavailable' })
    await expect(meta.get(bytes('a'))).rejects.toMatchObject({ kind: 'unavailable' })
  })
})
