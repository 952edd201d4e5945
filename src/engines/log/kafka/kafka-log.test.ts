import { afterAll, describe } from 'vitest'
import { startApacheKafka } from '../../../../test/support/apache-kafka.ts'
import { createMemoryMeta } from '../../../../test/support/memory-meta.ts'
import { systemClock } from '../../../base/clock.ts'
import { silentLogger } from '../../../base/logger.ts'
import { parseKafkaUrl } from '../../kafka-client/kafka-url.ts'
import type { MetaStore } from '../../meta/port.ts'
import { describeLogEngine } from '../conformance.ts'
import type { LogEngine } from '../port.ts'
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
})
