import { parseArn } from '../../../base/arn.ts'
import type { Scope } from '../../../base/scope.ts'
import type { FirehoseOperation } from '../contract.ts'
import { parseDestination } from './wire-destination.ts'
import { invalid, refused } from './wire-refusal.ts'
import { tagsOf } from './wire-tags.ts'

/** Active when answered: its source is checked and its reading position is durable. */
export const createDeliveryStream: FirehoseOperation<'CreateDeliveryStream'> = {
  name: 'CreateDeliveryStream',
  refuses: [
    'RedshiftDestinationConfiguration',
    'ElasticsearchDestinationConfiguration',
    'AmazonopensearchserviceDestinationConfiguration',
    'SplunkDestinationConfiguration',
    'HttpEndpointDestinationConfiguration',
    'AmazonOpenSearchServerlessDestinationConfiguration',
    'MSKSourceConfiguration',
    'SnowflakeDestinationConfiguration',
    'IcebergDestinationConfiguration',
    'DatabaseSourceConfiguration',
    'DeliveryStreamEncryptionConfigurationInput',
    'DirectPutSourceConfiguration',
  ],
  async run({ deliveryStreams }, input, context) {
    const wire = input.ExtendedS3DestinationConfiguration ?? input.S3DestinationConfiguration
    if (!wire) throw invalid('A destination configuration is required.')
    const kinesis = input.KinesisStreamSourceConfiguration
    const type = input.DeliveryStreamType ?? 'DirectPut'
    if (type !== 'DirectPut' && type !== 'KinesisStreamAsSource') {
      throw refused(`DeliveryStreamType ${type}`)
    }
    if ((type === 'KinesisStreamAsSource') !== (kinesis !== undefined)) {
      throw invalid(
        'KinesisStreamSourceConfiguration belongs to DeliveryStreamType KinesisStreamAsSource, and only to it.',
      )
    }
    if (kinesis) refuseOthers(kinesis.KinesisStreamARN, context)
    const stream = await deliveryStreams.create(context, {
      name: input.DeliveryStreamName,
      source: kinesis
        ? { kind: 'kinesis', streamArn: kinesis.KinesisStreamARN, roleArn: kinesis.RoleARN }
        : { kind: 'direct' },
      destination: parseDestination(wire),
      tags: tagsOf(input.Tags ?? []),
    })
    return { DeliveryStreamARN: stream.arn }
  },
}

/** A delivery stream reads without limits and policies: only what is its account's own. */
function refuseOthers(streamArn: string, { accountId, region }: Scope): void {
  const arn = parseArn(streamArn)
  if (arn?.service === 'kinesis' && arn.accountId === accountId && arn.region === region) return
  throw invalid(`The stream ${streamArn} is not one of this account and region.`)
}
