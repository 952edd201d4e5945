import type { Limits } from '../model/data.ts'
import type {
  ListShape,
  MapShape,
  Member,
  ScalarShape,
  Shape,
  StructureShape,
} from '../model/shape.ts'
import { MalformedInput } from './malformed-input.ts'
import type { Time } from './timestamps.ts'

/** Turns a parsed JSON or CBOR value into the value that an operation is given. */
type Read = (value: unknown) => unknown

/** Where the formats that parse to a tree of objects differ. */
export interface TreeDialect {
  readonly usesJsonName: boolean
  readBlob(value: unknown): Uint8Array
  readTime(value: unknown, shape: ScalarShape): Time
}

export interface TreeReader {
  /** Reads a member's value. Structures are compiled when first used; strange members are skipped. */
  value(member: Pick<Member, 'shape' | 'limits' | 'traits'>): Read
  /** Reads a structure that has some of the shape's members only (those of a REST body). */
  members(shape: StructureShape, members: StructureShape['members']): Read
}

/** Strict about types, with AWS's texts; `null` counts as absent. */
export function createTreeReader(dialect: TreeDialect): TreeReader {
  const known = new Map<Shape, Read>()

  const readerOf = (shape: Shape, limits: Limits | undefined, isSparse: boolean): Read => {
    switch (shape.kind) {
      case 'string':
        return readString
      case 'number':
        return numberReader(limits?.number)
      case 'boolean':
        return readBoolean
      case 'blob':
        return (value) => dialect.readBlob(value)
      case 'timestamp':
        return (value) => dialect.readTime(value, shape)
      case 'document':
        return (value) => value
      case 'list':
        return listReader(shape, limits)
      case 'map':
        return mapReader(shape, limits, isSparse)
      case 'structure':
        return structure(shape)
    }
  }

  const listReader = ({ element }: ListShape, limits: Limits | undefined): Read => {
    const read = readerOf(element.shape, limits?.element, element.traits.sparse === 1)
    return (value) => {
      if (!Array.isArray(value)) throw notA('list', value)
      // A null element stays, for the check of constraints to refuse (or a sparse list to keep).
      return value.map((item) => (item === null || item === undefined ? null : read(item)))
    }
  }

  const mapReader = (
    { value: target }: MapShape,
    limits: Limits | undefined,
    isSparse: boolean,
  ): Read => {
    const read = readerOf(target.shape, limits?.value, target.traits.sparse === 1)
    return (value) => {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) {
        throw notA('map', value)
      }
      const result: Record<string, unknown> = {}
      for (const [key, item] of Object.entries(value)) {
        if (item !== null && item !== undefined) setKey(result, key, read(item))
        else if (isSparse) setKey(result, key, null)
      }
      return result
    }
  }

  const structure = (shape: StructureShape): Read => {
    let read = known.get(shape)
    if (read === undefined) {
      read = members(shape, shape.members)
      known.set(shape, read)
    }
    return read
  }

  const members = (shape: StructureShape, chosen: StructureShape['members']): Read => {
    let compiled: ReadonlyArray<{ name: string; wireName: string; read: Read }> | undefined
    const compile = () =>
      chosen.map(({ name, shape: target, traits, limits }) => ({
        name,
        wireName: (dialect.usesJsonName && traits.jsonName) || name,
        read: readerOf(target, limits, traits.sparse === 1),
      }))
    return (value) => {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) {
        throw notA('structure', value)
      }
      compiled ??= compile()
      const given = value as Readonly<Record<string, unknown>>
      const result: Record<string, unknown> = {}
      for (const { name, wireName, read } of compiled) {
        const item = given[wireName]
        if (item !== undefined && item !== null) result[name] = read(item)
      }
      if (shape.isUnion) requireOneMember(shape, result)
      return result
    }
  }

  return {
    value: ({ shape, limits, traits }) => readerOf(shape, limits, traits.sparse === 1),
    members,
  }
}

/** Sets a key that a client chose; `__proto__` becomes a property like any other. */
export function setKey(target: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__') {
    const property = { value, enumerable: true, configurable: true, writable: true }
    Object.defineProperty(target, key, property)
  } else {
    target[key] = value
  }
}

export function requireOneMember(shape: StructureShape, value: object): void {
  const count = Object.keys(value).length
  if (count !== 1) {
    throw new MalformedInput(`Exactly one member of ${shape.name} must be set, found ${count}`)
  }
}

function readString(value: unknown): string {
  if (typeof value !== 'string') throw notScalar('an String', value)
  return value
}

function readBoolean(value: unknown): boolean {
  if (typeof value !== 'boolean') throw notScalar('an Boolean', value)
  return value
}

const numberNames = { integer: 'Integer', long: 'Long', float: 'Float', double: 'Double' }

function numberReader(kind: Limits['number']): Read {
  const name = `an ${numberNames[kind ?? 'double']}`
  const isWhole = kind === 'integer' || kind === 'long'
  return (value) => {
    if (typeof value === 'number') return isWhole ? Math.trunc(value) : value
    if (!isWhole && (value === 'NaN' || value === 'Infinity' || value === '-Infinity')) {
      return Number(value)
    }
    throw notScalar(name, value)
  }
}

// AWS: texts of Coral, as recorded by kinesalite and LocalStack's snapshots.
export function notScalar(wanted: string, value: unknown): MalformedInput {
  if (Array.isArray(value)) return new MalformedInput('Start of list found where not expected')
  if (typeof value === 'object') {
    return new MalformedInput('Start of structure or map found where not expected.')
  }
  return new MalformedInput(`class ${javaClassOf(value)} can not be converted to ${wanted}`)
}

function javaClassOf(value: unknown): string {
  if (typeof value === 'number') return 'com.amazon.coral.value.json.numbers.TruncatingBigNumber'
  return typeof value === 'boolean' ? 'java.lang.Boolean' : 'java.lang.String'
}

function notA(wanted: 'list' | 'map' | 'structure', value: unknown): MalformedInput {
  if (Array.isArray(value)) return new MalformedInput('Start of list found where not expected')
  if (typeof value === 'object') {
    return new MalformedInput('Start of structure or map found where not expected.')
  }
  return new MalformedInput(wanted === 'structure' ? 'Expected null' : `Expected ${wanted} or null`)
}
