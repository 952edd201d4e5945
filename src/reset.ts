import { accountsOf, sweepAccount } from './engines/meta/account-sweep.ts'
import type { MetaStore } from './engines/meta/port.ts'
import type { ResetTarget } from './server/own-pages.ts'
import type { EventQueue } from './services/events/event-queue.ts'
import type { DeliveryStreams } from './services/firehose/delivery-streams.ts'
import type { KafkaNouns } from './services/kafka/kafka-nouns.ts'
import type { Streams } from './services/kinesis/streams.ts'
import type { Functions } from './services/lambda/functions.ts'
import type { Connectors } from './services/msk-connect/connectors.ts'
import type { Buckets } from './services/s3/buckets/buckets.ts'
import type { Outbox } from './services/s3/notifications/outbox.ts'

export interface ResetDeps {
  readonly meta: MetaStore
  readonly streams: Streams
  readonly deliveryStreams: DeliveryStreams
  readonly connectors: Pick<Connectors, 'removeEverything'>
  readonly buckets: Buckets
  /** Events on their way, of buckets and of buses; they are not kept by account. */
  readonly waiting: ReadonlyArray<Pick<Outbox | EventQueue, 'removeEverything'>>
  readonly functions: Functions
  readonly kafka: Pick<KafkaNouns, 'access' | 'groups'>
}

/** Collections that are not kept by account, or that outlive a reset: keys stay valid. */
const kept = /^(server|meta|objects|log)\/|^s3\/bucket$/

/**
 * Empties an account, or all of them: first what lies outside of the metadata (records, objects,
 * code), by the nouns that own it, then every document. Durable when resolved.
 */
export function createReset(deps: ResetDeps): (target: ResetTarget) => Promise<void> {
  const { meta, streams, buckets, kafka } = deps
  return async (target) => {
    const accountId = target === 'everything' ? undefined : target.accountId
    await removeDeliveries(deps.deliveryStreams, accountId)
    await deps.connectors.removeEverything(accountId)
    await streams.removeEverything(accountId)
    await removeFunctions(deps.functions, accountId)
    await buckets.empty(accountId)
    await kafka.groups.removeEverything(accountId)
    await kafka.access.removeEverything(accountId)
    await deps.kafka.groups.removeEverything(accountId)
    const isKept = (collection: string) => kept.test(collection)
    const accounts = accountId === undefined ? await accountsOf(meta, isKept) : [accountId]
    for (const account of accounts) await sweepAccount(meta, account, isKept)
    for (const one of deps.waiting) await one.removeEverything(accountId)
    await kafka.access.reload(accountId)
  }
}

async function removeDeliveries(
  deliveryStreams: DeliveryStreams,
  accountId: string | undefined,
): Promise<void> {
  for await (const { scope, value } of deliveryStreams.everywhere()) {
    if (accountId === undefined || scope.accountId === accountId) {
      await deliveryStreams.remove(scope, value.name)
    }
  }
}

async function removeFunctions(functions: Functions, accountId: string | undefined): Promise<void> {
  for await (const { scope, value } of functions.everywhere()) {
    if (accountId === undefined || scope.accountId === accountId) {
      await functions.remove(scope, value.name)
    }
  }
}
