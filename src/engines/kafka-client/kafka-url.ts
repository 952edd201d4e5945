import type { KafkaAddress } from './kafka-connection.ts'

/** `kafka://broker1:9092,broker2:9092?prefix=headrace&replicas=3` */
export interface KafkaUrl {
  /** The URL as it was given. */
  readonly text: string
  /** Some of the brokers; they tell of the others. */
  readonly brokers: ReadonlyArray<KafkaAddress>
  /** What the names of all topics begin with, so that several houses can share a cluster. */
  readonly prefix: string
  /** Of each topic; absent: three, or as many as there are brokers. */
  readonly replicas?: number
}

const SCHEME = 'kafka://'
const DEFAULT_PORT = 9092
const DEFAULT_PREFIX = 'headrace'
const REPLICAS_MAX = 15
const PARAMETERS = ['prefix', 'replicas']

/** The URL, or in words why it is none. */
export function parseKafkaUrl(text: string): KafkaUrl | string {
  if (!text.startsWith(SCHEME)) return `it does not begin with ${SCHEME}`
  const [hosts = '', query = ''] = text.slice(SCHEME.length).split('?', 2)
  const brokers: KafkaAddress[] = []
  for (const part of hosts.replace(/\/$/, '').split(',')) {
    const [, host, port] = /^([^\s:/@[\]]+|\[[0-9a-fA-F:]+\])(?::(\d{1,5}))?$/.exec(part) ?? []
    if (!host || Number(port ?? DEFAULT_PORT) > 65_535) return `'${part}' is no host:port`
    brokers.push({ host: host.replace(/[[\]]/g, ''), port: Number(port ?? DEFAULT_PORT) })
  }
  const parameters = new URLSearchParams(query)
  for (const name of parameters.keys()) {
    if (!PARAMETERS.includes(name)) return `it has no parameter '${name}'`
  }
  const prefix = parameters.get('prefix') ?? DEFAULT_PREFIX
  if (!/^[a-zA-Z0-9-]{1,32}$/.test(prefix)) return 'prefix has 1 to 32 letters, digits and hyphens'
  const replicas = parameters.get('replicas')
  if (replicas === null) return { text, brokers, prefix }
  const count = Number(replicas)
  if (!/^\d+$/.test(replicas) || count < 1 || count > REPLICAS_MAX) {
    return `replicas is a number from 1 to ${REPLICAS_MAX}`
  }
  return { text, brokers, prefix, replicas: count }
}
