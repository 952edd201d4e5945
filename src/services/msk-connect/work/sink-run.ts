import type { Clock } from '../../../base/clock.ts'
import { EngineError, ServiceError } from '../../../base/errors.ts'
import type { Metrics } from '../../../base/metrics.ts'
import type { Scope } from '../../../base/scope.ts'
import type { LogEngine, PartitionId } from '../../../engines/log/port.ts'
import type { MetaStore } from '../../../engines/meta/port.ts'
import type { ScratchSpace } from '../../../engines/scratch.ts'
import type { KafkaNouns } from '../../kafka/kafka-nouns.ts'
import type { Topic } from '../../kafka/parts.ts'
import type { LogWriter } from '../../logs/log-groups.ts'
import type { ObjectAccess } from '../../s3/objects/object-access.ts'
import type { Connector } from '../connector.ts'
import type { SinkSettings } from '../sink/settings.ts'
import type { Checkpoints } from './checkpoints.ts'

/** What the data plane is made of. */
export interface SinkDeps {
  readonly meta: MetaStore
  readonly log: LogEngine
  readonly kafka: Pick<KafkaNouns, 'topics' | 'admin' | 'groups'>
  readonly objects: ObjectAccess
  readonly logs: LogWriter
  readonly scratch: ScratchSpace
  readonly checkpoints: Checkpoints
  readonly clock: Clock
  readonly metrics: Metrics
}

/** One connector at work with one configuration. */
export interface SinkRun {
  readonly scope: Scope
  readonly connector: Connector
  readonly settings: SinkSettings
  readonly configuration: Readonly<Record<string, string>>
}

/** One partition that a task reads. */
export interface SinkSource {
  readonly topic: Topic
  readonly number: number
  readonly partition: PartitionId
}

/** The group in which a connector keeps its offsets, as Kafka Connect names it. */
export function groupOf({ name }: Pick<Connector, 'name'>): string {
  return `connect-${name}`
}

/** Where the bucket is looked for. */
export function bucketScope({ scope, settings }: Pick<SinkRun, 'scope' | 'settings'>): Scope {
  return { ...scope, region: settings.region ?? scope.region }
}

/** Ends the connector: nothing but a change of it, or of what it reads, can help. */
export function taskFailure(message: string): ServiceError {
  return new ServiceError('TaskFailed', message)
}

/** Whether another attempt at the same may succeed. */
export function isPassing(error: unknown): boolean {
  if (error instanceof ServiceError) return error.status >= 500
  return error instanceof EngineError
}

/** Tells the log group of the connector, when it has one. */
export async function tell(
  { logs, clock }: Pick<SinkDeps, 'logs' | 'clock'>,
  { scope, connector }: Pick<SinkRun, 'scope' | 'connector'>,
  lines: ReadonlyArray<string>,
): Promise<void> {
  const { logGroup, name, id } = connector
  if (logGroup === undefined || lines.length === 0) return
  const timestampMs = clock.wallMs()
  const target = { group: logGroup, stream: `${name}-${id}` }
  await logs.append(
    scope,
    target,
    lines.map((message) => ({ timestampMs, message })),
  )
}
