import type { Clock } from '../../base/clock.ts'
import type { Random } from '../../base/random.ts'
import type { Scope } from '../../base/scope.ts'
import { createDocuments } from '../../engines/meta/documents.ts'
import type { MetaStore } from '../../engines/meta/port.ts'
import type { Cluster, ClusterPolicy } from './cluster.ts'
import { checkVersion, newVersion } from './cluster-version.ts'
import type { NamedResource } from './msk-arns.ts'
import { conflict, notFound, unsupported } from './msk-errors.ts'
import type { Tags } from './tags.ts'

/**
 * The clusters. An account has one in a region, because its topics are the streams that it has
 * there. A change is durable when its promise resolves; all throw `NotFoundException`.
 */
export interface Clusters {
  /** Throws `ConflictException` for a name that is taken. */
  create(scope: Scope, cluster: NewCluster): Promise<Cluster>
  get(scope: Scope, key: NamedResource): Promise<Cluster>
  list(scope: Scope): Promise<ReadonlyArray<Cluster>>
  /** The cluster of the account in the region; the same object as long as it is not changed. */
  find(scope: Scope): Promise<Cluster | undefined>
  /** Whether anybody has one. */
  isAny(): Promise<boolean>
  /** Gives the cluster a new version. Throws `BadRequestException` when it is of another one. */
  change(
    scope: Scope,
    key: NamedResource,
    version: string,
    change: (cluster: Cluster) => Cluster,
  ): Promise<Cluster>
  setTags(scope: Scope, key: NamedResource, change: (tags: Tags) => Tags): Promise<void>
  /** Answers the new version of the policy. */
  setPolicy(
    scope: Scope,
    key: NamedResource,
    version: string | undefined,
    text: string,
  ): Promise<string>
  removePolicy(scope: Scope, key: NamedResource): Promise<void>
  remove(scope: Scope, key: NamedResource, version: string | undefined): Promise<void>
}

export type NewCluster = Pick<Cluster, 'name' | 'tags' | 'access' | 'kind'>

/** The only cluster of its account and region: two that are made at once meet here. */
const THE_ONE = 'cluster'

export function createClusters(deps: {
  readonly meta: MetaStore
  readonly clock: Clock
  readonly random: Random
}): Clusters {
  const { clock, random } = deps
  const documents = createDocuments<Cluster>(deps.meta, 'msk/cluster')
  const find = (scope: Scope) => documents.getShared(scope, THE_ONE)

  async function update(
    scope: Scope,
    key: NamedResource,
    change: (cluster: Cluster) => Cluster,
  ): Promise<Cluster> {
    const changed = await documents.update(scope, [THE_ONE], (cluster) => {
      if (!isOf(cluster, key)) throw noSuchCluster()
      return change(cluster)
    })
    if (!changed) throw noSuchCluster()
    return changed
  }

  return {
    async create(scope, given) {
      const cluster: Cluster = {
        ...given,
        id: `${random.uuid()}-1`,
        createdMs: clock.wallMs(),
        version: newVersion(random),
      }
      if (await documents.create(scope, [THE_ONE], cluster)) return cluster
      const there = await find(scope)
      if (there?.name === given.name) {
        throw conflict('A cluster with this name already exists.', 'clusterName')
      }
      throw unsupported(
        `A second cluster in an account and region, whose topics are the streams there (it has ${there?.name}),`,
        'clusterName',
      )
    },
    async get(scope, key) {
      const cluster = await find(scope)
      if (!cluster || !isOf(cluster, key)) throw noSuchCluster()
      return cluster
    },
    async list(scope) {
      const cluster = await find(scope)
      return cluster ? [cluster] : []
    },
    find,
    async isAny() {
      for await (const _ of documents.everywhere()) return true
      return false
    },
    change: (scope, key, version, change) =>
      update(scope, key, (cluster) => {
        checkVersion(version, cluster.version)
        return { ...change(cluster), version: newVersion(random) }
      }),
    async setTags(scope, key, change) {
      await update(scope, key, (cluster) => ({ ...cluster, tags: change(cluster.tags) }))
    },
    async setPolicy(scope, key, version, text) {
      const policy: ClusterPolicy = { version: newVersion(random), text }
      await update(scope, key, (cluster) => {
        if (cluster.policy) checkVersion(version, cluster.policy.version)
        return { ...cluster, policy }
      })
      return policy.version
    },
    async removePolicy(scope, key) {
      await update(scope, key, ({ policy, ...rest }) => {
        if (!policy) throw noSuchPolicy()
        return rest
      })
    },
    async remove(scope, key, version) {
      await update(scope, key, (cluster) => {
        checkVersion(version, cluster.version)
        return cluster
      })
      await documents.remove(scope, THE_ONE)
    },
  }
}

export function noSuchPolicy() {
  return notFound('The cluster has no policy.', 'clusterArn')
}

function noSuchCluster() {
  return notFound('The specified cluster does not exist.', 'clusterArn')
}

function isOf({ name, id }: Cluster, key: NamedResource): boolean {
  return name === key.name && id === key.id
}
