import type { Clock } from '../../base/clock.ts'
import type { EventTarget } from '../../base/event-target.ts'
import type { Logger } from '../../base/logger.ts'
import type { Metrics } from '../../base/metrics.ts'
import type { Random } from '../../base/random.ts'
import type { Background } from '../../engines/meta/background.ts'
import type { MetaStore } from '../../engines/meta/port.ts'
import type { QueryEngine } from '../../engines/query/port.ts'
import type { ScratchSpace } from '../../engines/scratch.ts'
import type { Service } from '../../wire/operation.ts'
import { bindOperations } from '../../wire/operation.ts'
import type { Roles } from '../iam/roles.ts'
import { createAuthorize } from './access/authorization.ts'
import { createCrossOrigin } from './access/cross-origin.ts'
import { createPermissions } from './access/permissions.ts'
import { createRequesterPays } from './access/requester-pays.ts'
import { createWithParquetFile } from './inventory/inventory-files.ts'
import { createInventoryRun } from './inventory/inventory-run.ts'
import { createInventorySettings } from './inventory/inventory-settings.ts'
import { createLifecycleRun } from './lifecycle/lifecycle-run.ts'
import { createLifecycleSettings } from './lifecycle/lifecycle-settings.ts'
import { createRestorations } from './lifecycle/restorations.ts'
import { createLifetimeMembers } from './lifecycle/wire-lifetime.ts'
import { createAccessLog } from './logging/access-log.ts'
import { createLogDelivery } from './logging/log-delivery.ts'
import { createLoggingSettings } from './logging/logging-settings.ts'
import { createNotificationDelivery } from './notifications/notification-delivery.ts'
import { createNotificationSettings } from './notifications/notification-settings.ts'
import { abortMultipartUpload } from './operations/abort-multipart-upload.ts'
import { completeMultipartUpload } from './operations/complete-multipart-upload.ts'
import { copyObject } from './operations/copy-object.ts'
import { createBucket } from './operations/create-bucket.ts'
import { createMultipartUpload } from './operations/create-multipart-upload.ts'
import { deleteBucket } from './operations/delete-bucket.ts'
import { deleteBucketCors } from './operations/delete-bucket-cors.ts'
import { deleteBucketEncryption } from './operations/delete-bucket-encryption.ts'
import { deleteBucketInventoryConfiguration } from './operations/delete-bucket-inventory-configuration.ts'
import { deleteBucketLifecycle } from './operations/delete-bucket-lifecycle.ts'
import { deleteBucketOwnershipControls } from './operations/delete-bucket-ownership-controls.ts'
import { deleteBucketPolicy } from './operations/delete-bucket-policy.ts'
import { deleteBucketReplication } from './operations/delete-bucket-replication.ts'
import { deleteBucketTagging } from './operations/delete-bucket-tagging.ts'
import { deleteBucketWebsite } from './operations/delete-bucket-website.ts'
import { deleteObject } from './operations/delete-object.ts'
import { deleteObjectTagging } from './operations/delete-object-tagging.ts'
import { deleteObjects } from './operations/delete-objects.ts'
import { deletePublicAccessBlock } from './operations/delete-public-access-block.ts'
import { getBucketAccelerateConfiguration } from './operations/get-bucket-accelerate-configuration.ts'
import { getBucketAcl } from './operations/get-bucket-acl.ts'
import { getBucketAnalyticsConfiguration } from './operations/get-bucket-analytics-configuration.ts'
import { getBucketCors } from './operations/get-bucket-cors.ts'
import { getBucketEncryption } from './operations/get-bucket-encryption.ts'
import { getBucketIntelligentTieringConfiguration } from './operations/get-bucket-intelligent-tiering-configuration.ts'
import { getBucketInventoryConfiguration } from './operations/get-bucket-inventory-configuration.ts'
import { getBucketLifecycleConfiguration } from './operations/get-bucket-lifecycle-configuration.ts'
import { getBucketLocation } from './operations/get-bucket-location.ts'
import { getBucketLogging } from './operations/get-bucket-logging.ts'
import { getBucketMetricsConfiguration } from './operations/get-bucket-metrics-configuration.ts'
import { getBucketNotificationConfiguration } from './operations/get-bucket-notification-configuration.ts'
import { getBucketOwnershipControls } from './operations/get-bucket-ownership-controls.ts'
import { getBucketPolicy } from './operations/get-bucket-policy.ts'
import { getBucketPolicyStatus } from './operations/get-bucket-policy-status.ts'
import { getBucketReplication } from './operations/get-bucket-replication.ts'
import { getBucketRequestPayment } from './operations/get-bucket-request-payment.ts'
import { getBucketTagging } from './operations/get-bucket-tagging.ts'
import { getBucketVersioning } from './operations/get-bucket-versioning.ts'
import { getBucketWebsite } from './operations/get-bucket-website.ts'
import { getObject } from './operations/get-object.ts'
import { getObjectAcl } from './operations/get-object-acl.ts'
import { getObjectAttributes } from './operations/get-object-attributes.ts'
import { getObjectLegalHold } from './operations/get-object-legal-hold.ts'
import { getObjectLockConfiguration } from './operations/get-object-lock-configuration.ts'
import { getObjectRetention } from './operations/get-object-retention.ts'
import { getObjectTagging } from './operations/get-object-tagging.ts'
import { getPublicAccessBlock } from './operations/get-public-access-block.ts'
import { headBucket } from './operations/head-bucket.ts'
import { headObject } from './operations/head-object.ts'
import { listBucketAnalyticsConfigurations } from './operations/list-bucket-analytics-configurations.ts'
import { listBucketIntelligentTieringConfigurations } from './operations/list-bucket-intelligent-tiering-configurations.ts'
import { listBucketInventoryConfigurations } from './operations/list-bucket-inventory-configurations.ts'
import { listBucketMetricsConfigurations } from './operations/list-bucket-metrics-configurations.ts'
import { listBuckets } from './operations/list-buckets.ts'
import { listMultipartUploads } from './operations/list-multipart-uploads.ts'
import { listObjectVersions } from './operations/list-object-versions.ts'
import { listObjects } from './operations/list-objects.ts'
import { listObjectsV2 } from './operations/list-objects-v2.ts'
import { listParts } from './operations/list-parts.ts'
import { putBucketAccelerateConfiguration } from './operations/put-bucket-accelerate-configuration.ts'
import { putBucketAcl } from './operations/put-bucket-acl.ts'
import { putBucketCors } from './operations/put-bucket-cors.ts'
import { putBucketEncryption } from './operations/put-bucket-encryption.ts'
import { putBucketInventoryConfiguration } from './operations/put-bucket-inventory-configuration.ts'
import { putBucketLifecycleConfiguration } from './operations/put-bucket-lifecycle-configuration.ts'
import { putBucketLogging } from './operations/put-bucket-logging.ts'
import { putBucketNotificationConfiguration } from './operations/put-bucket-notification-configuration.ts'
import { putBucketOwnershipControls } from './operations/put-bucket-ownership-controls.ts'
import { putBucketPolicy } from './operations/put-bucket-policy.ts'
import { putBucketReplication } from './operations/put-bucket-replication.ts'
import { putBucketRequestPayment } from './operations/put-bucket-request-payment.ts'
import { putBucketTagging } from './operations/put-bucket-tagging.ts'
import { putBucketVersioning } from './operations/put-bucket-versioning.ts'
import { putBucketWebsite } from './operations/put-bucket-website.ts'
import { putObject } from './operations/put-object.ts'
import { putObjectAcl } from './operations/put-object-acl.ts'
import { putObjectLegalHold } from './operations/put-object-legal-hold.ts'
import { putObjectLockConfiguration } from './operations/put-object-lock-configuration.ts'
import { putObjectRetention } from './operations/put-object-retention.ts'
import { putObjectTagging } from './operations/put-object-tagging.ts'
import { putPublicAccessBlock } from './operations/put-public-access-block.ts'
import { restoreObject } from './operations/restore-object.ts'
import { selectObjectContent } from './operations/select-object-content.ts'
import { updateObjectEncryption } from './operations/update-object-encryption.ts'
import { uploadPart } from './operations/upload-part.ts'
import { uploadPartCopy } from './operations/upload-part-copy.ts'
import { createReplicaMaking } from './replication/replica-making.ts'
import { createReplicationRun } from './replication/replication-run.ts'
import type { S3Nouns } from './s3-nouns.ts'
import { createSelect } from './selection/selection.ts'
import { createWebSites } from './website/create-web-sites.ts'

