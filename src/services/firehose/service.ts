import type { Service } from '../../wire/operation.ts'
import { bindOperations } from '../../wire/operation.ts'
import type { DeliveriesDeps } from './deliveries.ts'
import { runDeliveries } from './deliveries.ts'
import { createDeliveryStream } from './operations/create-delivery-stream.ts'
import { deleteDeliveryStream } from './operations/delete-delivery-stream.ts'
import { describeDeliveryStream } from './operations/describe-delivery-stream.ts'
import { listDeliveryStreams } from './operations/list-delivery-streams.ts'
import { listTagsForDeliveryStream } from './operations/list-tags-for-delivery-stream.ts'
import { putRecord } from './operations/put-record.ts'
import { putRecordBatch } from './operations/put-record-batch.ts'
import { tagDeliveryStream } from './operations/tag-delivery-stream.ts'
import { untagDeliveryStream } from './operations/untag-delivery-stream.ts'
import { updateDestination } from './operations/update-destination.ts'

export function createFirehoseService(deps: DeliveriesDeps): Service {
  return {
    name: 'firehose',
    operations: bindOperations({ deliveryStreams: deps.deliveryStreams }, [
      createDeliveryStream,
      deleteDeliveryStream,
      describeDeliveryStream,
      listDeliveryStreams,
      listTagsForDeliveryStream,
      putRecord,
      putRecordBatch,
      tagDeliveryStream,
      untagDeliveryStream,
      updateDestination,
    ]),
    start: (signal) => runDeliveries(deps, signal),
  }
}
