import type { Clock } from '../../../base/clock.ts'
import { EngineError } from '../../../base/errors.ts'
import type { Logger } from '../../../base/logger.ts'
import type { Random } from '../../../base/random.ts'
import type { KafkaCluster } from '../../kafka-client/kafka-cluster.ts'
import { createKafkaCluster } from '../../kafka-client/kafka-cluster.ts'
import type { KafkaUrl } from '../../kafka-client/kafka-url.ts'
import type { RecordProducer } from '../../kafka-client/record-producer.ts'
import { createRecordProducer, topicBatchBytesMax } from '../../kafka-client/record-producer.ts'
import { kafkaTopicName } from '../../kafka-client/topic-name.ts'
import { createTopic } from '../../kafka-client/topic-requests.ts'
import type { MetaStore } from '../port.ts'
import { createBarrier } from './barrier.ts'
import { encodeCommand } from './command.ts'
import type { Replica } from './replica.ts'
import { openReplica } from './replica.ts'
import { createSnapshots } from './snapshots.ts'
import type { StateSizes } from './state-machine.ts'

export interface KafkaMetaOptions {
  readonly url: KafkaUrl
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  readonly sizes?: Partial<StateSizes>
}

const DEFAULT_SIZES: StateSizes = { snapshotBytes: 16 << 20, stateBytesMax: 1 << 30 }

/**
 * Metadata that many nodes share: a replicated state machine. What is to be committed is appended to a
 * topic of one partition; each node applies it in that order to a copy in memory, so that all come to
 * the same answers, and checks are decided at one place in that order.
 *
 * A read is of a state that has everything that was committed anywhere before the read began. All of
 * the state is in memory: at most `stateBytesMax`, beyond which commits answer `full`.
 */
export async function openKafkaMeta(options: KafkaMetaOptions): Promise<MetaStore> {
  const { url, clock } = options
  const cluster = createKafkaCluster({ bootstrap: url.brokers, clock })
  const producer = createRecordProducer({ cluster })
  try {
    const commands = await ensureTopic(cluster, url, 'commands')
    const images = await ensureTopic(cluster, url, 'snapshots')
    const replica = await openReplica({
      ...options,
      sizes: { ...DEFAULT_SIZES, ...options.sizes },
      node: options.random.uuid(),
      cluster,
      producer,
      commands,
      snapshots: createSnapshots({ cluster, producer, place: images, wallMs: clock.wallMs }),
    })
    return createStore(cluster, producer, replica)
  } catch (error) {
    producer.close()
    cluster.close()
    throw error instanceof EngineError && error.kind === 'corrupt'
      ? error
      : new EngineError('unavailable', `the metadata of ${url.text} cannot be reached`, error)
  }
}

async function ensureTopic(cluster: KafkaCluster, { prefix, replicas }: KafkaUrl, name: string) {
  const topic = kafkaTopicName(`${prefix}.meta`, name)
  const place = { topic, partition: 0 }
  if ((await cluster.persist(() => cluster.partitionCount(topic))) > 0) return place
  const configs = {
    'cleanup.policy': 'delete',
    // Whole snapshots make commands go, and nothing else.
    'retention.ms': '-1',
    'retention.bytes': '-1',
    'max.message.bytes': String(topicBatchBytesMax),
    'unclean.leader.election.enable': 'false',
  }
  await createTopic(cluster, topic, 1, { ...(replicas !== undefined && { replicas }), configs })
  return place
}

function createStore(cluster: KafkaCluster, producer: RecordProducer, replica: Replica): MetaStore {
  const barrier = createBarrier(replica.catchUp)
  return {
    capabilities: { shared: true },
    async get(key) {
      await barrier()
      return replica.state().get(key)
    },
    async scan(range) {
      await barrier()
      return replica.state().scan(range)
    },
    commit: async (batch) => {
      await replica.command((asked) => encodeCommand({ ...asked, batch }))
    },
    watch: replica.watch,
    async close() {
      producer.close()
      cluster.close()
      await replica.close()
    },
  }
}
