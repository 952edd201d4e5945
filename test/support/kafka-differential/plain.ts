import { readBatchHeader } from '../../../src/engines/log/segment/record-batch.ts'

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g
/** Node ids, times and the like: that there is one is compared, not which. */
const SOME = new Set([
  ...['producerId', 'nodeId', 'leaderId', 'controllerId', 'brokerId', 'logAppendTimeMs'],
  ...['transactionStartTimeMs', 'lastTimestamp', 'port', 'totalBytes', 'usableBytes'],
])
/** Words for people, and what hangs on the machine. */
const UNSAID = new Set(['errorMessage', 'batchIndexErrorMessage', 'throttleTimeMs'])
const UNNAMED = new Set(['host', 'clusterId', 'logDir', 'clientHost'])
const NODES = new Set(['replicaNodes', 'isrNodes', 'brokerIds', 'replicas'])

/** An answer without what differs between any two brokers of Apache Kafka. */
export function plain(value: unknown, key = ''): unknown {
  if (Buffer.isBuffer(value)) return key === 'records' ? batchesIn(value) : value.toString('hex')
  if (typeof value === 'string') return UNNAMED.has(key) ? 'some' : withoutIds(value)
  if (typeof value === 'number') return SOME.has(key) && value >= 0 ? 'some' : value
  if (value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) {
    if (NODES.has(key)) return value.length
    return inOneOrder(value.map((item) => plain(item, key)))
  }
  const isRefused = 'baseOffset' in value && 'errorCode' in value && value.errorCode !== 0
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !UNSAID.has(name) && !(isRefused && name === 'logStartOffset'))
      .map(([name, item]) => [name, plain(item, name)]),
  )
}

/** The order of topics, partitions, groups and such is nobody's promise. */
function inOneOrder(items: ReadonlyArray<unknown>): ReadonlyArray<unknown> {
  const isList = items.every((item) => typeof item === 'object' && item !== null)
  if (!isList) return items
  const keyed = items.map((item) => [JSON.stringify(item), item] as const)
  return keyed.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, item]) => item)
}

function withoutIds(text: string): string {
  return text.replaceAll(UUID, (id) => (/^[0-]+$/.test(id) ? id : 'id'))
}

/** The batches that are whole, and how they are marked. */
function batchesIn(bytes: Buffer): ReadonlyArray<string> {
  const found: string[] = []
  for (let at = 0; ; ) {
    const header = readBatchHeader(bytes, at)
    if (!header || at + header.sizeBytes > bytes.length) return found
    const { baseOffset, recordCount, attributes, producerEpoch, baseSequence } = header
    found.push(`${baseOffset}+${recordCount} ${attributes} ${producerEpoch} ${baseSequence}`)
    at += header.sizeBytes
  }
}
