import { parseArn } from '../../../base/arn.ts'
import { ServiceError } from '../../../base/errors.ts'
import type { EventTarget } from '../../../base/event-target.ts'
import type { Producer } from '../../kinesis/producer.ts'
import type { Streams } from '../../kinesis/streams.ts'

/** Data streams as destinations of events. */
export function createStreamTarget({
  streams,
  producer,
}: {
  readonly streams: Streams
  readonly producer: Producer
}): EventTarget {
  function keyOf(arn: string) {
    const { accountId = '', region = '', resource = '' } = parseArn(arn) ?? {}
    return { accountId, region, name: resource.replace(/^stream\//, '') }
  }
  return {
    service: 'kinesis',
    async validate(arn) {
      await streams.get(keyOf(arn))
    },
    async deliver(arn, { body, partitionKey = '' }) {
      const entry = { partitionKey: partitionKey.slice(0, 256) || '-', data: body }
      const [result] = await producer.put(keyOf(arn), [entry], () => 'data')
      if (result && 'sequenceNumber' in result) return
      const code = result?.errorCode ?? 'InternalFailure'
      throw new ServiceError(code, result?.errorMessage ?? code, { status: 500 })
    },
  }
}
