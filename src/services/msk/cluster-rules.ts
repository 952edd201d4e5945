import type { Scope } from '../../base/scope.ts'
import type { ConfigurationReference } from './cluster.ts'
import type { ClientEntry } from './cluster-access.ts'
import { entryRefusal } from './cluster-access.ts'
import type { Clusters } from './clusters.ts'
import type { Configurations } from './configurations.ts'
import { parseConfigurationArn } from './msk-arns.ts'
import type { BrokerDefaults } from './server-properties.ts'
import { readServerProperties } from './server-properties.ts'

/** What the cluster of an account and region wants of the broker. Without a cluster: nothing. */
export interface ClusterRules {
  /** Why a client of that account does not come in so; undefined when it does. */
  entryRefusal(scope: Scope, entry: ClientEntry): Promise<string | undefined>
  defaults(scope: Scope): Promise<BrokerDefaults>
}

/** Revisions that are kept in memory as they were understood: they never change. */
const KNOWN_MAX = 1000

export function createClusterRules(deps: {
  readonly clusters: Pick<Clusters, 'find'>
  readonly configurations: Pick<Configurations, 'revision'>
}): ClusterRules {
  const { clusters, configurations } = deps
  const known = new Map<string, BrokerDefaults>()

  async function read(scope: Scope, { arn, revision }: ConfigurationReference) {
    const name = `${arn}/${revision}`
    const there = known.get(name)
    if (there) return there
    const key = parseConfigurationArn(scope, arn)
    const { properties } = await configurations.revision(scope, key, revision)
    const defaults = readServerProperties(properties)
    known.set(name, defaults)
    const [oldest] = known.keys()
    if (known.size > KNOWN_MAX && oldest !== undefined) known.delete(oldest)
    return defaults
  }

  return {
    async entryRefusal(scope, entry) {
      const cluster = await clusters.find(scope)
      return cluster && entryRefusal(cluster.access, entry)
    },
    async defaults(scope) {
      const kind = (await clusters.find(scope))?.kind
      const configuration = kind?.type === 'provisioned' ? kind.configuration : undefined
      return configuration ? read(scope, configuration) : { topicConfigs: {} }
    },
  }
}
