import { EngineError } from '../../../../base/errors.ts'
import type { KafkaErrorName } from '../../../../wire/kafka/errors.ts'
import type { KafkaConnection, KafkaContext } from '../../../../wire/kafka/operation.ts'
import type { AclOperation, Authorizer } from '../../parts.ts'
import { GROUP_ID_BYTES_MAX } from '../limits.ts'

/** Why a member's request about this group is refused before the group is looked at. */
export function memberRefusal(
  authorizer: Authorizer,
  connection: KafkaConnection,
  groupId: string,
): KafkaErrorName {
  if (!authorizer.allows(connection, 'read', { type: 'group', name: groupId })) {
    return 'GROUP_AUTHORIZATION_FAILED'
  }
  return isGroupId(groupId) ? 'NONE' : 'INVALID_GROUP_ID'
}

export function isGroupId(groupId: string): boolean {
  return groupId !== '' && Buffer.byteLength(groupId) <= GROUP_ID_BYTES_MAX
}

/** As Apache shows it: a host without a name, then its address. */
export function clientHostOf({ connection }: KafkaContext): string {
  return `/${connection.clientAddress}`
}

/**
 * The answer, or the other one when the connection is gone or the medium fails: members ask the
 * coordinator again when it is not available, while other errors of storage would end them.
 */
export async function answerOr<T>(
  { connection }: KafkaContext,
  answer: Promise<T>,
  unavailable: T,
): Promise<T> {
  const { signal, log } = connection
  let leave: () => void = () => undefined
  const gone = new Promise<T>((resolve) => {
    leave = () => resolve(unavailable)
    if (signal.aborted) leave()
    else signal.addEventListener('abort', leave, { once: true })
  })
  try {
    return await Promise.race([answer, gone])
  } catch (error) {
    if (!(error instanceof EngineError)) throw error
    log.error({ err: error }, 'a group could not be read or stored')
    return unavailable
  } finally {
    signal.removeEventListener('abort', leave)
  }
}

const groupOperations: ReadonlyArray<readonly [AclOperation, bit: number]> = [
  ['read', 3],
  ['delete', 6],
  ['describe', 8],
  ['describe-configs', 10],
  ['alter-configs', 11],
]

/** The operations on the group that are allowed, as bits; absent where nobody asked. */
export function authorizedOperations(
  authorizer: Authorizer,
  connection: KafkaConnection,
  groupId: string,
  isAsked: boolean,
): { readonly authorizedOperations?: number } {
  if (!isAsked) return {}
  const bits = groupOperations
    .filter(([operation]) =>
      authorizer.allows(connection, operation, { type: 'group', name: groupId }),
    )
    .map(([, bit]) => 1 << bit)
  return { authorizedOperations: bits.reduce((sum, bit) => sum | bit, 0) }
}

export interface TopicRows<Row> {
  readonly name: string
  readonly partitions: Row[]
}

/** Rows by topic, both in the order in which they first come. */
export function byTopic<Row extends { readonly topic: string }, Wire>(
  rows: Iterable<Row>,
  toWire: (row: Row) => Wire,
): TopicRows<Wire>[] {
  const topics = new Map<string, TopicRows<Wire>>()
  for (const row of rows) {
    const topic = topics.get(row.topic) ?? { name: row.topic, partitions: [] }
    topics.set(row.topic, topic)
    topic.partitions.push(toWire(row))
  }
  return [...topics.values()]
}
