import { createHash } from 'node:crypto'
import { ServiceError } from '../../../base/errors.ts'
import type { Scope } from '../../../base/scope.ts'
import type { DeliveryStream, DeliveryStreams } from '../delivery-streams.ts'
import { firehoseLimits } from '../limits.ts'
import { invalid } from './wire-refusal.ts'

/** The stream, when it takes direct puts. */
export async function directStream(
  deliveryStreams: DeliveryStreams,
  scope: Scope,
  name: string,
): Promise<DeliveryStream> {
  const stream = await deliveryStreams.get(scope, name)
  if (stream.source.kind !== 'direct') {
    throw invalid(`This operation is not permitted on KinesisStreamAsSource delivery stream type.`)
  }
  return stream
}

export function checkRecords(
  records: ReadonlyArray<{ readonly Data: Uint8Array }>,
): ReadonlyArray<Uint8Array> {
  const { recordBytesMax, batchBytesMax, batchRecordsMax } = firehoseLimits
  const data = records.map(({ Data }) => Data)
  if (data.length > batchRecordsMax) {
    throw tooLong('records', `Member must have length less than or equal to ${batchRecordsMax}`)
  }
  if (data.some((one) => one.length > recordBytesMax)) {
    throw tooLong('record.data', `Member must have length less than or equal to ${recordBytesMax}`)
  }
  if (data.reduce((sum, one) => sum + one.length, 0) > batchBytesMax) {
    throw invalid(`Records size exceeds ${batchBytesMax / 1024 / 1024} MB limit`)
  }
  return data
}

/** Opaque text of the length that AWS answers. */
export function recordIdOf(requestId: string, index: number): string {
  return createHash('sha512')
    .update(`${requestId}/${index}`)
    .digest('base64url')
    .repeat(3)
    .slice(0, 224)
}

function tooLong(path: string, constraint: string): ServiceError {
  return new ServiceError(
    'ValidationException',
    `1 validation error detected: Value at '${path}' failed to satisfy constraint: ${constraint}`,
  )
}
