import type { Topic, Topics } from '../../src/services/kafka/parts.ts'

/** Topics of all accounts alike, for tests of what only asks for names, ids and numbers of partitions. */
export function createFakeTopics(counts: Readonly<Record<string, number>>) {
  const topics = new Map<string, Topic>()
  let made = 0

  function make(name: string, partitionCount: number): void {
    const id = `00000000-0000-4000-8000-${String(made++).padStart(12, '0')}`
    topics.set(name, topicOf(name, id, partitionCount))
  }

  for (const [name, count] of Object.entries(counts)) make(name, count)
  const port: Topics = {
    find: async (_scope, name) => topics.get(name),
    findById: async (_scope, id) => [...topics.values()].find((topic) => topic.id === id),
    list: async () => [...topics.values()].sort((a, b) => (a.name < b.name ? -1 : 1)),
  }
  return {
    topics: port,
    make,
    grow(name: string, partitionCount: number) {
      topics.set(name, topicOf(name, topics.get(name)?.id ?? '', partitionCount))
    },
    remove: (name: string) => topics.delete(name),
    idOf: (name: string) => topics.get(name)?.id ?? '',
  }
}

function topicOf(name: string, id: string, partitionCount: number): Topic {
  return {
    name,
    id,
    partitionCount,
    get stream(): never {
      throw new Error('these topics have no streams')
    },
    partition: (number) => ({ topic: name, partition: number }),
    isOpen: () => true,
  }
}
