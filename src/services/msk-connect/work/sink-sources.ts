import type { Scope } from '../../../base/scope.ts'
import type { Topic, Topics } from '../../kafka/parts.ts'
import type { TopicChoice } from '../sink/settings.ts'
import type { SinkSource } from './sink-run.ts'

/** Every partition of the topics that a connector reads, in the order of names and numbers. */
export async function findSources(
  topics: Topics,
  scope: Scope,
  { names, includes }: TopicChoice,
): Promise<ReadonlyArray<SinkSource>> {
  const found = names
    ? await Promise.all(names.toSorted().map((name) => topics.find(scope, name)))
    : (await topics.list(scope)).filter(({ name }) => includes(name))
  return found.flatMap((topic) => (topic ? partitionsOf(topic) : []))
}

function partitionsOf(topic: Topic): ReadonlyArray<SinkSource> {
  const sources: SinkSource[] = []
  for (let number = 0; number < topic.partitionCount; number++) {
    const partition = topic.partition(number)
    if (partition) sources.push({ topic, number, partition })
  }
  return sources
}

/** Two lists of the same text are of the same partitions. */
export function textOfSources(sources: ReadonlyArray<SinkSource>): string {
  return sources.map(({ topic, number }) => `${topic.id}/${number}`).join()
}

/** Task n has every so-manieth partition; none has nothing to do. */
export function shareAmongTasks(
  sources: ReadonlyArray<SinkSource>,
  tasksMax: number,
): ReadonlyArray<{ readonly id: number; readonly sources: ReadonlyArray<SinkSource> }> {
  const count = Math.min(tasksMax, sources.length)
  return Array.from({ length: count }, (_, id) => ({
    id,
    sources: sources.filter((_source, index) => index % count === id),
  }))
}
