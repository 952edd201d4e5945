import type { MskOperation } from '../contract.ts'
import { kafkaVersions } from '../kafka-versions.ts'
import { parseClusterArn } from '../msk-arns.ts'
import { provisionedOf } from './wire-cluster.ts'

/** No cluster changes its version: the broker is as new as it can be from the beginning. */
export const getCompatibleKafkaVersions: MskOperation<'GetCompatibleKafkaVersions'> = {
  name: 'GetCompatibleKafkaVersions',
  async run({ clusters }, { ClusterArn }, scope) {
    const sources =
      ClusterArn === undefined
        ? kafkaVersions
        : [
            provisionedOf(await clusters.get(scope, parseClusterArn(scope, ClusterArn)))
              .kafkaVersion,
          ]
    return {
      CompatibleKafkaVersions: sources.map((SourceVersion) => ({
        SourceVersion,
        TargetVersions: [],
      })),
    }
  },
}
