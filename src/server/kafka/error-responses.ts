import type { KafkaApiName, KafkaRequest, KafkaResponse } from '../../wire/kafka/apis.ts'
import { kafkaApi } from '../../wire/kafka/apis.ts'
import type { Field, Fields } from '../../wire/kafka/schema.ts'

type Builders = {
  readonly [Name in KafkaApiName]?: (
    request: KafkaRequest<Name>,
    errorCode: number,
  ) => KafkaResponse<Name>
}

const NO_OFFSET = -1

/** The APIs that have an error for each thing they were asked about, and none for the whole. */
const builders: Builders = {
  produce: ({ topicData }, errorCode) => ({
    responses: topicData.map(({ name, partitionData }) => ({
      name,
      partitionResponses: partitionData.map(({ index }) => {
        return { index, errorCode, baseOffset: NO_OFFSET, recordErrors: [] }
      }),
    })),
  }),
  listOffsets: ({ topics }, errorCode) => ({ topics: topics.map(eachPartition(errorCode)) }),
  offsetCommit: ({ topics }, errorCode) => ({ topics: topics.map(eachPartition(errorCode)) }),
  txnOffsetCommit: ({ topics }, errorCode) => ({ topics: topics.map(eachPartition(errorCode)) }),
  deleteRecords: ({ topics }, errorCode) => ({
    topics: topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex }) => {
        return { partitionIndex, lowWatermark: NO_OFFSET, errorCode }
      }),
    })),
  }),
  offsetForLeaderEpoch: ({ topics }, errorCode) => ({
    topics: topics.map(({ topic, partitions }) => ({
      topic,
      partitions: partitions.map(({ partition }) => ({ partition, errorCode })),
    })),
  }),
  describeProducers: ({ topics }, errorCode) => ({
    topics: topics.map(({ name, partitionIndexes }) => ({
      name,
      partitions: partitionIndexes.map((partitionIndex) => {
        return { partitionIndex, errorCode, activeProducers: [] }
      }),
    })),
  }),
  offsetFetch: ({ groups }, errorCode) => ({
    topics: [],
    errorCode,
    groups: groups.map(({ groupId }) => ({ groupId, topics: [], errorCode })),
  }),
  findCoordinator: ({ coordinatorKeys }, errorCode) => ({
    errorCode,
    errorMessage: null,
    nodeId: -1,
    host: '',
    port: -1,
    coordinators: coordinatorKeys.map((key) => {
      return { key, nodeId: -1, host: '', port: -1, errorCode, errorMessage: null }
    }),
  }),
  metadata: ({ topics }, errorCode) => ({
    brokers: [],
    topics: (topics ?? []).map(({ name, topicId }) => {
      // Not all versions have a name that may be null.
      return { name: name ?? '', topicId, errorCode, partitions: [] }
    }),
    errorCode,
  }),
  describeTopicPartitions: ({ topics }, errorCode) => ({
    topics: topics.map(({ name }) => ({ name, errorCode, topicId: NO_UUID, partitions: [] })),
  }),
  createTopics: ({ topics }, errorCode) => ({
    topics: topics.map(({ name }) => {
      return { name, errorCode, errorMessage: null, topicId: NO_UUID, configs: [] }
    }),
  }),
  deleteTopics: ({ topics, topicNames }, errorCode) => ({
    responses: [
      ...topics.map((topic) => ({ ...topic, errorCode })),
      ...topicNames.map((name) => ({ name, errorCode, topicId: NO_UUID })),
    ],
  }),
  createPartitions: ({ topics }, errorCode) => ({
    results: topics.map(({ name }) => ({ name, errorCode })),
  }),
  addPartitionsToTxn: ({ v3AndBelowTopics }, errorCode) => ({
    resultsByTopicV3AndBelow: v3AndBelowTopics.map(eachOfTransaction(errorCode)),
  }),
  describeTransactions: ({ transactionalIds }, errorCode) => ({
    transactionStates: transactionalIds.map((transactionalId) => ({
      ...emptyElement('describeTransactions', 'transactionStates'),
      errorCode,
      transactionalId,
    })),
  }),
  describeGroups: ({ groups }, errorCode) => ({
    groups: groups.map((groupId) => ({
      ...emptyElement('describeGroups', 'groups'),
      errorCode,
      groupId,
    })),
  }),
  consumerGroupDescribe: ({ groupIds }, errorCode) => ({
    groups: groupIds.map((groupId) => ({
      ...emptyElement('consumerGroupDescribe', 'groups'),
      errorCode,
      groupId,
    })),
  }),
  deleteGroups: ({ groupsNames }, errorCode) => ({
    results: groupsNames.map((groupId) => ({ groupId, errorCode })),
  }),
  describeConfigs: ({ resources }, errorCode) => ({
    results: resources.map(({ resourceType, resourceName }) => {
      return { resourceType, resourceName, errorCode, errorMessage: null, configs: [] }
    }),
  }),
  alterConfigs: ({ resources }, errorCode) => ({
    responses: resources.map(({ resourceType, resourceName }) => {
      return { resourceType, resourceName, errorCode, errorMessage: null }
    }),
  }),
  incrementalAlterConfigs: ({ resources }, errorCode) => ({
    responses: resources.map(({ resourceType, resourceName }) => {
      return { resourceType, resourceName, errorCode, errorMessage: null }
    }),
  }),
  createAcls: ({ creations }, errorCode) => ({
    results: creations.map(() => ({ errorCode, errorMessage: null })),
  }),
  deleteAcls: ({ filters }, errorCode) => ({
    filterResults: filters.map(() => ({ errorCode, errorMessage: null, matchingAcls: [] })),
  }),
  alterClientQuotas: ({ entries }, errorCode) => ({
    entries: entries.map(({ entity }) => ({ errorCode, errorMessage: null, entity })),
  }),
  alterUserScramCredentials: ({ deletions, upsertions }, errorCode) => ({
    results: [...new Set([...deletions, ...upsertions].map(({ name }) => name))].map((user) => {
      return { user, errorCode, errorMessage: null }
    }),
  }),
}

