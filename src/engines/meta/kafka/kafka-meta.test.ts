import { afterAll, describe } from 'vitest'
import { startApacheKafka } from '../../../../test/support/apache-kafka.ts'
import { systemClock } from '../../../base/clock.ts'
import { silentLogger } from '../../../base/logger.ts'
import { systemRandom } from '../../../base/random.ts'
import { parseKafkaUrl } from '../../kafka-client/kafka-url.ts'
import { describeMetaStore } from '../conformance.ts'
import type { MetaStore } from '../port.ts'
import { openKafkaMeta } from './kafka-meta.ts'
import type { StateSizes } from './state-machine.ts'

const kafka = await startApacheKafka()
afterAll(() => kafka?.stop())

let count = 0
const prefixes = new Map<MetaStore, string>()

async function openIn(prefix: string, sizes: Partial<StateSizes> = {}): Promise<MetaStore> {
  const url = parseKafkaUrl(`kafka://${kafka?.bootstrap}?prefix=${prefix}`)
  if (typeof url === 'string') throw new Error(url)
  const deps = { clock: systemClock, random: systemRandom, log: silentLogger }
  const store = await openKafkaMeta({ ...deps, url, sizes })
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
})
