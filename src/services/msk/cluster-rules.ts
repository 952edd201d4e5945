import type { Scope } from '../../base/scope.ts'
import type { BrokerDefaults, BrokerRules } from '../kafka/broker-rules.ts'
import type { ConfigurationReference } from './cluster.ts'
import { entryRefusal } from './cluster-access.ts'
import type { Clusters } from './clusters.ts'
import type { Configurations } from './configurations.ts'
import { parseConfigurationArn } from './msk-arns.ts'
import { readServerProperties } from './server-properties.ts'

/** Revisions that are kept in memory as they were understood: they never change. */
const KNOWN_MAX = 1000

/** The wishes of the cluster of an account and region; without a cluster there are none. */
export function createClusterRules(deps: {
  readonly clusters: Pick<Clusters, 'find'>
  readonly configurations: Pick<Configurations, 'revision'>
}): BrokerRules {
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
