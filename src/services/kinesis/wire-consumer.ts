import { dateOf } from '../../base/clock.ts'
import type { RequestContext } from '../../wire/operation.ts'
import type { Consumer } from './consumer-store.ts'
import type { ConsumerKey } from './consumers.ts'
import { consumerArn } from './consumers.ts'
import type { KinesisDeps } from './contract.ts'
import { invalidArgument } from './stream-errors.ts'
import { ownKeyOfArn, refuseOthers } from './wire-stream.ts'

/** The consumer that a request names: by its ARN, or by its name and the ARN of the stream. */
export async function consumerOf(
  { consumers }: KinesisDeps,
  input: {
    readonly ConsumerARN?: string | undefined
    readonly ConsumerName?: string | undefined
    readonly StreamARN?: string | undefined
  },
  context: RequestContext,
): Promise<{ readonly key: ConsumerKey; readonly consumer: Consumer }> {
  if (input.ConsumerARN !== undefined) {
    const found = await consumers.getByArn(input.ConsumerARN)
    refuseOthers(found.key.stream, input.ConsumerARN, context)
    return found
  }
  if (input.ConsumerName === undefined || input.StreamARN === undefined) {
    throw invalidArgument('Either ConsumerARN or both ConsumerName and StreamARN must be provided.')
  }
  const key = { stream: ownKeyOfArn(input.StreamARN, context), name: input.ConsumerName }
  return { key, consumer: await consumers.get(key) }
}

export function toWireConsumer(key: ConsumerKey, consumer: Consumer) {
  return {
    ConsumerName: consumer.name,
    ConsumerARN: consumerArn(key, consumer),
    ConsumerStatus: 'ACTIVE' as const,
    ConsumerCreationTimestamp: dateOf(consumer.createdMs),
  }
}
