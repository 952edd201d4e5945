import type { ChangeSignal } from '../../base/change-signal.ts'
import { createChangeSignal } from '../../base/change-signal.ts'
import type { Clock } from '../../base/clock.ts'
import { ServiceError } from '../../base/errors.ts'
import type { Random } from '../../base/random.ts'
import type { Scope } from '../../base/scope.ts'
import type { Document, Documents } from '../../engines/meta/documents.ts'
import { createDocuments } from '../../engines/meta/documents.ts'
import type { MetaStore } from '../../engines/meta/port.ts'
import type { Channel } from './channel.ts'
import { channelNotFound } from './channel.ts'
import { BUCKET_CHANNELS_A_STREAM, CHANNELS_MAX } from './limits.ts'

/** The channels of all accounts. What is changed is durable when its promise resolves. */
export interface Channels {
  /**
   * Throws `ResourceInUseException` when there is one of that name, `LimitExceededException` when
   * the stream or the account has as many as it may have.
   */
  create(scope: Scope, request: NewChannel): Promise<Channel>
  /** Throws `ResourceNotFoundException`. */
  get(scope: Scope, id: string): Promise<Channel>
  /** By both, so that one that was made anew under the name is not taken for the one that was. */
  find(scope: Scope, identity: ChannelIdentity): Promise<Channel | undefined>
  /** In the order of names: there are never more than `CHANNELS_MAX`. */
  list(scope: Scope): Promise<ReadonlyArray<Channel>>
  /** The change may throw to refuse. Answers undefined when the channel is gone. */
  change(
    scope: Scope,
    identity: ChannelIdentity,
    change: (channel: Channel) => Channel,
  ): Promise<Channel | undefined>
  remove(scope: Scope, identity: ChannelIdentity): Promise<void>
  everywhere(): AsyncIterable<Document<Channel>>
  /** Resolves at the next change that this process makes, or when the signal aborts. */
  waitForChange: ChangeSignal['wait']
}

export type NewChannel = Omit<Channel, 'createdMs' | 'status' | 'statusReason'>
export type ChannelIdentity = Pick<Channel, 'name' | 'id'>

export function createChannels(deps: {
  readonly meta: MetaStore
  readonly clock: Clock
  readonly random: Random
}): Channels {
  const documents = createDocuments<Channel>(deps.meta, 'kinesis-channels/channel')
  const changes = createChangeSignal()

  async function find(scope: Scope, { name, id }: ChannelIdentity): Promise<Channel | undefined> {
    const channel = await documents.getShared(scope, name)
    return channel?.id === id ? channel : undefined
  }

  async function remove(scope: Scope, identity: ChannelIdentity): Promise<void> {
    if (await find(scope, identity)) await documents.remove(scope, identity.name)
    changes.notify()
  }

  return {
    find,
    remove,
    async create(scope, request) {
      refuseTooMany(await listAll(documents, scope), request)
      const channel: Channel = {
        ...request,
        createdMs: deps.clock.wallMs(),
        status: 'CREATING',
      }
      if (!(await documents.create(scope, [channel.name], channel))) throw exists(scope, channel)
      // Two that were made at the same moment both see the other one now, and one of them gives way.
      const before = (await listAll(documents, scope)).filter((other) => isBefore(other, channel))
      try {
        refuseTooMany(before, request)
      } catch (error) {
        await remove(scope, channel)
        throw error
      }
      changes.notify()
      return channel
    },
    async get(scope, id) {
      const channel = (await listAll(documents, scope)).find((one) => one.id === id)
      if (!channel) throw channelNotFound(scope, id)
      return channel
    },
    list: (scope) => listAll(documents, scope),
    async change(scope, identity, change) {
      if (!(await find(scope, identity))) return undefined
      const changed = await documents.update(scope, [identity.name], (current) =>
        current.id === identity.id ? change(current) : current,
      )
      changes.notify()
      return changed?.id === identity.id ? changed : undefined
    },
    everywhere: () => documents.everywhere(),
    waitForChange: changes.wait,
  }
}

async function listAll(
  documents: Documents<Channel>,
  scope: Scope,
): Promise<ReadonlyArray<Channel>> {
  // Those that are being made at this moment may be above the limit until they give way.
  const found = await documents.list(scope, { limit: 2 * CHANNELS_MAX })
  return found.map(({ value }) => value)
}

function isBefore(other: Channel, channel: Channel): boolean {
  if (other.createdMs !== channel.createdMs) return other.createdMs < channel.createdMs
  return other.id < channel.id
}

function refuseTooMany(there: ReadonlyArray<Channel>, { source }: Pick<Channel, 'source'>): void {
  const ofStream = there.filter((one) => one.source.creationId === source.creationId)
  if (ofStream.length >= BUCKET_CHANNELS_A_STREAM) {
    throw new ServiceError(
      'LimitExceededException',
      `Stream ${source.streamName} cannot have more than ${BUCKET_CHANNELS_A_STREAM} channel ` +
        'that delivers to a general purpose Amazon S3 bucket.',
    )
  }
  if (there.length >= CHANNELS_MAX) {
    throw new ServiceError(
      'LimitExceededException',
      `An account cannot have more than ${CHANNELS_MAX} channels in a region.`,
    )
  }
}

function exists({ accountId }: Scope, { name }: Channel): ServiceError {
  return new ServiceError(
    'ResourceInUseException',
    `Channel ${name} under account ${accountId} already exists.`,
  )
}
