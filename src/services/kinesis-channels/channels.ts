import type { ChangeSignal } from '../../base/change-signal.ts'
import { createChangeSignal } from '../../base/change-signal.ts'
import type { Clock } from '../../base/clock.ts'
import { EngineError, ServiceError } from '../../base/errors.ts'
import type { Scope } from '../../base/scope.ts'
import type { Document, Documents } from '../../engines/meta/documents.ts'
import { createDocuments } from '../../engines/meta/documents.ts'
import type { MetaBatch, MetaStore } from '../../engines/meta/port.ts'
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
}): Channels {
  const { meta, clock } = deps
  const documents = createDocuments<Channel>(meta, 'kinesis-channels/channel')
  const claims = createDocuments<{ readonly channelId: string }>(meta, 'kinesis-channels/claim')
  const changes = createChangeSignal()

  async function find(scope: Scope, { name, id }: ChannelIdentity): Promise<Channel | undefined> {
    const channel = await documents.getShared(scope, name)
    return channel?.id === id ? channel : undefined
  }

  /** Both rows or none: so that no two channels are made for one stream, from wherever. */
  function rowsOf(scope: Scope, channel: Channel): Required<Pick<MetaBatch, 'puts'>> {
    const claim = claims.putBatch(scope, [channel.source.creationId], { channelId: channel.id })
    return { puts: [...documents.putBatch(scope, [channel.name], channel).puts, ...claim.puts] }
  }

  return {
    find,
    async remove(scope, identity) {
      const channel = await find(scope, identity)
      if (!channel) return
      await meta.commit({ removals: rowsOf(scope, channel).puts.map(({ key }) => key) })
      changes.notify()
    },
    async create(scope, request) {
      const there = await listAll(documents, scope)
      if (there.some(({ name }) => name === request.name)) throw exists(scope, request)
      if (there.length >= CHANNELS_MAX) throw tooMany()
      const channel: Channel = { ...request, createdMs: clock.wallMs(), status: 'CREATING' }
      const { puts } = rowsOf(scope, channel)
      try {
        await meta.commit({ checks: puts.map(({ key }) => ({ key, version: 0 })), puts })
      } catch (error) {
        if (!(error instanceof EngineError && error.kind === 'conflict')) throw error
        if (await documents.get(scope, channel.name)) throw exists(scope, channel)
        throw streamTaken(channel)
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

function tooMany(): ServiceError {
  return new ServiceError(
    'LimitExceededException',
    `An account cannot have more than ${CHANNELS_MAX} channels in a region.`,
  )
}

function streamTaken({ source }: Channel): ServiceError {
  return new ServiceError(
    'LimitExceededException',
    `Stream ${source.streamName} cannot have more than ${BUCKET_CHANNELS_A_STREAM} channel that ` +
      'delivers to a general purpose Amazon S3 bucket.',
  )
}

function exists({ accountId }: Scope, { name }: Pick<Channel, 'name'>): ServiceError {
  return new ServiceError(
    'ResourceInUseException',
    `Channel ${name} under account ${accountId} already exists.`,
  )
}
