import type { Limits, ModelData } from '../model/data.ts'
import type { ListShape, MapShape, Member, Shape, StructureShape } from '../model/shape.ts'
import { constraintsOf, refusesNull } from './constraint.ts'

/** Whether a decoded value keeps all constraints below it. Allocates nothing. */
export type IsValid = (value: unknown) => boolean

/** `undefined` when nothing below the shape has a constraint. Compiled when first used. */
export function createValidator({ enums }: Pick<ModelData, 'enums'>) {
  // A structure being compiled counts as having constraints, so that recursive ones end.
  const known = new Map<StructureShape, IsValid | undefined>()

  const ofMember = (member: Pick<Member, 'shape' | 'limits' | 'traits'>): IsValid | undefined => {
    const { shape, limits } = member
    const own = constraintsOf(shape, limits, enums).map(({ isKept }) => isKept)
    const inside = ofContent(shape, limits, refusesNull(member))
    if (inside) own.push(inside)
    const [first, second] = own
    if (first === undefined || own.length === 1) return first
    if (second !== undefined && own.length === 2) return (value) => first(value) && second(value)
    return (value) => own.every((isKept) => isKept(value))
  }

  const ofContent = (
    shape: Shape,
    limits: Limits | undefined,
    noNull: boolean,
  ): IsValid | undefined => {
    if (shape.kind === 'structure') return ofStructure(shape)
    if (shape.kind === 'list') return ofItems(shape, limits, noNull)
    if (shape.kind === 'map') return ofEntries(shape, limits)
    return undefined
  }

  const ofItems = (
    { element }: ListShape,
    limits: Limits | undefined,
    noNull: boolean,
  ): IsValid => {
    const isValid = ofMember({ ...element, limits: limits?.element })
    return (value) => {
      for (const item of value as ReadonlyArray<unknown>) {
        if (item === null) {
          if (noNull) return false
        } else if (isValid && !isValid(item)) return false
      }
      return true
    }
  }

  const ofEntries = (map: MapShape, limits: Limits | undefined): IsValid | undefined => {
    const ofKey = ofMember({ ...map.key, limits: limits?.key })
    const ofValue = ofMember({ ...map.value, limits: limits?.value })
    if (!ofKey && !ofValue) return undefined
    return (value) => {
      for (const [key, item] of Object.entries(value as object)) {
        if (ofKey && !ofKey(key)) return false
        if (ofValue && item !== null && !ofValue(item)) return false
      }
      return true
    }
  }

  const ofStructure = (shape: StructureShape): IsValid | undefined => {
    if (known.has(shape)) return known.get(shape)
    let compiled: IsValid = () => true
    known.set(shape, (value) => compiled(value))
    const checks = shape.members
      .map((member) => ({ name: member.name, required: member.required, is: ofMember(member) }))
      .filter(({ required, is }) => required || is)
    if (checks.length === 0) {
      known.set(shape, undefined)
      return undefined
    }
    compiled = (value) => {
      const given = value as Readonly<Record<string, unknown>>
      for (const { name, required, is } of checks) {
        const item = given[name]
        if (item === undefined || item === null) {
          if (required) return false
        } else if (is && !is(item)) return false
      }
      return true
    }
    known.set(shape, compiled)
    return compiled
  }

  return ofStructure
}
