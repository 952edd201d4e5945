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
  MemberData,
  ModelData,
  ModelIndex,
  OperationData,
  Protocol,
  ScalarName,
  ServiceSummary,
  ShapeData,
  Traits,
} from '../src/wire/model/data.ts'

/** Client packages without `@aws-sdk/client-`. One more service is one more word here. */
export const modelledServices = [
  'athena',
  'cloudwatch-logs',
  'firehose',
  'glue',
  'iam',
  'kinesis',
  'lambda',
  's3',
  'sagemaker',
  'sagemaker-runtime',
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
    const model = extractModel(name)
    writeWhole(join(directory, `${name}.json`), JSON.stringify(model))
    const { protocol, target, version, signingName } = model
    const operations = Object.keys(model.operations).sort()
    services.push({ name, protocol, target, version, signingName, operations })
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
    fileURLToPath(import.meta.url),
    ...readdirSync(constraints)
      .sort()
      .map((name) => join(constraints, name)),
  ]
  for (const file of files) if (existsSync(file)) hash.update(readFileSync(file))
  return hash.digest('hex')
}

// The schemas of the SDK are arrays (`StaticSchema` of @smithy/types):
//   [0 simple, namespace, name, traits, schema]       [1 list, ..., element]
//   [2 map, ..., key, value]                          [9 operation, ..., input, output]
//   [3 structure | 4 union | -3 error, ..., memberNames, memberSchemas, countOfRequired]
// A reference is a schema, a function giving it, [reference, member traits], or a number:
//   a scalar below 64, 64 | scalar a list of it, 128 | scalar a map of it.
type Schema = readonly [number, string, string, SdkTraits, ...unknown[]]
type Reference = number | string | Schema | (() => Reference) | readonly [Reference, SdkTraits]
type SdkTraits = number | Readonly<Record<string, unknown>>

const scalars: Readonly<Record<number, ScalarName>> = {
  0: 'string',
  1: 'number',
  2: 'boolean',
  4: 'timestamp',
  5: 'date-time',
  6: 'http-date',
  7: 'epoch-seconds',
  15: 'document',
  21: 'blob',
  42: 'streaming-blob',
}

const traitBits = [
  'httpLabel',
  'idempotent',
  'idempotencyToken',
  'sensitive',
  'httpPayload',
  'httpResponseCode',
  'httpQueryParams',
]

const keptTraits = new Set([
  'awsQueryError',
  'error',
  'eventHeader',
  'eventPayload',
  'httpError',
  'httpHeader',
  'httpLabel',
  'httpPayload',
  'httpPrefixHeaders',
  'httpQuery',
  'httpQueryParams',
  'httpResponseCode',
  'jsonName',
  'mediaType',
  'sensitive',
  'sparse',
  'streaming',
  'xmlAttribute',
  'xmlFlattened',
  'xmlName',
  'xmlNamespace',
])

function traitsOf(given: SdkTraits): Traits {
  const named =
    typeof given === 'number'
      ? Object.fromEntries(
          traitBits.filter((_, bit) => (given >> bit) & 1).map((name) => [name, 1]),
        )
      : given
  return Object.fromEntries(Object.entries(named).filter(([name]) => keptTraits.has(name)))
}

interface Target {
  readonly target: ScalarName | number
  readonly traits: Traits
}

