import { assert } from '../../base/assert.ts'
import type { Limits, MemberData, ModelData, ScalarName, ShapeData, Traits } from './data.ts'

/** A type of the wire. Recursive types are cycles of these objects, so they can key a memo. */
export type Shape = ScalarShape | ListShape | MapShape | StructureShape

export interface ScalarShape {
  readonly kind: 'string' | 'number' | 'boolean' | 'timestamp' | 'document' | 'blob'
  /** Of a timestamp, when the model asks for one; else the protocol decides. */
  readonly format?: TimestampFormat
  /** A blob that is the body of the message and is not held in memory. */
  readonly streaming: boolean
}

export type TimestampFormat = 'date-time' | 'http-date' | 'epoch-seconds'

export interface ListShape {
  readonly kind: 'list'
  readonly element: Member
}

export interface MapShape {
  readonly kind: 'map'
  readonly key: Member
  readonly value: Member
}

export interface StructureShape {
  readonly kind: 'structure'
  readonly name: string
  /** Exactly one member is set. */
  readonly isUnion: boolean
  readonly traits: Traits
  readonly members: ReadonlyArray<Member>
}

export interface Member {
  readonly name: string
  readonly shape: Shape
  readonly required: boolean
  readonly traits: Traits
  readonly limits: Limits | undefined
}

const scalarShapes: Readonly<Record<ScalarName, ScalarShape>> = {
  string: { kind: 'string', streaming: false },
  number: { kind: 'number', streaming: false },
  boolean: { kind: 'boolean', streaming: false },
  timestamp: { kind: 'timestamp', streaming: false },
  'date-time': { kind: 'timestamp', format: 'date-time', streaming: false },
  'http-date': { kind: 'timestamp', format: 'http-date', streaming: false },
  'epoch-seconds': { kind: 'timestamp', format: 'epoch-seconds', streaming: false },
  document: { kind: 'document', streaming: false },
  blob: { kind: 'blob', streaming: false },
  'streaming-blob': { kind: 'blob', streaming: true },
}

const noTraits: Traits = {}

/** What an operation without input or output takes or gives. */
export const unitShape: StructureShape = {
  kind: 'structure',
  name: 'Unit',
  isUnion: false,
  traits: noTraits,
  members: [],
}

/** Turns the numbered shapes of a model into objects that point at one another. */
export function linkShapes(model: ModelData): ReadonlyArray<Shape> {
  const drafts = model.shapes.map(draftOf)
  const linkMember = (data: MemberData): Member => {
    const shape = typeof data.target === 'number' ? drafts[data.target] : scalarShapes[data.target]
    assert(shape !== undefined, `model ${model.name} points at shape ${data.target}`)
    const { name, required = false, traits = noTraits, limits } = data
    return { name, shape, required, traits, limits }
  }
  for (const [number, data] of model.shapes.entries()) {
    const draft = drafts[number]
    assert(draft !== undefined, 'a draft for each shape')
    Object.assign(draft, linkedParts(data, linkMember))
  }
  return drafts
}

function draftOf(data: ShapeData): Shape {
  const unlinked: Member = {
    name: '',
    shape: unitShape,
    required: false,
    traits: noTraits,
    limits: undefined,
  }
  if (data.kind === 'list') return { kind: 'list', element: unlinked }
  if (data.kind === 'map') return { kind: 'map', key: unlinked, value: unlinked }
  const { name, traits = noTraits } = data
  return { kind: 'structure', name, isUnion: data.kind === 'union', traits, members: [] }
}

function linkedParts(data: ShapeData, link: (member: MemberData) => Member): Partial<Shape> {
  if (data.kind === 'list') return { element: link(data.element) }
  if (data.kind === 'map') return { key: link(data.key), value: link(data.value) }
  return { members: data.members.map(link) }
}
