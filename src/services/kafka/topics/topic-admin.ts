import { isDeepStrictEqual } from 'node:util'
import type { Scope } from '../../../base/scope.ts'
import type { LogCapabilities } from '../../../engines/log/port.ts'
import { RECORD_KIB_DEFAULT, SHARDS_MAX } from '../../kinesis/limits.ts'
import { planGrowth } from '../../kinesis/resharding.ts'
import type { Stream, StreamKey } from '../../kinesis/stream.ts'
import { settingsOf } from '../../kinesis/stream.ts'
import type { NewStream, Streams } from '../../kinesis/streams.ts'
import type { BrokerRules } from '../broker-rules.ts'
import { noRules } from '../broker-rules.ts'
import type { Topic, Topics } from '../parts.ts'
import { listItems } from './config-value.ts'
import { kafkaError } from './failure.ts'
import { PARTITIONS_MAX } from './limits.ts'
import { topicConfigProblem } from './topic-configs.ts'
import { canCollide, collides, topicNameProblem } from './topic-name.ts'
import type { ConfigValues } from './topic-settings.ts'
import { configValuesOf, streamPartOf } from './topic-settings.ts'

/**
 * Changes topics, which is: their streams. A change is durable, and done, when its promise resolves.
 * Throws `ServiceError` with the code of a Kafka error and a text for what cannot be done, and has
 * done nothing then. With `validateOnly` nothing is done in any case.
 */
export interface TopicAdmin {
  create(scope: Scope, request: NewTopic, validateOnly: boolean): Promise<CreatedTopic>
  remove(scope: Scope, topic: Topic): Promise<void>
  /** Makes partitions until there are `count`. */
  grow(scope: Scope, topic: Topic, count: number, validateOnly: boolean): Promise<void>
  /** Sets the configs that `change` answers, given those that are set. */
  configure(
    scope: Scope,
    topic: Topic,
    change: (values: ConfigValues) => ConfigValues,
    validateOnly: boolean,
  ): Promise<void>
}

export interface NewTopic {
  readonly name: string
  readonly partitionCount: number
  readonly configs: ConfigValues
}

export interface CreatedTopic {
  /** Undefined where it was only validated. */
  readonly topic: Topic | undefined
  readonly configs: ConfigValues
}

export function createTopicAdmin(deps: {
  readonly topics: Topics
  readonly streams: Streams
  readonly capabilities: LogCapabilities
  /** Absent: nothing but what topics are made with holds for them. */
  readonly rules?: BrokerRules | undefined
}): TopicAdmin {
  const { topics, streams, capabilities, rules = noRules } = deps

  async function refuseName(scope: Scope, name: string): Promise<void> {
    const problem = topicNameProblem(name)
    if (problem) throw kafkaError('INVALID_TOPIC_EXCEPTION', problem)
    if (await streams.find(keyOf(scope, name))) throw exists(name)
    if (!canCollide(name)) return
    const other = (await topics.list(scope)).find((topic) => collides(name, topic.name))
    if (!other) return
    const message = `Topic '${name}' collides with existing topic: ${other.name}`
    throw kafkaError('INVALID_TOPIC_EXCEPTION', message)
  }

  async function refuseTooMany(scope: Scope, added: number): Promise<void> {
    const { openShards } = await streams.usage(scope)
    if (openShards + added <= SHARDS_MAX) return
    throw kafkaError(
      'POLICY_VIOLATION',
      `An account has at most ${SHARDS_MAX} partitions (open shards) in a region, and has ${openShards}.`,
    )
  }

  return {
    async create(scope, given, validateOnly) {
      const { name, partitionCount } = given
      const { topicConfigs } = await rules.defaults(scope)
      const request = { ...given, configs: { ...topicConfigs, ...given.configs } }
      await refuseName(scope, name)
      refuseCount(partitionCount)
      refuseConfigs(request.configs, capabilities)
      await refuseTooMany(scope, partitionCount)
      if (validateOnly) return { topic: undefined, configs: request.configs }
      await createStream(streams, keyOf(scope, name), request)
      const topic = await topics.find(scope, name)
      if (topic) return { topic, configs: configValuesOf(topic.stream) }
      const message = `Topic '${name}' is being made: there is no room for it at the moment.`
      throw kafkaError('REQUEST_TIMED_OUT', message)
    },
    remove: (scope, topic) => streams.remove(keyOf(scope, topic.name)),
    async grow(scope, topic, count, validateOnly) {
      refuseGrowth(topic.stream, topic.partitionCount, count)
      await refuseTooMany(scope, count - topic.partitionCount)
      if (validateOnly) return
      await streams.change(keyOf(scope, topic.name), (stream) => {
        refuseOther(topic, stream)
        refuseGrowth(stream, stream.nextShardNumber, count)
        return { ...stream, ...planGrowth(stream, count), status: 'UPDATING' }
      })
    },
    async configure(scope, topic, change, validateOnly) {
      const changed = (stream: Stream): Stream => {
        refuseOther(topic, stream)
        const values = change(configValuesOf(stream))
        refuseConfigs(values, capabilities)
        return withConfigs(stream, values)
      }
      if (validateOnly) changed(topic.stream)
      else await streams.change(keyOf(scope, topic.name), changed)
    },
  }
}

