import type { BrokerDefaults } from '../kafka/broker-rules.ts'
import { topicConfigs } from '../kafka/topics/topic-configs.ts'
import { mskLimits } from './limits.ts'
import { badRequest } from './msk-errors.ts'

const PARTITIONS_MAX = 10_000
const MINUTE_MS = 60_000

/** Times of retention in other units, the finest one first, which holds when there are several. */
const retentionUnits: ReadonlyArray<readonly [string, number]> = [
  ['log.retention.ms', 1],
  ['log.retention.minutes', MINUTE_MS],
  ['log.retention.hours', 60 * MINUTE_MS],
]

/** What AWS lets one set, and has no meaning for one broker that writes everything down at once. */
const notServed: ReadonlySet<string> = new Set([
  'allow.everyone.if.no.acl.found',
  'connections.max.idle.ms',
  'delete.topic.enable',
  'group.initial.rebalance.delay.ms',
  'group.max.session.timeout.ms',
  'group.min.session.timeout.ms',
  'leader.imbalance.per.broker.percentage',
  'log.message.timestamp.difference.max.ms',
  'max.incremental.fetch.session.cache.slots',
  'num.io.threads',
  'num.network.threads',
  'num.recovery.threads.per.data.dir',
  'num.replica.fetchers',
  'offsets.retention.minutes',
  'offsets.topic.replication.factor',
  'replica.fetch.max.bytes',
  'replica.fetch.response.max.bytes',
  'replica.lag.time.max.ms',
  'replica.selector.class',
  'replica.socket.receive.buffer.bytes',
  'socket.receive.buffer.bytes',
  'socket.request.max.bytes',
  'socket.send.buffer.bytes',
  'transaction.max.timeout.ms',
  'transaction.state.log.min.isr',
  'transaction.state.log.replication.factor',
  'transactional.id.expiration.ms',
  'zookeeper.connection.timeout.ms',
  'zookeeper.session.timeout.ms',
])

/**
 * The meaning of a `server.properties`. Throws `BadRequestException` that names the first property
 * that is unknown, has a wrong value, or would have no effect.
 */
export function readServerProperties(text: string): BrokerDefaults {
  if (Buffer.byteLength(text) > mskLimits.propertiesBytesMax) {
    throw badRequest(
      `ServerProperties has at most ${mskLimits.propertiesBytesMax} bytes.`,
      'serverProperties',
    )
  }
  const properties = parseProperties(text)
  const configs: Record<string, string> = {}
  for (const [name, value] of properties) {
    const config = topicConfigs.find(({ brokerName }) => brokerName === name)
    if (retentionUnits.some(([unit]) => unit === name)) refuse(name, value, wholeProblem(value, -1))
    else if (config) {
      refuse(name, value, config.problem(value))
      configs[config.name] = value
    } else refuse(name, value, otherProblem(name, value))
  }
  const retention = retentionMsOf(properties)
  if (retention !== undefined) configs['retention.ms'] = retention
  const autoCreate = properties.get('auto.create.topics.enable')
  const partitions = properties.get('num.partitions')
  return {
    topicConfigs: configs,
    ...(autoCreate !== undefined && { autoCreateTopics: autoCreate === 'true' }),
    ...(partitions !== undefined && { partitionsDefault: Number(partitions) }),
  }
}

/** Later ones win, as in Java. */
function parseProperties(text: string): ReadonlyMap<string, string> {
  const properties = new Map<string, string>()
  for (const line of text.split(/\r\n|\r|\n/)) {
    const trimmed = line.trim()
    if (trimmed === '' || trimmed.startsWith('#') || trimmed.startsWith('!')) continue
    const found = /^([^\s=:]+)\s*[=:]\s*(.*)$/.exec(trimmed)
    if (!found) throw badRequest(`'${trimmed}' is not a property.`, 'serverProperties')
    properties.set(found[1] ?? '', found[2] ?? '')
  }
  return properties
}

function otherProblem(name: string, value: string): string | undefined {
  switch (name) {
    case 'auto.create.topics.enable':
      return ['true', 'false'].includes(value) ? undefined : 'true or false'
    case 'num.partitions':
      return wholeProblem(value, 1, PARTITIONS_MAX)
    case 'default.replication.factor':
      return value === '1' ? undefined : 'there is one broker'
  }
  throw badRequest(
    notServed.has(name)
      ? `${name} is not served by Headrace: it would have no effect. Nothing was done.`
      : `${name} is not a valid configuration property.`,
    'serverProperties',
  )
}

function retentionMsOf(properties: ReadonlyMap<string, string>): string | undefined {
  for (const [name, unitMs] of retentionUnits) {
    const value = properties.get(name)
    if (value !== undefined) return Number(value) < 0 ? '-1' : String(Number(value) * unitMs)
  }
  return undefined
}

function wholeProblem(value: string, min: number, max = Number.MAX_SAFE_INTEGER / 3_600_000) {
  const number = /^-?\d+$/.test(value) ? Number(value) : Number.NaN
  return number >= min && number <= max ? undefined : `a whole number from ${min} on`
}

function refuse(name: string, value: string, problem: string | undefined): void {
  if (problem === undefined) return
  throw badRequest(`Invalid value ${value} for ${name}: ${problem}.`, 'serverProperties')
}
