import type { FirehoseOperation } from '../contract.ts'
import { mergeDestination } from './wire-destination.ts'
import { invalid } from './wire-refusal.ts'

/** Holds for the batches that are cut from now on. */
export const updateDestination: FirehoseOperation<'UpdateDestination'> = {
  name: 'UpdateDestination',
  refuses: [
    'RedshiftDestinationUpdate',
    'ElasticsearchDestinationUpdate',
    'AmazonopensearchserviceDestinationUpdate',
    'SplunkDestinationUpdate',
    'HttpEndpointDestinationUpdate',
    'AmazonOpenSearchServerlessDestinationUpdate',
    'SnowflakeDestinationUpdate',
    'IcebergDestinationUpdate',
  ],
  async run({ deliveryStreams }, input, context) {
    const update = input.ExtendedS3DestinationUpdate ?? input.S3DestinationUpdate
    if (!update) throw invalid('A destination update is required.')
    if (input.DestinationId !== 'destinationId-000000000001') {
      throw invalid(`Destination Id ${input.DestinationId} not found`)
    }
    const { DeliveryStreamName: name, CurrentDeliveryStreamVersionId: version } = input
    await deliveryStreams.setDestination(context, name, version, (current) =>
      mergeDestination(current, update),
    )
    return {}
  },
}
