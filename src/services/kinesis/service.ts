import type { Service } from '../../wire/operation.ts'
import { bindOperations } from '../../wire/operation.ts'
import type { KinesisDeps } from './contract.ts'
import { addTagsToStream } from './operations/add-tags-to-stream.ts'
import { createStream } from './operations/create-stream.ts'
import { decreaseStreamRetentionPeriod } from './operations/decrease-stream-retention-period.ts'
import { deleteStream } from './operations/delete-stream.ts'
import { deregisterStreamConsumer } from './operations/deregister-stream-consumer.ts'
import { describeLimits } from './operations/describe-limits.ts'
import { describeStream } from './operations/describe-stream.ts'
import { describeStreamConsumer } from './operations/describe-stream-consumer.ts'
import { describeStreamSummary } from './operations/describe-stream-summary.ts'
import { getRecords } from './operations/get-records.ts'
import { getShardIterator } from './operations/get-shard-iterator.ts'
import { increaseStreamRetentionPeriod } from './operations/increase-stream-retention-period.ts'
import { listShards } from './operations/list-shards.ts'
import { listStreamConsumers } from './operations/list-stream-consumers.ts'
import { listStreams } from './operations/list-streams.ts'
import { listTagsForResource } from './operations/list-tags-for-resource.ts'
import { listTagsForStream } from './operations/list-tags-for-stream.ts'
import { mergeShards } from './operations/merge-shards.ts'
import { putRecord } from './operations/put-record.ts'
import { putRecords } from './operations/put-records.ts'
import { registerStreamConsumer } from './operations/register-stream-consumer.ts'
import { removeTagsFromStream } from './operations/remove-tags-from-stream.ts'
import { splitShard } from './operations/split-shard.ts'
import { subscribeToShard } from './operations/subscribe-to-shard.ts'
import { tagResource } from './operations/tag-resource.ts'
import { untagResource } from './operations/untag-resource.ts'
import { updateMaxRecordSize } from './operations/update-max-record-size.ts'
import { updateShardCount } from './operations/update-shard-count.ts'
import { updateStreamMode } from './operations/update-stream-mode.ts'

export function createKinesisService(deps: KinesisDeps): Service {
  return {
    name: 'kinesis',
    operations: bindOperations(deps, [
      addTagsToStream,
      createStream,
      decreaseStreamRetentionPeriod,
      deleteStream,
      deregisterStreamConsumer,
      describeLimits,
      describeStream,
      describeStreamConsumer,
      describeStreamSummary,
      getRecords,
      getShardIterator,
      increaseStreamRetentionPeriod,
      listShards,
      listStreamConsumers,
      listStreams,
      listTagsForResource,
      listTagsForStream,
      mergeShards,
      putRecord,
      putRecords,
      registerStreamConsumer,
      removeTagsFromStream,
      splitShard,
      subscribeToShard,
      tagResource,
      untagResource,
      updateMaxRecordSize,
      updateShardCount,
      updateStreamMode,
    ]),
    async start(signal) {
      await Promise.all([deps.streams.run(signal), deps.onDemand.run(signal)])
    },
  }
}
