import type { Service } from '../../wire/operation.ts'
import { bindOperations } from '../../wire/operation.ts'
import type { MskDeps } from './contract.ts'
import { batchAssociateScramSecret } from './operations/batch-associate-scram-secret.ts'
import { batchDisassociateScramSecret } from './operations/batch-disassociate-scram-secret.ts'
import { createCluster } from './operations/create-cluster.ts'
import { createClusterV2 } from './operations/create-cluster-v2.ts'
import { createConfiguration } from './operations/create-configuration.ts'
import { createTopic } from './operations/create-topic.ts'
import { deleteCluster } from './operations/delete-cluster.ts'
import { deleteClusterPolicy } from './operations/delete-cluster-policy.ts'
import { deleteConfiguration } from './operations/delete-configuration.ts'
import { deleteTopic } from './operations/delete-topic.ts'
import { describeCluster } from './operations/describe-cluster.ts'
import { describeClusterOperation } from './operations/describe-cluster-operation.ts'
import { describeClusterOperationV2 } from './operations/describe-cluster-operation-v2.ts'
import { describeClusterV2 } from './operations/describe-cluster-v2.ts'
import { describeConfiguration } from './operations/describe-configuration.ts'
import { describeConfigurationRevision } from './operations/describe-configuration-revision.ts'
import { describeTopic } from './operations/describe-topic.ts'
import { describeTopicPartitions } from './operations/describe-topic-partitions.ts'
import { getBootstrapBrokers } from './operations/get-bootstrap-brokers.ts'
import { getClusterPolicy } from './operations/get-cluster-policy.ts'
import { getCompatibleKafkaVersions } from './operations/get-compatible-kafka-versions.ts'
import { listClusterOperations } from './operations/list-cluster-operations.ts'
import { listClusterOperationsV2 } from './operations/list-cluster-operations-v2.ts'
import { listClusters } from './operations/list-clusters.ts'
import { listClustersV2 } from './operations/list-clusters-v2.ts'
import { listConfigurationRevisions } from './operations/list-configuration-revisions.ts'
import { listConfigurations } from './operations/list-configurations.ts'
import { listKafkaVersions } from './operations/list-kafka-versions.ts'
import { listNodes } from './operations/list-nodes.ts'
import { listScramSecrets } from './operations/list-scram-secrets.ts'
import { listTagsForResource } from './operations/list-tags-for-resource.ts'
import { listTopics } from './operations/list-topics.ts'
import { putClusterPolicy } from './operations/put-cluster-policy.ts'
import { tagResource } from './operations/tag-resource.ts'
import { untagResource } from './operations/untag-resource.ts'
import { updateClusterConfiguration } from './operations/update-cluster-configuration.ts'
import { updateConfiguration } from './operations/update-configuration.ts'
import { updateSecurity } from './operations/update-security.ts'
import { updateTopic } from './operations/update-topic.ts'
import type { Reopening } from './reopening.ts'

/** The control plane of Amazon MSK (`kafka`); the clusters themselves speak Kafka's protocol. */
export function createMskService(deps: MskDeps & { readonly reopening: Reopening }): Service {
  return {
    name: 'kafka',
    start: (signal) => deps.reopening.run(signal),
    operations: bindOperations(deps, [
      batchAssociateScramSecret,
      batchDisassociateScramSecret,
      createClusterV2,
      createCluster,
      createConfiguration,
      createTopic,
      deleteClusterPolicy,
      deleteCluster,
      deleteConfiguration,
      deleteTopic,
      describeClusterOperationV2,
      describeClusterOperation,
      describeClusterV2,
      describeCluster,
      describeConfigurationRevision,
      describeConfiguration,
      describeTopicPartitions,
      describeTopic,
      getBootstrapBrokers,
      getClusterPolicy,
      getCompatibleKafkaVersions,
      listClusterOperationsV2,
      listClusterOperations,
      listClustersV2,
      listClusters,
      listConfigurationRevisions,
      listConfigurations,
      listKafkaVersions,
      listNodes,
      listScramSecrets,
      listTagsForResource,
      listTopics,
      putClusterPolicy,
      tagResource,
      untagResource,
      updateClusterConfiguration,
      updateConfiguration,
      updateSecurity,
      updateTopic,
    ]),
  }
}
