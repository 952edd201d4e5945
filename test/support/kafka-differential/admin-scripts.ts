import type { KafkaApiName, KafkaClientRequest } from '../../../src/wire/kafka/apis.ts'
import { kafkaApis } from '../../../src/wire/kafka/apis.ts'
import { decodeKafka } from '../kafka-peer.ts'
import type { Script, Side } from './side.ts'
import { makeTopic, told } from './side.ts'

const TOPIC = 2
const BROKER = 4
const GROUP = 32

async function configs(side: Side): Promise<void> {
  await makeTopic(side, 'cfg', 1, { 'retention.ms': '1000000' })
  const keys = ['retention.ms', 'cleanup.policy', 'nothing', 'max.message.bytes']
  const describe = (label: string, resourceType: number, resourceName: string, more: object = {}) =>
    told(side, `describe: ${label}`, 'describeConfigs', {
      resources: [{ resourceType, resourceName, configurationKeys: keys }],
      ...more,
    })
  await describe('topic', TOPIC, 'cfg')
  await describe('topic with synonyms', TOPIC, 'cfg', { includeSynonyms: true })
  await describe('unknown topic', TOPIC, 'nowhere')
  await describe('invalid topic', TOPIC, 'no/where')
  await describe('empty topic', TOPIC, '')
  await describe('unknown broker', BROKER, '77')
  await describe('broker of no number', BROKER, 'x')
  await describe('type of nothing', 99, 'x')
  await describe('unknown group', GROUP, 'nowhere')
  await describe('empty group', GROUP, '')
  type Change = readonly [name: string, operation: number, value: string | null]
  const change = (label: string, type: number, of: string, ...changes: readonly Change[]) =>
    told(side, label, 'incrementalAlterConfigs', {
      resources: [
        {
          ...{ resourceType: type, resourceName: of },
          configs: changes.map(([name, configOperation, value]) => ({
            ...{ name, configOperation, value },
          })),
        },
      ],
      validateOnly: label.startsWith('validated'),
    })
  await change('set', TOPIC, 'cfg', ['retention.ms', 0, '2000000'])
  await change('validated', TOPIC, 'cfg', ['retention.ms', 0, '3000000'])
  await change('validated badly', TOPIC, 'cfg', ['retention.ms', 0, 'x'])
  await change('set to nothing', TOPIC, 'cfg', ['retention.ms', 0, null])
  await change('set badly', TOPIC, 'cfg', ['retention.ms', 0, 'x'])
  await change('unknown config', TOPIC, 'cfg', ['nothing', 0, 'x'])
  await change('delete unknown', TOPIC, 'cfg', ['nothing', 1, null])
  await change('delete what is not set', TOPIC, 'cfg', ['max.message.bytes', 1, null])
  await change('append to a number', TOPIC, 'cfg', ['retention.ms', 2, '5'])
  await change('append to a list', TOPIC, 'cfg', ['cleanup.policy', 2, 'compact'])
  await change('append again', TOPIC, 'cfg', ['cleanup.policy', 2, 'compact'])
  await describe('after append', TOPIC, 'cfg')
  await change('subtract', TOPIC, 'cfg', ['cleanup.policy', 3, 'delete'])
  await describe('after subtract', TOPIC, 'cfg')
  await change('operation of nobody', TOPIC, 'cfg', ['retention.ms', 9, '5'])
  await change('twice', TOPIC, 'cfg', ['retention.ms', 0, '5000'], ['retention.ms', 0, '6000'])
  await change('nothing', TOPIC, 'cfg')
  await change('unknown topic', TOPIC, 'nowhere', ['retention.ms', 0, '5000'])
  await change('empty topic', TOPIC, '', ['retention.ms', 0, '5000'])
  await change('type of nobody', 99, 'x', ['retention.ms', 0, '5000'])
  await change('unknown broker', BROKER, '77', ['log.cleaner.threads', 0, '1'])
  await replacesConfigs(side)
  await describe('at last', TOPIC, 'cfg')
}

async function replacesConfigs(side: Side): Promise<void> {
  const replace = (label: string, of: string, name: string, value: string | null) =>
    told(side, label, 'alterConfigs', {
      resources: [{ resourceType: TOPIC, resourceName: of, configs: [{ name, value }] }],
      validateOnly: false,
    })
  await replace('replaced', 'cfg', 'max.message.bytes', '5000')
  await replace('replaced badly', 'cfg', 'max.message.bytes', 'x')
  await replace('replaced by nothing', 'cfg', 'max.message.bytes', null)
  await replace('replaced for nobody', 'nowhere', 'max.message.bytes', '5000')
  await replace('replaced unknown', 'cfg', 'nothing', '5000')
}

