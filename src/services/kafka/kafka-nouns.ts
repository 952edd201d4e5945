import type { Clock } from '../../base/clock.ts'
import type { Logger } from '../../base/logger.ts'
import type { Random } from '../../base/random.ts'
import type { LogEngine } from '../../engines/log/port.ts'
import type { Background } from '../../engines/meta/background.ts'
import type { MetaStore } from '../../engines/meta/port.ts'
import type { Streams } from '../kinesis/streams.ts'
import type { Access } from './access/access.ts'
import { createAccess } from './access/access.ts'
import type { Groups } from './groups/groups.ts'
import { createGroups } from './groups/groups.ts'
import type { Topics } from './parts.ts'
import type { Broker } from './topics/broker.ts'
import type { TopicAdmin } from './topics/topic-admin.ts'
import { createTopicAdmin } from './topics/topic-admin.ts'
import { createTopicDirectory } from './topics/topic-directory.ts'
import type { Transactions } from './transactions/transactions.ts'
import { createTransactions } from './transactions/transactions.ts'

/** Everything that Kafka's protocol is made of, over the streams, the log and the metadata. */
export interface KafkaNouns {
  readonly access: Access
  readonly topics: Topics
  readonly admin: TopicAdmin
  readonly groups: Groups
  /** Undefined where the engine of the log does not carry Kafka's batches. */
  readonly transactions: Transactions | undefined
  readonly broker: Broker
  readonly log: LogEngine
  readonly clock: Clock
  readonly random: Random
}

export interface KafkaNounsDeps {
  readonly meta: MetaStore
  readonly engine: LogEngine
  readonly streams: Streams
  readonly background: Background
  readonly broker: Broker
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
}

export function createKafkaNouns(deps: KafkaNounsDeps): KafkaNouns {
  const { engine, streams, broker, clock, random } = deps
  const topics = createTopicDirectory({ streams })
  const groups = createGroups({ ...deps, topics })
  const { capabilities } = engine
  const admin = createTopicAdmin({ topics, streams, capabilities, rules: broker.rules })
  const { batches } = engine
  return {
    access: createAccess(deps),
    topics,
    admin: {
      ...admin,
      async remove(scope, topic) {
        await admin.remove(scope, topic)
        await groups.topicDeleted(scope, topic)
      },
    },
    groups,
    transactions:
      batches && createTransactions({ ...deps, batches, offsets: groups.transactional }),
    broker,
    log: engine,
    clock,
    random,
  }
}
