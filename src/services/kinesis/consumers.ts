import { parseArn } from '../../base/arn.ts'
import type { Clock } from '../../base/clock.ts'
import { ServiceError } from '../../base/errors.ts'
import type { Consumer, ConsumerStore } from './consumer-store.ts'
import { secondOf } from './sequence-number.ts'
import type { StreamKey } from './stream.ts'
import { streamArn } from './stream.ts'
import { invalidArgument, limitExceeded } from './stream-errors.ts'

/** Which consumer of which stream. */
export interface ConsumerKey {
  readonly stream: StreamKey
  readonly name: string
}

/** The consumers with a throughput of their own. */
export interface Consumers {
  /**
   * Throws `ResourceInUseException` when it is there, `LimitExceededException` when the stream has
   * `consumersMax` already.
   */
  register(key: ConsumerKey, tags: Consumer['tags'], consumersMax: number): Promise<Consumer>
  /** Throws `ResourceNotFoundException`. */
  get(key: ConsumerKey): Promise<Consumer>
  /** As `get`, by ARN: one that was registered later under the name is another consumer. */
  getByArn(consumerArn: string): Promise<{ readonly key: ConsumerKey; readonly consumer: Consumer }>
  /** Which one an ARN means; throws `InvalidArgumentException` for what is no ARN of a consumer. */
  keyOfArn(consumerArn: string): ConsumerKey
  deregister(key: ConsumerKey): Promise<void>
  /** Throws `ResourceNotFoundException`; the change may throw to refuse. */
  change(key: ConsumerKey, change: (consumer: Consumer) => Consumer): Promise<void>
  list: ConsumerStore['list']
}

export function createConsumers(deps: {
  readonly store: ConsumerStore
  readonly clock: Clock
}): Consumers {
  const { store, clock } = deps

  async function get(key: ConsumerKey): Promise<Consumer> {
    const consumer = await store.find(key.stream, key.name)
    if (!consumer) throw consumerNotFound(key)
    return consumer
  }

  return {
    get,
    keyOfArn(consumerArn) {
      const { stream, name } = parseConsumerArn(consumerArn)
      return { stream, name }
    },
    async register(key, tags, consumersMax) {
      const there = await store.list(key.stream, { limit: consumersMax + 1 })
      if (there.some(({ name }) => name === key.name)) throw consumerExists(key)
      if (there.length >= consumersMax) {
        throw limitExceeded(
          `Stream ${key.stream.name} under account ${key.stream.accountId} cannot have more than ` +
            `${consumersMax} consumers.`,
        )
      }
      const consumer = { name: key.name, createdMs: clock.wallMs(), tags }
      if (!(await store.create(key.stream, consumer))) throw consumerExists(key)
      return consumer
    },
    async getByArn(consumerArn) {
      const { createdSecond, ...key } = parseConsumerArn(consumerArn)
      const consumer = await get(key)
      if (secondOf(consumer.createdMs) !== createdSecond) throw consumerNotFound(key)
      return { key, consumer }
    },
    async deregister(key) {
      if (!(await store.remove(key.stream, key.name))) throw consumerNotFound(key)
    },
    async change(key, change) {
      const changed = await store.update(key.stream, key.name, change)
      if (!changed) throw consumerNotFound(key)
    },
    list: store.list,
  }
}

/** AWS: the ARN of a consumer ends in the second of its creation. */
export function consumerArn(key: ConsumerKey, { createdMs }: Consumer): string {
  return `${streamArn(key.stream)}/consumer/${key.name}:${secondOf(createdMs)}`
}

function parseConsumerArn(text: string): ConsumerKey & { readonly createdSecond: number } {
  const arn = parseArn(text)
  const parts = /^stream\/([^/]+)\/consumer\/([^/:]+):(\d+)$/.exec(arn?.resource ?? '')
  const [, streamName, name, second] = parts ?? []
  if (!arn || !streamName || !name) {
    throw invalidArgument(`ConsumerARN ${text} is not the ARN of a consumer`)
  }
  const stream = { accountId: arn.accountId, region: arn.region, name: streamName }
  return { stream, name, createdSecond: Number(second) }
}

function consumerNotFound({ stream, name }: ConsumerKey): ServiceError {
  return new ServiceError(
    'ResourceNotFoundException',
    `Consumer ${name} under stream ${stream.name}, account ${stream.accountId} not found.`,
  )
}

function consumerExists({ stream, name }: ConsumerKey): ServiceError {
  return new ServiceError(
    'ResourceInUseException',
    `Consumer ${name} under stream ${stream.name} already exists for account ${stream.accountId}.`,
  )
}
