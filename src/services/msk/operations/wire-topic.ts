import { ServiceError } from '../../../base/errors.ts'
import type { Scope } from '../../../base/scope.ts'
import { topicConfigs } from '../../kafka/topics/topic-configs.ts'
import { configValuesOf } from '../../kafka/topics/topic-settings.ts'
import type { Cluster } from '../cluster.ts'
import type { MskDeps } from '../contract.ts'
import { parseClusterArn } from '../msk-arns.ts'
import { badRequest, notFound } from '../msk-errors.ts'
import { provisionedOf } from './wire-cluster.ts'

type Topic = NonNullable<Awaited<ReturnType<MskDeps['kafka']['topics']['find']>>>

/** AWS: topics are managed so in provisioned clusters only ("Topic Operations" of the Developer Guide). */
export async function clusterOfTopics(
  { clusters }: MskDeps,
  scope: Scope,
  arn: string,
): Promise<Cluster> {
  const cluster = await clusters.get(scope, parseClusterArn(scope, arn))
  provisionedOf(cluster)
  return cluster
}

export async function findTopic({ kafka }: MskDeps, scope: Scope, name: string): Promise<Topic> {
  const topic = await kafka.topics.find(scope, name)
  if (topic) return topic
  throw notFound('The specified topic does not exist.', 'topicName')
}

/** Base64 of lines `name=value`. */
export function readConfigs(text: string | undefined): Readonly<Record<string, string>> {
  const configs: Record<string, string> = {}
  const lines = Buffer.from(text ?? '', 'base64')
    .toString('utf8')
    .split(/\r?\n/)
  for (const line of lines.filter((one) => one.trim() !== '')) {
    const found = /^\s*([^\s=]+)\s*=\s*(.*?)\s*$/.exec(line)
    if (!found?.[1]) throw badRequest('Configs is not Base64 of lines name=value.', 'configs')
    configs[found[1]] = found[2] ?? ''
  }
  return configs
}

export function writeConfigs({ stream }: Topic): string {
  const values = configValuesOf(stream)
  const lines = topicConfigs.map((one) => `${one.name}=${values[one.name] ?? one.default}`)
  return Buffer.from(lines.join('\n')).toString('base64')
}

export function writeStatus({ stream }: Topic) {
  return stream.status === 'ACTIVE' ? ('ACTIVE' as const) : ('UPDATING' as const)
}

/** Kafka's errors that MSK has names of its own for; all others are bad requests. */
const names: Readonly<Record<string, string>> = {
  TOPIC_ALREADY_EXISTS: 'TopicExistsException',
  UNKNOWN_TOPIC_OR_PARTITION: 'UnknownTopicOrPartitionException',
  REASSIGNMENT_IN_PROGRESS: 'ReassignmentInProgressException',
  ResourceInUseException: 'ReassignmentInProgressException',
  REQUEST_TIMED_OUT: 'KafkaTimeoutException',
  INVALID_TOPIC_EXCEPTION: 'BadRequestException',
  INVALID_PARTITIONS: 'BadRequestException',
  INVALID_CONFIG: 'BadRequestException',
  INVALID_REPLICATION_FACTOR: 'BadRequestException',
  POLICY_VIOLATION: 'BadRequestException',
  LimitExceededException: 'BadRequestException',
}

/** Runs a change of a topic; what it refuses is refused in MSK's words. */
export async function asMsk<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const name = error instanceof ServiceError ? names[error.code] : undefined
    if (!(error instanceof ServiceError) || name === undefined) throw error
    throw new ServiceError(name, error.message, { cause: error })
  }
}
