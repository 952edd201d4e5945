import { EngineError } from '../../../base/errors.ts'
import { encodeKey } from '../../../base/ordered-key.ts'
import type { MetaStore } from '../../../engines/meta/port.ts'
import { PRODUCER_ID_BLOCK } from './limits.ts'

/** Hands out producer ids. None is given twice, by whichever node and after whichever crash. */
export interface ProducerIds {
  next(): Promise<number>
}

/** A reset keeps it: producers that live on must not meet a second one of their id. */
const KEY = encodeKey(['server/kafka-producer-ids'])

export function createProducerIds(meta: MetaStore): ProducerIds {
  let nextId = 0
  let endId = 0
  let refilling: Promise<void> | undefined

  async function refill(): Promise<void> {
    const entry = await meta.get(KEY)
    const start = entry ? Number(Buffer.from(entry.value).toString('utf8')) : 0
    const end = start + PRODUCER_ID_BLOCK
    const checks = [{ key: KEY, version: entry?.version ?? 0 }]
    try {
      await meta.commit({ checks, puts: [{ key: KEY, value: Buffer.from(String(end)) }] })
    } catch (error) {
      // Another node took this block: the caller comes back for the one behind it.
      if (error instanceof EngineError && error.kind === 'conflict') return
      throw error
    }
    nextId = start
    endId = end
  }

  return {
    async next() {
      while (nextId === endId) {
        refilling ??= refill().finally(() => {
          refilling = undefined
        })
        await refilling
      }
      return nextId++
    },
  }
}
