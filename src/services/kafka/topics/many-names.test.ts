import { expect, test } from 'vitest'
import type { KafkaWorld } from '../../../../test/support/kafka-world.ts'
import { createKafkaWorld, NO_ID } from '../../../../test/support/kafka-world.ts'
import { kafkaErrorCode } from '../../../wire/kafka/errors.ts'

const COUNT = 100_000
/** Generous: it takes a tenth of it, and far longer where each name is compared with all others. */
const TIME_MAX_MS = 4_000
const timeoutMs = 1000
const validateOnly = false

type Answers = Promise<ReadonlyArray<{ readonly errorCode: number }>>
type Ask = (world: KafkaWorld, names: ReadonlyArray<string>) => Answers

const requests: ReadonlyArray<readonly [string, Ask]> = [
  [
    'CreateTopics',
    async ({ call }, names) => {
      const wanted = { numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] }
      const topics = names.map((name) => ({ ...wanted, name }))
      return (await call('createTopics', { topics, timeoutMs, validateOnly })).topics
    },
  ],
  [
    'CreatePartitions',
    async ({ call }, names) => {
      const topics = names.map((name) => ({ name, count: 2, assignments: null }))
      return (await call('createPartitions', { topics, timeoutMs, validateOnly })).results
    },
  ],
  [
    'DeleteTopics',
    async ({ call }, names) => {
      const topics = names.map((name) => ({ name, topicId: NO_ID }))
      return (await call('deleteTopics', { topics, topicNames: [], timeoutMs })).responses
    },
  ],
  [
    'IncrementalAlterConfigs',
    async ({ call }, names) => {
      const resources = names.map((resourceName) => {
        return { resourceType: 2, resourceName, configs: [] }
      })
      return (await call('incrementalAlterConfigs', { resources, validateOnly })).responses
    },
  ],
]

test.each(requests)('%s refuses a hundred thousand names without a standstill', async (_, ask) => {
  const world = await createKafkaWorld({ allows: () => false })
  const names = Array.from({ length: COUNT }, (_name, index) => `topic-${index}`)
  const begunMs = performance.now()
  const results = await ask(world, names)
  expect(performance.now() - begunMs).toBeLessThan(TIME_MAX_MS)
  expect(results).toHaveLength(COUNT)
  expect(new Set(results.map(({ errorCode }) => errorCode))).toEqual(
    new Set([kafkaErrorCode('TOPIC_AUTHORIZATION_FAILED')]),
  )
})
