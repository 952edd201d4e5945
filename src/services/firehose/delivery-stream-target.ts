import { parseArn } from '../../base/arn.ts'
import { ServiceError } from '../../base/errors.ts'
import type { EventTarget } from '../../base/event-target.ts'
import type { DeliveryStream, DeliveryStreams } from './delivery-streams.ts'

/** Delivery streams as destinations of other services' events: each is one record, as it is. */
export function createDeliveryStreamTarget(deliveryStreams: DeliveryStreams): EventTarget {
  async function read(arn: string): Promise<DeliveryStream> {
    const { accountId = '', region = '', resource = '' } = parseArn(arn) ?? {}
    const name = resource.replace(/^deliverystream\//, '')
    const stream = await deliveryStreams.get({ accountId, region }, name)
    if (stream.source.kind === 'direct') return stream
    throw new ServiceError(
      'InvalidArgumentException',
      `The delivery stream ${arn} reads from a Kinesis stream and takes no records.`,
    )
  }

  return {
    service: 'firehose',
    async validate(arn) {
      await read(arn)
    },
    async deliver(arn, { body }) {
      await deliveryStreams.put(await read(arn), [body])
    },
  }
}
