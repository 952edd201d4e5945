import type { KafkaCluster } from '../../kafka-client/kafka-cluster.ts'
import type { TopicConfigs } from '../../kafka-client/topic-requests.ts'
import { alterTopicConfigs, createTopic, growTopic } from '../../kafka-client/topic-requests.ts'

/** Makes topics as large as they are needed; what is wanted at the same time is done once. */
export interface TopicKeeper {
  /** Resolves when the topic has the partition. `configs` are for a topic that is made. */
  ensure(topic: string, partition: number, configs: TopicConfigs): Promise<void>
  alter(topic: string, configs: TopicConfigs): Promise<void>
}

interface Growth {
  wanted: number
  done: Promise<void>
}

export function createTopicKeeper(deps: {
  readonly cluster: KafkaCluster
  readonly replicas?: number
}): TopicKeeper {
  const { cluster } = deps
  /** Growths that did not begin yet, and those that are under way. */
  const growing = new Map<string, Growth>()
  const running = new Map<string, Promise<void>>()
  const altering = new Map<string, Promise<void>>()

  async function grow(topic: string, partitions: number, configs: TopicConfigs): Promise<void> {
    // Brokers may still tell of a topic that was removed; who makes topics knows.
    await createTopic(cluster, topic, partitions, { ...deps, configs })
    await growTopic(cluster, topic, partitions)
  }

  return {
    ensure(topic, partition, configs) {
      const growth = growing.get(topic)
      if (growth) {
        growth.wanted = Math.max(growth.wanted, partition + 1)
        return growth.done
      }
      const next: Growth = { wanted: partition + 1, done: Promise.resolve() }
      growing.set(topic, next)
      const start = () => {
        growing.delete(topic)
        return grow(topic, next.wanted, configs)
      }
      const before = running.get(topic) ?? Promise.resolve()
      next.done = before.then(start, start)
      running.set(topic, next.done)
      const forget = () => {
        if (running.get(topic) === next.done) running.delete(topic)
      }
      next.done.then(forget, forget)
      return next.done
    },
    alter(topic, configs) {
      const name = `${topic} ${JSON.stringify(configs)}`
      let done = altering.get(name)
      if (!done) {
        done = alterTopicConfigs(cluster, topic, configs).finally(() => altering.delete(name))
        altering.set(name, done)
      }
      return done
    },
  }
}
