import type { ClusterAccess } from './cluster-access.ts'
import type { Tags } from './tags.ts'

/** One cluster of an account in a region: how clients may come in, and what its machines would be. */
export interface Cluster {
  readonly name: string
  /** As in its ARN. */
  readonly id: string
  readonly createdMs: number
  /** Another one after every change. */
  readonly version: string
  readonly tags: Tags
  readonly access: ClusterAccess
  readonly kind: ProvisionedCluster | ServerlessCluster
  readonly policy?: ClusterPolicy
}

export interface ProvisionedCluster {
  readonly type: 'provisioned'
  readonly kafkaVersion: string
  readonly configuration?: ConfigurationReference
  readonly machines: Machines
}

/** What describes AWS's machines. It is kept and shown; there is no such machine. */
export interface Machines {
  readonly instanceType: string
  readonly subnets: ReadonlyArray<string>
  readonly securityGroups: ReadonlyArray<string>
  readonly volumeGib?: number
}

export interface ServerlessCluster {
  readonly type: 'serverless'
  readonly networks: ReadonlyArray<{
    readonly subnets: ReadonlyArray<string>
    readonly securityGroups: ReadonlyArray<string>
  }>
}

export interface ConfigurationReference {
  readonly arn: string
  readonly revision: number
}

export interface ClusterPolicy {
  readonly version: string
  readonly text: string
}
