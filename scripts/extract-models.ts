import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type {
  Limits,
  ModelData,
  ModelIndex,
  OperationData,
  Protocol,
  ServiceSummary,
} from '../src/wire/model/data.ts'
import { judgedByService } from './judged-by-service.ts'
import { part, readEnums } from './sdk-enums.ts'
import type { Reference, Schema } from './sdk-schemas.ts'
import { createShapeTable } from './sdk-schemas.ts'

/** Client packages without `@aws-sdk/client-`. One more service is one more word here. */
export const modelledServices = [
  'athena',
  'cloudwatch-logs',
  'eventbridge',
  'firehose',
  'glue',
  'iam',
  'kafka',
  'kafkaconnect',
  'kinesis',
  'lambda',
  'pipes',
  's3',
  'sagemaker',
  'sagemaker-runtime',
  'scheduler',
  'sns',
  'sqs',
  'sts',
]

const scripts = dirname(fileURLToPath(import.meta.url))
const root = dirname(scripts)
const require = createRequire(import.meta.url)

/**
 * Writes one JSON model a service from the installed SDK clients (5 s), or nothing when lock file,
 * scripts and constraints are what they were the last time. Answers the directory.
 */
export function extractModels(directory = join(root, 'dist', 'models')): string {
  const madeFrom = hashOfSources()
  const index = join(directory, 'index.json')
  if (existsSync(index) && JSON.parse(readFileSync(index, 'utf8')).madeFrom === madeFrom) {
    return directory
  }
  mkdirSync(directory, { recursive: true })
  const services: ServiceSummary[] = []
  for (const name of modelledServices) {
    const model = quietly(() => extractModel(name))
    writeWhole(join(directory, `${name}.json`), JSON.stringify(model))
    const { protocol, target, version, signingName, queryCompatible } = model
    const operations = Object.keys(model.operations).sort()
    const compatible = queryCompatible ? { queryCompatible } : {}
    services.push({ name, protocol, target, version, signingName, ...compatible, operations })
  }
  writeWhole(index, JSON.stringify({ madeFrom, services } satisfies ModelIndex))
  return directory
}

/** Other processes may be reading: a file is there in full or not at all. */
function writeWhole(file: string, text: string): void {
  const draft = `${file}.${process.pid}`
  writeFileSync(draft, text)
  renameSync(draft, file)
}

function hashOfSources(): string {
  const hash = createHash('sha256')
  const constraints = join(scripts, 'constraints')
  const files = [
    join(root, 'package-lock.json'),
    join(root, 'src', 'wire', 'model', 'data.ts'),
    ...['extract-models.ts', 'judged-by-service.ts', 'sdk-enums.ts', 'sdk-schemas.ts'].map((name) =>
      join(scripts, name),
    ),
    ...readdirSync(constraints)
      .sort()
      .map((name) => join(constraints, name)),
  ]
  for (const file of files) if (existsSync(file)) hash.update(readFileSync(file))
  return hash.digest('hex')
}

function extractModel(name: string): ModelData {
  const packageName = `@aws-sdk/client-${name}`
  const sdk: Readonly<Record<string, unknown>> = require(packageName)
  const types = dirname(require.resolve(`${packageName}/package.json`))
  const enums = readEnums(sdk, join(types, 'dist-types', 'models'))
  const table = createShapeTable(createLimits(name, enums.members))

  const operations: Record<string, OperationData> = {}
  const errors: Record<string, number> = {}
  for (const [exported, schema] of Object.entries(sdk)) {
    if (!exported.endsWith('$') || !Array.isArray(schema)) continue
    const [kind, namespace, shapeName, traits, input, output] = schema as unknown as Schema
    if (kind === -3 && !namespace.startsWith('smithy.ts.')) {
      errors[shapeName] = table.numberOf(schema as unknown as Reference)
    }
    if (kind === 9) {
      const http =
        typeof traits === 'object' ? (traits['http'] as OperationData['http']) : undefined
      operations[shapeName] = {
        ...(isUnit(input) ? {} : { input: table.numberOf(input as Reference) }),
        ...(isUnit(output) ? {} : { output: table.numberOf(output as Reference) }),
        ...(http ? { http } : {}),
      }
    }
  }
  return {
    name,
    ...readProtocol(sdk),
    shapes: table.shapes,
    operations,
    errors,
    enums: enums.values,
  }
}

function isUnit(reference: unknown): boolean {
  return (typeof reference === 'function' ? reference() : reference) === 'unit'
}

/** Without the SDK's warnings about versions of Node to come. */
function quietly<T>(run: () => T): T {
  const warn = process.emitWarning
  process.emitWarning = () => {}
  try {
    return run()
  } finally {
    process.emitWarning = warn
  }
}

interface SdkConfig {
  readonly defaultSigningName: string
  readonly protocol: { getShapeId(): string }
  readonly protocolSettings: {
    readonly serviceTarget: string
    readonly version: string
    readonly xmlNamespace?: string
    readonly awsQueryCompatible?: boolean
  }
}

function readProtocol(sdk: Readonly<Record<string, unknown>>) {
  const className = Object.keys(sdk).find((key) => /^[A-Z]\w*Client$/.test(key))
  const Client = sdk[className ?? ''] as new (options: unknown) => { readonly config: SdkConfig }
  const credentials = { accessKeyId: 'none', secretAccessKey: 'none' }
  const { config } = new Client({ region: 'us-east-1', credentials })
  const { serviceTarget, version, xmlNamespace, awsQueryCompatible } = config.protocolSettings
  return {
    protocol: config.protocol.getShapeId().split('#')[1] as Protocol,
    target: serviceTarget,
    version,
    signingName: config.defaultSigningName,
    ...(xmlNamespace ? { xmlNamespace } : {}),
    ...(awsQueryCompatible ? { queryCompatible: true as const } : {}),
  }
}

interface Constraints {
  readonly limits: ReadonlyArray<Limits>
  readonly members: Readonly<Record<string, Readonly<Record<string, number>>>>
}

function createLimits(service: string, enums: ReadonlyMap<string, Limits>) {
  const file = join(scripts, 'constraints', `${service}.json`)
  const constraints: Constraints = JSON.parse(readFileSync(file, 'utf8'))
  return (structure: string, member: string): Limits | undefined => {
    if (judgedByService.has(`${service}.${structure}.${member}`)) return undefined
    const number = constraints.members[structure]?.[member]
    const limits = number === undefined ? undefined : constraints.limits[number]
    return merged(limits, enums.get(`${structure}.${member}`))
  }
}

/** An enum says all there is to say of a value; pattern and length of its text do not count. */
function merged(limits: Limits | undefined, enums: Limits | undefined): Limits | undefined {
  if (enums === undefined || enums.enum !== undefined) return enums ?? limits
  return {
    ...limits,
    ...part('element', merged(limits?.element, enums.element)),
    ...part('key', merged(limits?.key, enums.key)),
    ...part('value', merged(limits?.value, enums.value)),
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  console.log(extractModels(process.argv[2]))
}
