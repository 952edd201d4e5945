import type { MskOperation } from '../contract.ts'
import { kafkaVersions } from '../kafka-versions.ts'
import { pageOfAll } from '../pages.ts'

export const listKafkaVersions: MskOperation<'ListKafkaVersions'> = {
  name: 'ListKafkaVersions',
  async run(_deps, page) {
    const { items, next } = pageOfAll(page, kafkaVersions, (version) => version)
    return {
      KafkaVersions: items.map((version) => ({ Version: version, Status: 'ACTIVE' as const })),
      ...next,
    }
  },
}
