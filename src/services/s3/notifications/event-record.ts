import type { StoredObject } from '../../../engines/objects/port.ts'
import type { Bucket } from '../buckets/bucket.ts'
import { canonicalIdOf, recordOf } from '../objects/object-record.ts'
import { encodeUrlForm } from '../url-form.ts'
import type { ObjectEvent } from './notification-rules.ts'

/** Who caused an event: the caller of the API, or a service that writes for an account. */
export interface Origin {
  readonly principalId: string
  readonly sourceAddress: string
  readonly requestId: string
}

/** What an event says of its object. A removed one has a key and a sequencer only. */
export interface EventObject {
  readonly key: string
  readonly sequencer: string
  readonly sizeBytes?: number
  readonly etag?: string
  readonly versionId?: string
  /** Of a copy that could not be made. */
  readonly failure?: ReplicationFailure
}

/** In the words of the event. */
export interface ReplicationFailure {
  readonly replicationRuleId: string
  readonly destinationBucket: string
  readonly s3Operation: string
  readonly requestTime: string
  readonly failureReason: string
}

export function eventObjectOf(
  object: Pick<StoredObject, 'key' | 'sizeBytes' | 'attributes'>,
): EventObject {
  const { etag, sequencer, versionId } = recordOf(object)
  const { key, sizeBytes } = object
  return { key, sizeBytes, etag, sequencer, ...(versionId !== undefined && { versionId }) }
}

/**
 * The message of a bucket notification, one record in it.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
 */
export function eventMessage(event: {
  readonly name: ObjectEvent
  readonly time: string
  readonly bucket: Pick<Bucket, 'name' | 'accountId' | 'region'>
  readonly object: EventObject
  readonly origin: Origin
  readonly configurationId: string
}): Uint8Array {
  const { name, time, bucket, origin, configurationId } = event
  // AWS: events of tags and ACLs are of version 2.3 and have neither size nor sequencer (recorded).
  const isOfAttributes = /^Object(Tagging|Acl):/.test(name)
  const { key, sizeBytes, etag, sequencer, versionId, failure } = event.object
  const record = {
    eventVersion: isOfAttributes ? '2.3' : failure ? '2.2' : '2.1',
    eventSource: 'aws:s3',
    awsRegion: bucket.region,
    eventTime: time,
    eventName: name,
    userIdentity: { principalId: origin.principalId },
    requestParameters: { sourceIPAddress: origin.sourceAddress },
    responseElements: {
      'x-amz-request-id': origin.requestId,
      'x-amz-id-2': Buffer.from(origin.requestId).toString('base64'),
    },
    s3: {
      s3SchemaVersion: '1.0',
      configurationId,
      bucket: {
        name: bucket.name,
        ownerIdentity: { principalId: canonicalIdOf(bucket.accountId).slice(0, 14).toUpperCase() },
        arn: `arn:aws:s3:::${bucket.name}`,
      },
      object: {
        key: encodeUrlForm(key),
        ...(sizeBytes !== undefined && !isOfAttributes && { size: sizeBytes }),
        ...(etag !== undefined && { eTag: etag }),
        ...(versionId !== undefined && { versionId }),
        ...(!isOfAttributes && { sequencer }),
      },
    },
    ...(failure && { replicationEventData: failure }),
  }
  return Buffer.from(JSON.stringify({ Records: [record] }))
}

/** What S3 sends to a queue or topic when it becomes a destination. */
export function testMessage(bucket: string, time: string, requestId: string): Uint8Array {
  return Buffer.from(
    JSON.stringify({
      Service: 'Amazon S3',
      Event: 's3:TestEvent',
      Time: time,
      Bucket: bucket,
      RequestId: requestId,
      HostId: Buffer.from(requestId).toString('base64'),
    }),
  )
}
