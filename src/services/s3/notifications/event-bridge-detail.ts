import { formatArn } from '../../../base/arn.ts'
import type { Bucket } from '../buckets/bucket.ts'
import type { EventObject, Origin } from './event-record.ts'
import type { ObjectEvent } from './notification-rules.ts'

/** The bus that the events of a bucket go to. */
export function defaultBusArn({ accountId, region }: Bucket): string {
  return formatArn({ service: 'events', accountId, region, resource: 'event-bus/default' })
}

/**
 * A bucket's event as EventBridge has it.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
 */
export function busMessage(event: {
  readonly name: ObjectEvent
  readonly time: string
  readonly bucket: Pick<Bucket, 'name' | 'accountId' | 'region'>
  readonly object: EventObject
  readonly origin: Origin
}): Uint8Array {
  const { name, time, bucket, object, origin } = event
  const [kind = '', cause = ''] = name.split(':')
  const { key, sizeBytes, etag, sequencer, versionId } = object
  const isOfAttributes = kind === 'ObjectTagging' || kind === 'ObjectAcl'
  const reason = reasons[name]
  const detail = {
    version: '0',
    bucket: { name: bucket.name },
    object: {
      key,
      ...(sizeBytes !== undefined && !isOfAttributes && { size: sizeBytes }),
      ...(etag !== undefined && { etag }),
      ...(versionId !== undefined && { 'version-id': versionId }),
      ...(!isOfAttributes && { sequencer }),
    },
    'request-id': origin.requestId,
    requester: bucket.accountId,
    'source-ip-address': origin.sourceAddress,
    ...(reason !== undefined && { reason }),
    ...((kind === 'ObjectRemoved' || kind === 'LifecycleExpiration') && {
      'deletion-type':
        cause === 'DeleteMarkerCreated' ? 'Delete Marker Created' : 'Permanently Deleted',
    }),
  }
  const message = {
    'detail-type': detailTypes[name] ?? detailTypes[kind] ?? kind,
    source: 'aws.s3',
    account: bucket.accountId,
    time: time.replace(/\.\d+Z$/, 'Z'),
    region: bucket.region,
    resources: [`arn:aws:s3:::${bucket.name}`],
    detail,
  }
  return Buffer.from(JSON.stringify(message))
}

const detailTypes: Readonly<Record<string, string>> = {
  ObjectCreated: 'Object Created',
  ObjectRemoved: 'Object Deleted',
  LifecycleExpiration: 'Object Deleted',
  'ObjectTagging:Put': 'Object Tags Added',
  'ObjectTagging:Delete': 'Object Tags Deleted',
  'ObjectAcl:Put': 'Object ACL Updated',
  'ObjectRestore:Post': 'Object Restore Initiated',
  'ObjectRestore:Completed': 'Object Restore Completed',
  'ObjectRestore:Delete': 'Object Restore Expired',
  LifecycleTransition: 'Object Storage Class Changed',
}

const reasons: Readonly<Record<string, string>> = {
  'ObjectCreated:Put': 'PutObject',
  'ObjectCreated:Post': 'POST Object',
  'ObjectCreated:Copy': 'CopyObject',
  'ObjectCreated:CompleteMultipartUpload': 'CompleteMultipartUpload',
  'ObjectRemoved:Delete': 'DeleteObject',
  'ObjectRemoved:DeleteMarkerCreated': 'DeleteObject',
  'LifecycleExpiration:Delete': 'Lifecycle Expiration',
  'LifecycleExpiration:DeleteMarkerCreated': 'Lifecycle Expiration',
}
