import fc from 'fast-check'
import type { Limits } from '../../src/wire/model/data.ts'
import type { Member, Shape, StructureShape } from '../../src/wire/model/shape.ts'

/** Where a value stands in its message, which decides what can be said there. */
type Place = 'body' | 'label' | 'query' | 'header'

/** Below this, only required members and scalars are made, so that recursive shapes end. */
const optionalDepthMax = 3
const emptyDepth = 5
const itemsMax = 3

const letters = [...'abcXYZ019-_', ...' é€😀<&>"\'/.%+=:,;\\', '\n', '\u2028']
const text = fc
  .array(fc.constantFrom(...letters), { minLength: 1, maxLength: 12 })
  .map((parts) => `s${parts.join('')}e`)
const headerText = fc.stringMatching(/^[a-zA-Z0-9_-]{1,12}$/)
// Neither `.` nor `..`, which clients take out of paths.
const labelText = text.map((value) => value.replace(/\n/g, ' '))

/** Values of a structure, all members set at first and ever fewer below. */
export function structureArbitrary(shape: StructureShape): fc.Arbitrary<Record<string, unknown>> {
  return structureAt(shape, 0)
}

function structureAt(shape: StructureShape, depth: number): fc.Arbitrary<Record<string, unknown>> {
  const plain = shape.members.filter((member) => !isEventStream(member))
  if (shape.isUnion) {
    return fc
      .constantFrom(...plain)
      .chain((member) => fc.record({ [member.name]: memberAt(member, depth + 1) }))
  }
  const made = plain.filter(
    (member) => member.required || depth < optionalDepthMax || !holdsMore(member.shape),
  )
  const model = Object.fromEntries(made.map((member) => [member.name, memberAt(member, depth)]))
  return fc.record(model)
}

function holdsMore({ kind }: Shape): boolean {
  return kind === 'structure' || kind === 'list' || kind === 'map'
}

function isEventStream({ shape }: Member): boolean {
  return shape.kind === 'structure' && shape.traits.streaming === 1
}

function memberAt(member: Member, depth: number): fc.Arbitrary<unknown> {
  const { traits, limits } = member
  if (traits.httpResponseCode) return fc.constant(200)
  return valueAt(member.shape, limits, placeOf(member), depth + 1)
}

function placeOf({ traits }: Member): Place {
  if (traits.httpLabel) return 'label'
  if (traits.httpQuery || traits.httpQueryParams) return 'query'
  if (traits.httpHeader || traits.httpPrefixHeaders !== undefined) return 'header'
  return 'body'
}

function valueAt(
  shape: Shape,
  limits: Limits | undefined,
  place: Place,
  depth: number,
): fc.Arbitrary<unknown> {
  switch (shape.kind) {
    case 'string':
      if (place === 'header') return headerText
      return place === 'label' ? labelText : text
    case 'number':
      return numberOf(limits)
    case 'boolean':
      return fc.boolean()
    case 'timestamp': {
      const isSeconds = shape.format === 'http-date' || (place === 'header' && !shape.format)
      const seconds = fc.integer({ min: 0, max: 4e9 }).map((count) => count * 1000)
      const ms = fc.integer({ min: 0, max: 4e9 }).map((count) => count * 1001)
      return (isSeconds ? seconds : ms).map((count) => new Date(count))
    }
    case 'document':
      // As text and back: JSON has no negative zero.
      return fc
        .json({ maxDepth: 2 })
        .map((value) => JSON.parse(value))
        .filter((value) => value !== null)
    case 'blob':
      return fc.uint8Array({ minLength: 1, maxLength: 40 }).map((bytes) => Buffer.from(bytes))
    case 'list': {
      const item = valueAt(shape.element.shape, limits?.element, place, depth + 1)
      if (depth > emptyDepth) return fc.constant([])
      return fc.array(item, { minLength: 1, maxLength: itemsMax })
    }
    case 'map': {
      if (depth > emptyDepth) return fc.constant({})
      const key = place === 'header' ? headerText.map((value) => value.toLowerCase()) : text
      const value = valueAt(shape.value.shape, limits?.value, place, depth + 1)
      return fc.dictionary(key, value, { minKeys: 1, maxKeys: itemsMax })
    }
    case 'structure':
      return structureAt(shape, depth)
  }
}

function numberOf(limits: Limits | undefined): fc.Arbitrary<number> {
  if (limits?.number === 'integer') return fc.integer()
  if (limits?.number === 'long') return fc.maxSafeInteger()
  const fraction = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e9, max: 1e9 })
  return limits?.number === undefined ? fc.integer() : fraction.map((value) => value || 0)
}

const anyScalar: fc.Arbitrary<Shape> = fc.constantFrom<Shape>(
  { kind: 'string', streaming: false },
  { kind: 'number', streaming: false },
  { kind: 'boolean', streaming: false },
  { kind: 'blob', streaming: false },
  { kind: 'timestamp', streaming: false },
  { kind: 'timestamp', streaming: false, format: 'date-time' },
)

function memberOf(name: string, shape: Shape): Member {
  return { name, shape, required: false, traits: {}, limits: undefined }
}

function structureOf(shapes: ReadonlyArray<Shape>): StructureShape {
  const members = shapes.map((shape, index) => memberOf(`Member${index}`, shape))
  return { kind: 'structure', name: 'Any', isUnion: false, traits: {}, members }
}

function shapeAt(depth: number, leaf: fc.Arbitrary<Shape>): fc.Arbitrary<Shape> {
  if (depth === 0) return leaf
  const inner = shapeAt(depth - 1, leaf)
  return fc.oneof(
    leaf,
    inner.map((shape): Shape => ({ kind: 'list', element: memberOf('member', shape) })),
    inner.map(
      (shape): Shape => ({
        kind: 'map',
        key: memberOf('key', { kind: 'string', streaming: false }),
        value: memberOf('value', shape),
      }),
    ),
    fc.array(inner, { minLength: 1, maxLength: 4 }).map(structureOf),
  )
}

/** A type that no service has, and a value of it. */
export function anyStructure(leaf = anyScalar): fc.Arbitrary<{
  readonly shape: StructureShape
  readonly value: Record<string, unknown>
}> {
  return fc
    .array(shapeAt(2, leaf), { minLength: 1, maxLength: 5 })
    .map(structureOf)
    .chain((shape) => structureArbitrary(shape).map((value) => ({ shape, value })))
}