export interface S3ServiceDeps {
  readonly nouns: S3Nouns
  /** Where bucket notifications can go; a kind that is not among them is refused by name. */
  readonly targets: ReadonlyArray<EventTarget>
  readonly meta: MetaStore
  readonly query: QueryEngine
  readonly scratch: ScratchSpace
  /** In whose names replication acts. */
  readonly roles: Roles
  readonly background: Background
  /** What counts as a day for lifecycles and restored objects. */
  readonly lifecycleDayMs: number
  readonly accessLogIntervalMs: number
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  readonly metrics: Metrics
}

export function createS3Service(deps: S3ServiceDeps): Service {
  const { nouns, clock, random } = deps
  const { buckets, outbox } = nouns
  const targets = new Map(deps.targets.map((target) => [target.service, target]))
  const notificationSettings = createNotificationSettings({ buckets, targets, clock, random })
  const dayMs = deps.lifecycleDayMs
  const lifecycles = createLifecycleSettings(deps)
  const requesterPays = createRequesterPays()
  const inventories = createInventorySettings(deps)
  const loggings = createLoggingSettings(deps)
  const accessLog = createAccessLog({ ...deps, settings: loggings })
  const intervalMs = deps.accessLogIntervalMs
  const logDelivery = createLogDelivery({ ...deps, ...nouns, accessLog, intervalMs })
  const permissions = createPermissions({ objects: nouns.objects, clock })
  const lifetimes = {
    permissions,
    lifecycles,
    loggings,
    inventories,
    clock,
    restorations: createRestorations({ ...deps, ...nouns, dayMs }),
    lifetimeMembers: createLifetimeMembers({ ...nouns, lifecycles, clock, dayMs }),
    select: createSelect({ ...deps, ...nouns }),
    newId: () => random.uuid(),
  }
  const withParquetFile = createWithParquetFile(deps)
  const listing = { inventories, withParquetFile, dayMs }
  const inventoryRun = createInventoryRun({ ...deps, ...nouns, ...listing })
  const lifecycleRun = createLifecycleRun({ ...deps, ...nouns, settings: lifecycles, dayMs })
  const delivery = createNotificationDelivery({ ...deps, outbox, targets })
  const makeReplica = createReplicaMaking({ ...deps, ...nouns, permissions })
  const replicationRun = createReplicationRun({ ...deps, ...nouns, makeReplica })
  return {
    name: 's3',
    operations: requesterPays.told(
      bindOperations({ ...nouns, ...lifetimes, notificationSettings }, operations),
    ),
    authorize: createAuthorize({ buckets, permissions, requesterPays }),
    crossOrigin: createCrossOrigin({ buckets }),
    observe: accessLog.observe,
    webSites: createWebSites({ buckets }),
    async start(signal) {
      await Promise.all([
        delivery.start(signal),
        lifecycleRun.start(signal),
        replicationRun.start(signal),
        accessLog.start(signal),
        logDelivery.start(signal),
        inventoryRun.start(signal),
        lifetimes.restorations.start(signal),
      ])
    },
  }
}

