import { assert } from '../../base/assert.ts'
import { zeroUuid } from './frame-reader.ts'
import type { Field, Fields, FieldType, ScalarKind } from './schema.ts'

/** A field as one version of a message has it. */
export interface FieldPlan {
  readonly name: string
  readonly type: FieldType
  readonly nullable: boolean
  /** What stands for the field where it is absent. Frozen: messages share it. */
  readonly default: unknown
  /** Whether a writer has to give it. */
  readonly required: boolean
}

/** A structure as one version has it: its fields in the order of writing, and the tagged ones. */
export interface StructPlan {
  readonly plain: ReadonlyArray<FieldPlan>
  /** By ascending tags. */
  readonly tagged: ReadonlyArray<FieldPlan & { readonly tag: number }>
  /** Whether tagged fields may follow, known or not. */
  readonly flexible: boolean
  readonly version: number
}

export function planStruct(fields: Fields, version: number, flexible: boolean): StructPlan {
  const plain: FieldPlan[] = []
  const tagged: (FieldPlan & { readonly tag: number })[] = []
  for (const [name, field] of Object.entries(fields)) {
    const { since = 0, until = version, nullable, tag } = field.options
    if (version < since || version > until) continue
    const plan = {
      name,
      type: field.type,
      nullable: nullable === true || (nullable !== undefined && version >= nullable),
      default: defaultOf(field),
      required: !('default' in field.options || 'until' in field.options || tag !== undefined),
    }
    if (tag === undefined) {
      plain.push(plan)
    } else {
      assert(flexible, `${name} is tagged in a version without tags`)
      tagged.push({ ...plan, tag })
    }
  }
  return { plain, tagged: tagged.toSorted((a, b) => a.tag - b.tag), flexible, version }
}

/** A value of the structure in which every field has its default, whatever the version. Frozen. */
export function defaultsOf(fields: Fields): Readonly<Record<string, unknown>> {
  return Object.freeze(
    Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, defaultOf(field)])),
  )
}

function defaultOf({ type, options }: Field): unknown {
  if (options.default !== undefined) return options.default
  switch (type.kind) {
    case 'struct':
      return defaultsOf(type.fields)
    case 'array':
      return emptyList
    default:
      return scalarDefaults[type.kind]
  }
}

const emptyList: ReadonlyArray<never> = Object.freeze([])

const scalarDefaults: Readonly<Record<ScalarKind, unknown>> = {
  bool: false,
  int8: 0,
  int16: 0,
  uint16: 0,
  int32: 0,
  int64: 0,
  float64: 0,
  uuid: zeroUuid,
  string: '',
  bytes: Buffer.alloc(0),
  records: null,
}
