import type { EventSender } from '../../../base/event-target.ts'
import type { Bucket } from '../buckets/bucket.ts'

/** On whose behalf the events of a bucket are sent. */
export function senderOf({ name, accountId, region }: Bucket): EventSender {
  return {
    principal: 's3.amazonaws.com',
    sourceArn: `arn:aws:s3:::${name}`,
    scope: { accountId, region },
  }
}
