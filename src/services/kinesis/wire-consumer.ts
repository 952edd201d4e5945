import { dateOf } from '../../base/clock.ts'
import type { RequestContext } from '../../wire/operation.ts'
import type { Consumer } from './consumer-store.ts'
import type { ConsumerKey } from './consumers.ts'
import { consumerArn } from './consumers.ts'
import type { KinesisDeps } from './contract.ts'
import { streamArn } from './stream.ts'
import { invalidArgument } from './stream-errors.ts'
import { ownKeyOfArn, refuseOthers } from './wire-stream.ts'

interface ConsumerReference {
  readonly ConsumerARN?: string | undefined
  readonly ConsumerName?: string | undefined
  readonly StreamARN?: string | undefined
}

/** The consumer that a request names: by its ARN, or by its name and the ARN of the stream. */
export async function consumerOf(
  { consumers }: KinesisDeps,
  input: ConsumerReference,
  context: RequestContext,
): Promise<{ readonly key: ConsumerKey; readonly consumer: Consumer }> {
  if (input.ConsumerARN !== undefined) {
    // Whether others have such a consumer is not told.
    refuseOthers(consumers.keyOfArn(input.ConsumerARN).stream, input.ConsumerARN, context)
    const found = await consumers.getByArn(input.ConsumerARN)
    refuseOtherNames(found.key, input)
    return found
  }
  if (input.ConsumerName === undefined || input.StreamARN === undefined) {
    throw invalidArgument('Either ConsumerARN or both ConsumerName and StreamARN must be provided.')
  }
  const key = { stream: ownKeyOfArn(input.StreamARN, context), name: input.ConsumerName }
  return { key, consumer: await consumers.get(key) }
}

/** Throws `InvalidArgumentException` when what stands beside the ARN of a consumer is not of it. */
export function refuseOtherNames({ stream, name }: ConsumerKey, input: ConsumerReference): void {
  const { ConsumerARN, ConsumerName = name, StreamARN = streamArn(stream) } = input
  if (ConsumerName === name && StreamARN === streamArn(stream)) return
  throw invalidArgument(
    `ConsumerARN ${ConsumerARN} is not the one of ConsumerName ${ConsumerName} and StreamARN ${StreamARN}.`,
  )
}

export function toWireConsumer(key: ConsumerKey, consumer: Consumer) {
  return {
    ConsumerName: consumer.name,
    ConsumerARN: consumerArn(key, consumer),
    ConsumerStatus: 'ACTIVE' as const,
    ConsumerCreationTimestamp: dateOf(consumer.createdMs),
  }
}
