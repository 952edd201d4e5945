import type { NamedResource } from './connect-arns.ts'
import type { Tags } from './tags.ts'

/** A connector: what it was told, and how it is. */
export interface Connector extends NamedResource {
  readonly createdMs: number
  /** Another one after every change that a client asked for. */
  readonly version: string
  readonly state: ConnectorState
  /** Why it is `FAILED`. */
  readonly failure?: Failure
  readonly settings: ConnectorSettings
  /** What it is being changed to, while it is `UPDATING`. */
  readonly target?: ConnectorTarget
  /** The operation that goes on. */
  readonly operationId?: string
  readonly details: ConnectorDetails
  /** The group of CloudWatch Logs that its workers write to. */
  readonly logGroup?: string
  readonly tags: Tags
}

export type ConnectorState =
  | 'CREATING'
  | 'RUNNING'
  | 'UPDATING'
  | 'DELETING'
  | 'FAILED'
  | 'PAUSING'
  | 'PAUSED'
  | 'RESUMING'
  | 'RESTARTING'

export interface Failure {
  readonly code: string
  readonly message: string
}

/** What an update may change. */
export interface ConnectorSettings {
  readonly configuration: Readonly<Record<string, string>>
  readonly capacity: Capacity
  /** Absent: the default one of AWS. */
  readonly worker?: WorkerReference
}

export interface WorkerReference {
  readonly arn: string
  readonly revision: number
  readonly properties: Readonly<Record<string, string>>
}

export interface ConnectorTarget {
  readonly settings: ConnectorSettings
  /** The update stays, whether or not the connector can start with it. */
  readonly skipsHealth: boolean
  /** How it was. After `FAILED`, what had been begun is not gone on with: it could not be ended. */
  readonly before: 'RUNNING' | 'PAUSED' | 'FAILED'
}

/** What describes AWS's machines. It is kept and shown; there is no such machine. */
export type Capacity =
  | { readonly kind: 'provisioned'; readonly mcuCount: number; readonly workerCount: number }
  | {
      readonly kind: 'scaling'
      readonly mcuCount: number
      readonly workersMin: number
      readonly workersMax: number
      readonly scaleInPercent: number
      readonly scaleOutPercent: number
      readonly tasksMax?: number
    }

export interface ConnectorDetails {
  readonly description?: string
  readonly kafkaConnectVersion: string
  readonly networkType: 'IPV4' | 'DUAL'
  readonly roleArn: string
  readonly bootstrapServers: string
  readonly subnets: ReadonlyArray<string>
  readonly securityGroups: ReadonlyArray<string>
  readonly authentication: 'NONE' | 'IAM'
  readonly encryption: 'PLAINTEXT' | 'TLS'
  readonly plugin: { readonly arn: string; readonly revision: number }
}

/** Nothing is done for it until a client asks for a change. */
export function isAtRest({ state }: Connector): boolean {
  return state === 'PAUSED' || state === 'FAILED'
}

/** AWS's default worker configuration. */
const defaultWorker: Readonly<Record<string, string>> = {
  'key.converter': 'org.apache.kafka.connect.storage.StringConverter',
  'value.converter': 'org.apache.kafka.connect.storage.StringConverter',
}

/** The configuration of the worker with that of the connector over it. */
export function mergedConfiguration({
  configuration,
  worker,
}: ConnectorSettings): Readonly<Record<string, string>> {
  const merged = { ...(worker?.properties ?? defaultWorker), ...configuration }
  // A converter of the connector's own is not told anything by the worker.
  for (const side of ['key', 'value']) {
    const flag = `${side}.converter.schemas.enable`
    if (configuration[`${side}.converter`] === undefined || configuration[flag] !== undefined)
      continue
    delete merged[flag]
  }
  return merged
}
