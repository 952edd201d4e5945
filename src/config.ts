/**
 * Every setting of the server as data: flags, environment names, `--help` and the reference page are
 * made from this table. A setting is read once, at start.
 */
export const settingsTable = {
  port: {
    kind: 'count',
    default: 4566,
    help: 'Port of all AWS APIs; 0 picks a free one.',
    max: 65_535,
  },
  host: {
    kind: 'text',
    default: '127.0.0.1',
    help: 'Address to listen on. Beyond loopback, keys must be configured first (`headrace keys add`).',
  },
  dataDir: {
    kind: 'text',
    default: '.headrace',
    help: 'Directory of everything that is kept. One server at a time holds it.',
  },
  log: {
    kind: 'text',
    default: 'segment:',
    help: 'Engine of streams: `segment:` (embedded), or `kafka://host:port,…?prefix=headrace&replicas=3` (Apache Kafka).',
  },
  objects: {
    kind: 'text',
    default: 'disk:',
    help: 'Engine of objects: `disk:` (embedded), or `s3://bucket/prefix?endpoint=http://host:port&region=us-east-1` (any store that speaks S3, with the keys of AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY).',
  },
  meta: {
    kind: 'text',
    default: 'lmdb:',
    help: 'Engine of metadata: `lmdb:` (embedded), or `kafka://…` as for --log, which nodes that share streams need.',
  },
  query: { kind: 'text', default: 'duckdb:', help: 'Engine of SQL: `duckdb:` (embedded).' },
  compute: {
    kind: 'text',
    default: 'process:',
    help: 'Engine of user code: `process:` (child processes of this machine).',
  },
  account: {
    kind: 'text',
    default: '000000000000',
    help: 'Account of requests that are signed with the key `test`.',
  },
  region: {
    kind: 'text',
    default: 'us-east-1',
    help: 'Region shown by `headrace env`, and of the few requests that name none.',
  },
  auth: {
    kind: 'choice',
    default: 'verify',
    choices: ['verify', 'open'],
    help: '`verify` checks every signature; `open` (loopback only) takes any key unverified.',
  },
  tls: {
    kind: 'flag',
    default: false,
    help: 'Also answer TLS (HTTP/1.1 and HTTP/2) on the same port; needs --tls-cert and --tls-key.',
  },
  tlsCert: { kind: 'text', default: '', help: 'PEM file of the certificate chain.' },
  tlsKey: { kind: 'text', default: '', help: 'PEM file of the private key.' },
  kafka: {
    kind: 'choice',
    default: 'auto',
    choices: ['auto', 'on', 'off'],
    help: "Kafka's protocol: `on` at start, `auto` as soon as there is an MSK cluster.",
  },
  kafkaPort: {
    kind: 'count',
    default: 9092,
    help: "Port of Kafka's protocol, plain and TLS; 0 picks a free one. With `auto`, another one when it is taken.",
    max: 65_535,
  },
  kafkaHost: {
    kind: 'text',
    default: '',
    help: "Address to listen on for Kafka's protocol, when it is not that of `--host`. Beyond loopback, clients must log in (SASL) or show a certificate.",
  },
  kafkaAdvertisedHost: {
    kind: 'text',
    default: '',
    help: 'Host name (`host` or `host:port`) under which Kafka clients reach the broker, when it is not the one they came to: behind a port mapping.',
  },
  kafkaAuth: {
    kind: 'choice',
    default: 'auto',
    choices: ['auto', 'required'],
    help: 'Whether Kafka clients must log in or show a certificate: `auto` beyond loopback, `required` everywhere.',
  },
  kafkaClientCa: {
    kind: 'text',
    default: '',
    help: 'PEM file of the authorities whose certificates Kafka clients may show (mutual TLS); needs --tls.',
  },
  kafkaAutoCreate: {
    kind: 'flag',
    default: true,
    help: 'Make a topic that a Kafka client asks for and that is not there (`auto.create.topics.enable`).',
  },
  kafkaPartitions: {
    kind: 'count',
    default: 1,
    help: 'Partitions of a topic that is made without saying how many (`num.partitions`).',
    max: 10_000,
  },
  logLevel: {
    kind: 'choice',
    default: 'info',
    choices: ['debug', 'info', 'warn', 'error', 'silent'],
    help: 'Least severe message that is written to stderr.',
  },
  streamLimits: {
    kind: 'choice',
    default: 'on',
    choices: ['on', 'off'],
    help: 'Enforce the throughput limits of Kinesis shards and of FIFO queues.',
  },
  objectEncryption: {
    kind: 'choice',
    default: 'off',
    choices: ['off', 'on'],
    help: 'Encipher S3 objects for which neither the request nor the bucket says how: `on` is SSE-S3, as on AWS.',
  },
  bodyMax: {
    kind: 'count',
    default: 70_167_211,
    help: 'Largest request body in bytes that is held in memory (object bodies are streamed).',
    max: 1_000_000_000,
  },
  connectionsMax: {
    kind: 'count',
    default: 10_000,
    help: 'Open connections; more are refused.',
    max: 100_000,
  },
  headerTimeout: {
    kind: 'count',
    default: 20_000,
    help: 'Milliseconds a client may take to send its request head.',
    max: 600_000,
  },
  idleTimeout: {
    kind: 'count',
    default: 60_000,
    help: 'Milliseconds a connection may be silent while a request or answer is under way.',
    max: 600_000,
  },
  drainTimeout: {
    kind: 'count',
    default: 10_000,
    help: 'Milliseconds that requests may still take after SIGTERM.',
    max: 600_000,
  },
  lifecycleDay: {
    kind: 'duration',
    default: 86_400_000,
    help: 'What counts as a day for S3 lifecycle rules and restored objects: `10s`, `5m`, `1h`, `1d` or milliseconds. Restore times shrink with it.',
    max: 86_400_000,
  },
  accessLogInterval: {
    kind: 'duration',
    default: 300_000,
    help: 'How often server access logs of S3 buckets are delivered.',
    max: 86_400_000,
  },
  queryMemory: {
    kind: 'count',
    default: 2_000_000_000,
    help: 'Memory in bytes of one SQL session; beyond it, it spills to disk.',
    max: 1_000_000_000_000,
  },
  querySpill: {
    kind: 'count',
    default: 20_000_000_000,
    help: 'Disk in bytes that one SQL session may spill to.',
    max: 100_000_000_000_000,
  },
  querySessions: {
    kind: 'count',
    default: 2,
    help: 'SQL sessions that run at the same time; more wait.',
    max: 64,
  },
} as const satisfies Record<string, SettingRow>