function keyOf({ accountId, region }: Scope, name: string): StreamKey {
  return { accountId, region, name }
}

async function createStream(streams: Streams, key: StreamKey, request: NewTopic): Promise<void> {
  const stream: NewStream = {
    ...streamPartOf(request.configs),
    mode: 'PROVISIONED',
    shardCount: request.partitionCount,
    recordKib: RECORD_KIB_DEFAULT,
    tags: {},
  }
  try {
    await streams.create(key, stream)
  } catch (error) {
    // Somebody else was faster.
    if (await streams.find(key)) throw exists(key.name)
    throw error
  }
}

function withConfigs(stream: Stream, values: ConfigValues): Stream {
  const { retentionMs: _before, ...rest } = stream
  const after: Stream = { ...rest, ...streamPartOf(values) }
  const isSame = isDeepStrictEqual(settingsOf(after), settingsOf(stream))
  return isSame ? after : { ...after, status: 'UPDATING' }
}

function refuseCount(count: number): void {
  if (count <= 0) {
    throw kafkaError(
      'INVALID_PARTITIONS',
      'Number of partitions was set to an invalid non-positive value.',
    )
  }
  if (count > PARTITIONS_MAX) throw tooManyPartitions()
}

function refuseGrowth({ status }: Stream, current: number, count: number): void {
  if (count === current) {
    throw kafkaError('INVALID_PARTITIONS', `Topic already has ${count} partition(s).`)
  }
  if (count < current) {
    const message = `The topic currently has ${current} partition(s); ${count} would not be an increase.`
    throw kafkaError('INVALID_PARTITIONS', message)
  }
  if (count > PARTITIONS_MAX) throw tooManyPartitions()
  if (status === 'ACTIVE') return
  throw kafkaError('REASSIGNMENT_IN_PROGRESS', 'The shards of the stream are being changed.')
}

function tooManyPartitions() {
  return kafkaError('INVALID_PARTITIONS', `A topic has at most ${PARTITIONS_MAX} partitions.`)
}

/** It was deleted, and made anew, since it was looked up. */
function refuseOther(topic: Topic, stream: Stream): void {
  if (stream.creationId === topic.stream.creationId) return
  throw kafkaError('UNKNOWN_TOPIC_OR_PARTITION', `Topic '${topic.name}' was deleted.`)
}

function refuseConfigs(values: ConfigValues, capabilities: LogCapabilities): void {
  for (const [name, value] of Object.entries(values)) {
    const problem = topicConfigProblem(name, value)
    if (problem) throw kafkaError('INVALID_CONFIG', problem)
  }
  const policy = listItems(values['cleanup.policy'] ?? 'delete')
  if (policy.includes('compact') && !capabilities.compaction) {
    throw kafkaError(
      'INVALID_CONFIG',
      'The engine that keeps the records (--log) cannot compact: cleanup.policy=compact is not served.',
    )
  }
}

function exists(name: string) {
  return kafkaError('TOPIC_ALREADY_EXISTS', `Topic '${name}' already exists.`)
}