/** Numbers the shapes in the order in which they are met. */
function createShapeTable(limitsOf: (structure: string, member: string) => Limits | undefined) {
  const shapes: ShapeData[] = []
  const numbers = new Map<unknown, number>()

  const member = (
    name: string,
    reference: Reference,
    rest: Partial<MemberData> = {},
  ): MemberData => {
    const { target, traits } = targetOf(reference)
    return { name, target, ...(Object.keys(traits).length > 0 ? { traits } : {}), ...rest }
  }
  const numbered = (key: unknown, make: () => ShapeData): number => {
    const known = numbers.get(key)
    if (known !== undefined) return known
    const number = shapes.length
    numbers.set(key, number)
    shapes.push({ kind: 'list', element: { name: '', target: 'string' } })
    shapes[number] = make()
    return number
  }
  const scalarOrContainer = (code: number): ScalarName | number => {
    if (code >= 128) {
      return numbered(code, () => ({
        kind: 'map',
        key: member('key', 0),
        value: member('value', code & 63),
      }))
    }
    if (code >= 64)
      return numbered(code, () => ({ kind: 'list', element: member('member', code & 63) }))
    const scalar = scalars[code]
    if (!scalar) throw new Error(`no such scalar: ${code}`)
    return scalar
  }
  const targetOf = (reference: Reference): Target => {
    if (typeof reference === 'function') return targetOf(reference())
    if (typeof reference === 'number') return { target: scalarOrContainer(reference), traits: {} }
    if (reference.length === 2) {
      const [inner, traits] = reference as readonly [Reference, SdkTraits]
      const target = targetOf(inner)
      return { target: target.target, traits: { ...target.traits, ...traitsOf(traits) } }
    }
    const schema = reference as Schema
    if (schema[0] === 0) {
      const target = targetOf(schema[4] as Reference)
      return { target: target.target, traits: { ...target.traits, ...traitsOf(schema[3]) } }
    }
    // Traits of a list or map shape count for every member that has it; a structure keeps its own.
    const traits = schema[0] === 1 || schema[0] === 2 ? traitsOf(schema[3]) : {}
    return { target: numbered(schema, () => shapeOf(schema)), traits }
  }
  const shapeOf = (schema: Schema): ShapeData => {
    const [kind, , name, given, first, second, requiredCount = 0] = schema
    if (kind === 1) return { kind: 'list', element: member('member', first as Reference) }
    if (kind === 2) {
      return {
        kind: 'map',
        key: member('key', first as Reference),
        value: member('value', second as Reference),
      }
    }
    const traits = traitsOf(given)
    const members = (first as string[]).map((memberName, index) => {
      const limits = limitsOf(name, memberName)
      return member(memberName, (second as Reference[])[index] as Reference, {
        ...(index < (requiredCount as number) ? { required: true as const } : {}),
        ...(limits ? { limits } : {}),
      })
    })
    return {
      kind: kind === 4 ? 'union' : 'structure',
      name,
      members,
      ...(Object.keys(traits).length > 0 ? { traits } : {}),
    }
  }
  return { shapes, numberOf: (schema: Reference) => targetOf(schema).target as number }
}

function extractModel(name: string): ModelData {
  const packageName = `@aws-sdk/client-${name}`
  const sdk = loadQuietly(packageName)
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

function loadQuietly(packageName: string): Readonly<Record<string, unknown>> {
  const warn = process.emitWarning
  process.emitWarning = () => {}
  try {
    return require(packageName)
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

/** Which member is of which enum is told by the type declarations only. */
function readEnums(sdk: Readonly<Record<string, unknown>>, modelTypes: string) {
  const declarations = readdirSync(modelTypes)
    .filter((file) => /^(models_\d+|errors)\.d\.ts$/.test(file))
    .map((file) => readFileSync(join(modelTypes, file), 'utf8'))
    .join('\n')
  const values: Record<string, string[]> = {}
  const members = new Map<string, Limits>()
  const interfaces = /^export (?:declare )?(?:interface|class) (\w+)[^{]*\{([\s\S]*?)^\}/gm
  const properties = /^ {4}(?:readonly )?"?(\w+)"?\??: ([^;{]+?)(?: \| undefined)?;/gm

  const limitsOfType = (type: string): Limits | undefined => {
    if (type.endsWith('[]')) return part('element', limitsOfType(type.slice(0, -2)))
    const map = /^(?:Partial<)?Record<(\w+), (.*?)>>?$/.exec(type)
    if (map) {
      const [, key = '', value = ''] = map
      const found = { ...part('key', limitsOfType(key)), ...part('value', limitsOfType(value)) }
      return Object.keys(found).length > 0 ? found : undefined
    }
    const known = enumValues(sdk[type])
    if (!known) return undefined
    values[type] = known
    return { enum: type }
  }
  for (const [, structure = '', body = ''] of declarations.matchAll(interfaces)) {
    for (const [, member = '', type = ''] of body.matchAll(properties)) {
      const limits = limitsOfType(type)
      if (limits) members.set(`${structure}.${member}`, limits)
    }
  }
  return { values, members }
}

function part(name: 'element' | 'key' | 'value', limits: Limits | undefined): Limits | undefined {
  return limits && { [name]: limits }
}

function enumValues(exported: unknown): string[] | undefined {
  if (typeof exported !== 'object' || exported === null || Array.isArray(exported)) return undefined
  const values: unknown[] = Object.values(exported)
  return values.every((value) => typeof value === 'string') ? values : undefined
}

interface Constraints {
  readonly limits: ReadonlyArray<Limits>
  readonly members: Readonly<Record<string, Readonly<Record<string, number>>>>
}

function createLimits(service: string, enums: ReadonlyMap<string, Limits>) {
  const file = join(scripts, 'constraints', `${service}.json`)
  const constraints: Constraints = JSON.parse(readFileSync(file, 'utf8'))
  return (structure: string, member: string): Limits | undefined => {
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