async function acls(side: Side): Promise<void> {
  type Acl = KafkaClientRequest<'createAcls'>['creations'][number]
  const rule: Acl = {
    ...{ resourceType: TOPIC, resourceName: 'acl-topic', resourcePatternType: 3 },
    ...{ principal: 'User:acl', host: '*', operation: 3, permissionType: 3 },
  }
  const create = (label: string, given: Partial<Acl>) =>
    told(side, `create: ${label}`, 'createAcls', { creations: [{ ...rule, ...given }] })
  await create('one', {})
  await create('the same', {})
  await create('prefixed', { resourceName: 'acl-', resourcePatternType: 4 })
  await create('no resource name', { resourceName: '' })
  await create('pattern of any', { resourcePatternType: 1 })
  await create('pattern of match', { resourcePatternType: 2 })
  await create('unknown pattern', { resourcePatternType: 9 })
  await create('any resource', { resourceType: 1 })
  await create('unknown resource', { resourceType: 0 })
  await create('any operation', { operation: 1 })
  await create('unknown operation', { operation: 99 })
  await create('unknown permission', { permissionType: 9 })
  await create('principal without type', { principal: 'acl' })
  await create('empty principal', { principal: '' })
  await create('empty host', { host: '' })
  await create('cluster of another name', { resourceType: 4, resourceName: 'x' })
  await create('operation that a topic lacks', { operation: 12 })
  type Filter = KafkaClientRequest<'describeAcls'>
  const all: Filter = {
    ...{ resourceTypeFilter: 1, resourceNameFilter: null, patternTypeFilter: 1 },
    ...{ principalFilter: 'User:acl', hostFilter: null, operation: 1, permissionType: 1 },
  }
  const filters: Record<string, Partial<Filter>> = {
    all: {},
    'by match': {
      resourceNameFilter: 'acl-topic',
      patternTypeFilter: 2,
      resourceTypeFilter: TOPIC,
    },
    literal: { resourceNameFilter: 'acl-topic', patternTypeFilter: 3 },
    nobody: { principalFilter: 'User:nobody' },
    'unknown type': { resourceTypeFilter: 0 },
    'unknown operation': { operation: 0 },
    'unknown permission': { permissionType: 0 },
    'unknown pattern': { patternTypeFilter: 0 },
  }
  for (const [label, filter] of Object.entries(filters)) {
    await told(side, `describe ${label}`, 'describeAcls', { ...all, ...filter })
  }
  const remove = (label: string, given: Partial<Filter>) =>
    told(side, `delete ${label}`, 'deleteAcls', { filters: [{ ...all, ...given }] })
  await remove('nobody', { principalFilter: 'User:nobody' })
  await remove('unknown type', { resourceTypeFilter: 0 })
  await remove('all', {})
  await remove('again', {})
}

async function conversations(side: Side): Promise<void> {
  await told(side, 'handshake', 'saslHandshake', { mechanism: 'PLAIN' })
  await told(side, 'handshake after', 'saslHandshake', { mechanism: 'NOTHING' }, 0)
  const authenticate = { authBytes: Buffer.from('x') }
  await told(side, 'login without handshake', 'saslAuthenticate', authenticate)
  const versions = { clientSoftwareName: 'test', clientSoftwareVersion: '1' }
  const sent = async (
    label: string,
    name: KafkaApiName,
    request: object,
    change: (b: Buffer) => void,
  ) => {
    const peer = await side.connect()
    const bytes = peer.encode(name, request as never)
    change(bytes)
    peer.write(bytes)
    const answer = peer.nextFrame().then((frame) => decodeKafka('apiVersions', 0, frame).errorCode)
    await side.tell(label, answer)
  }
  const beat = { groupId: 'g', generationId: 1, memberId: 'm' }
  const at = (value: number, place: number) => (bytes: Buffer) =>
    void bytes.writeInt16BE(value, place)
  await sent('ApiVersions of version 99', 'apiVersions', versions, at(99, 6))
  await sent('unknown version', 'heartbeat', beat, at(99, 6))
  await sent('negative version', 'heartbeat', beat, at(-1, 6))
  await sent('unknown api', 'heartbeat', beat, at(999, 4))
  await sent('negative api', 'heartbeat', beat, at(-4, 4))
  await sent('brokers only', 'heartbeat', beat, at(4, 4))
  await sent('size 0', 'heartbeat', beat, (bytes) => void bytes.writeInt32BE(0, 0))
  await sent('negative size', 'heartbeat', beat, (bytes) => void bytes.writeInt32BE(-1, 0))
  const versioned = async (label: string, name: string, version: string) => {
    const request = { clientSoftwareName: name, clientSoftwareVersion: version }
    const peer = await side.connect()
    const { errorCode } = await peer.ask('apiVersions', request)
    await side.tell(label, errorCode)
  }
  await versioned('software', 'a-b.c', '1.0-x')
  await versioned('empty software', '', '')
  await versioned('strange software', 'a b', '1')
  await versioned('strange version', 'a', '-1')
  const { apiKeys } = await side.ask('apiVersions', versions)
  await side.tell('minimal versions', oldest(apiKeys))
}

/** Of the APIs that this house speaks: what the oldest version is. */
function oldest(keys: ReadonlyArray<{ readonly apiKey: number; readonly minVersion: number }>) {
  const spoken = new Set(Object.values(kafkaApis).map(({ key }) => key as number))
  return keys
    .filter(({ apiKey }) => spoken.has(apiKey))
    .map(({ apiKey, minVersion }) => `${apiKey} from ${minVersion}`)
    .sort()
}

export const adminScripts: Readonly<Record<string, Script>> = {
  configs,
  acls,
  conversations,
}