const NO_UUID = '00000000-0000-0000-0000-000000000000'

/**
 * A response of an API that says nothing but this error, at every place that it has for one.
 * Undefined when it has none: then the connection has to end.
 */
export function errorResponse<Name extends KafkaApiName>(
  name: Name,
  request: KafkaRequest<Name>,
  errorCode: number,
): KafkaResponse<Name> | undefined {
  const build = builders[name]
  if (build) return build(request, errorCode)
  const fields = kafkaApi(name).response
  if (!('errorCode' in fields)) return undefined
  return { ...emptyMessage(fields), errorCode } as unknown as KafkaResponse<Name>
}

function eachPartition(errorCode: number) {
  return (topic: {
    readonly name: string
    readonly partitions: ReadonlyArray<{ readonly partitionIndex: number }>
  }) => ({
    name: topic.name,
    partitions: topic.partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode })),
  })
}

function eachOfTransaction(partitionErrorCode: number) {
  return (topic: { readonly name: string; readonly partitions: ReadonlyArray<number> }) => ({
    name: topic.name,
    resultsByPartition: topic.partitions.map((partitionIndex) => {
      return { partitionIndex, partitionErrorCode }
    }),
  })
}

type ElementOf<Name extends KafkaApiName, Key extends keyof KafkaResponse<Name>> =
  NonNullable<KafkaResponse<Name>[Key]> extends ReadonlyArray<infer Element> ? Element : never

/** One element of a list of a response, with nothing in it. */
function emptyElement<Name extends KafkaApiName, Key extends keyof KafkaResponse<Name> & string>(
  name: Name,
  key: Key,
): ElementOf<Name, Key> {
  const type = kafkaApi(name).response[key]?.type
  const element = type?.kind === 'array' ? type.element : undefined
  const fields = element?.kind === 'struct' ? element.fields : {}
  return emptyMessage(fields) as ElementOf<Name, Key>
}

/** A message in which every field is absent, null, zero or empty. */
function emptyMessage(fields: Fields): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, field]) => [name, emptyValue(field)]),
  )
}

function emptyValue({ type, options }: Field): unknown {
  if (options.default !== undefined) return options.default
  // `null` may be too new for the version; an empty text or list never is.
  switch (type.kind) {
    case 'struct':
      return options.nullable === true ? null : emptyMessage(type.fields)
    case 'array':
      return []
    case 'string':
      return ''
    case 'bytes':
      return Buffer.alloc(0)
    case 'records':
      return []
    case 'uuid':
      return NO_UUID
    case 'bool':
      return false
    default:
      return 0
  }
}