const operations = [
  abortMultipartUpload,
  completeMultipartUpload,
  copyObject,
  createBucket,
  createMultipartUpload,
  deleteBucket,
  deleteBucketCors,
  deleteBucketEncryption,
  deleteBucketInventoryConfiguration,
  deleteBucketLifecycle,
  deleteBucketOwnershipControls,
  deleteBucketPolicy,
  deleteBucketReplication,
  deleteBucketTagging,
  deleteBucketWebsite,
  deleteObject,
  deleteObjects,
  deleteObjectTagging,
  deletePublicAccessBlock,
  getBucketAccelerateConfiguration,
  getBucketAcl,
  getBucketAnalyticsConfiguration,
  getBucketCors,
  getBucketEncryption,
  getBucketIntelligentTieringConfiguration,
  getBucketInventoryConfiguration,
  getBucketLifecycleConfiguration,
  getBucketLocation,
  getBucketLogging,
  getBucketMetricsConfiguration,
  getBucketNotificationConfiguration,
  getBucketOwnershipControls,
  getBucketPolicy,
  getBucketPolicyStatus,
  getBucketReplication,
  getBucketRequestPayment,
  getBucketTagging,
  getBucketVersioning,
  getBucketWebsite,
  getObject,
  getObjectAcl,
  getObjectAttributes,
  getObjectLegalHold,
  getObjectLockConfiguration,
  getObjectRetention,
  getObjectTagging,
  getPublicAccessBlock,
  headBucket,
  headObject,
  listBucketAnalyticsConfigurations,
  listBucketIntelligentTieringConfigurations,
  listBucketMetricsConfigurations,
  listBucketInventoryConfigurations,
  listBuckets,
  listMultipartUploads,
  listObjects,
  listObjectsV2,
  listObjectVersions,
  listParts,
  putBucketAccelerateConfiguration,
  putBucketAcl,
  putBucketCors,
  putBucketEncryption,
  putBucketInventoryConfiguration,
  putBucketLifecycleConfiguration,
  putBucketLogging,
  putBucketNotificationConfiguration,
  putBucketOwnershipControls,
  putBucketPolicy,
  putBucketReplication,
  putBucketRequestPayment,
  putBucketTagging,
  putBucketVersioning,
  putBucketWebsite,
  putObject,
  putObjectAcl,
  putObjectLegalHold,
  putObjectLockConfiguration,
  putObjectRetention,
  putObjectTagging,
  putPublicAccessBlock,
  restoreObject,
  selectObjectContent,
  updateObjectEncryption,
  uploadPart,
  uploadPartCopy,
]