interface SettingRow {
  readonly kind: 'text' | 'count' | 'duration' | 'flag' | 'choice'
  readonly default: string | number | boolean
  readonly choices?: ReadonlyArray<string>
  readonly max?: number
  readonly help: string
}

type ValueOf<Row extends SettingRow> = Row extends { choices: ReadonlyArray<infer Choice> }
  ? Choice
  : Row['default'] extends number
    ? number
    : Row['default'] extends boolean
      ? boolean
      : string

export type SettingName = keyof typeof settingsTable
export type Config = { readonly [Name in SettingName]: ValueOf<(typeof settingsTable)[Name]> }

/** `dataDir` is `--data-dir` on the command line and `HEADRACE_DATA_DIR` in the environment. */
export function flagName(name: SettingName): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}

export function environmentName(name: SettingName): string {
  return `HEADRACE_${flagName(name).replaceAll('-', '_').toUpperCase()}`
}

export type ConfigSource = (name: SettingName) => string | boolean | undefined

export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

/** The first source that knows a setting wins; else its default. Throws `ConfigError` with advice. */
export function readConfig(sources: ReadonlyArray<ConfigSource>): Config {
  const values: Record<string, string | number | boolean> = {}
  for (const name of Object.keys(settingsTable) as SettingName[]) {
    const given = sources.map((source) => source(name)).find((value) => value !== undefined)
    values[name] = given === undefined ? settingsTable[name].default : parse(name, given)
  }
  return values as Config
}

function parse(name: SettingName, given: string | boolean): string | number | boolean {
  const row: SettingRow = settingsTable[name]
  const refuse = (wanted: string) =>
    new ConfigError(`--${flagName(name)}: '${given}' is not ${wanted}. ${row.help}`)
  if (row.kind === 'flag') {
    if (['true', '1', 'on', true].includes(given)) return true
    if (['false', '0', 'off', '', false].includes(given)) return false
    throw refuse('on or off')
  }
  const text = String(given)
  if (row.kind === 'choice' && !row.choices?.includes(text)) {
    throw refuse(`one of ${row.choices?.join(', ')}`)
  }
  if (row.kind === 'duration') {
    const ms = parseDurationMs(text)
    if (ms !== undefined && ms >= 1 && ms <= (row.max ?? Number.MAX_SAFE_INTEGER)) return ms
    throw refuse('a duration such as 10s')
  }
  if (row.kind !== 'count') return text
  const max = row.max ?? Number.MAX_SAFE_INTEGER
  if (!/^\d+$/.test(text) || Number(text) > max) throw refuse(`a number from 0 to ${max}`)
  return Number(text)
}

const unitsMs: Readonly<Record<string, number>> = {
  '': 1,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}

function parseDurationMs(text: string): number | undefined {
  const [, count, unit = ''] = /^(\d{1,12})(ms|s|m|h|d|)$/.exec(text) ?? []
  return count === undefined ? undefined : Number(count) * (unitsMs[unit] ?? 1)
}
