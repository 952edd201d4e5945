import type { Limits } from '../model/data.ts'
import type { Member, Shape, StructureShape } from '../model/shape.ts'
import { MalformedInput } from './malformed-input.ts'
import { scalarFromText } from './scalar-text.ts'
import { requireOneMember, setKey } from './tree-reader.ts'
import type { XmlElement } from './xml-parser.ts'

/** Reads the members of a structure from an element, by their XML names. Strange elements are skipped. */
export function readXmlStructure(
  shape: StructureShape,
  element: XmlElement,
  members: ReadonlyArray<Member> = shape.members,
): Record<string, unknown> {
  const result: Record<string, unknown> = {}
  for (const { name, shape: target, traits, limits } of members) {
    const xmlName = traits.xmlName ?? name
    if (traits.xmlAttribute) {
      const text = element.attributes.get(xmlName)
      if (text !== undefined) result[name] = scalarFromText(target, text, limits, 'date-time')
      continue
    }
    const found = element.children.filter((child) => child.name === xmlName)
    const first = found[0]
    if (first === undefined) continue
    result[name] = traits.xmlFlattened
      ? readFlattened(target, found, limits)
      : readXml(target, first, limits)
  }
  if (shape.isUnion) requireOneMember(shape, result)
  return result
}

export function readXml(shape: Shape, element: XmlElement, limits?: Limits): unknown {
  switch (shape.kind) {
    case 'structure':
      if (shape.members.length > 0) requireNoText(element)
      return readXmlStructure(shape, element)
    case 'list': {
      requireNoText(element)
      const itemName = shape.element.traits.xmlName ?? 'member'
      return readList(
        shape.element,
        element.children.filter((child) => child.name === itemName),
        limits,
      )
    }
    case 'map':
      requireNoText(element)
      return readMap(
        shape,
        element.children.filter((child) => child.name === 'entry'),
        limits,
      )
    default:
      if (element.children.length > 0)
        throw new MalformedInput('An element stands where text belongs')
      return scalarFromText(shape, element.text, limits, 'date-time')
  }
}

/** The items stand directly in the structure, without an element around them. */
function readFlattened(
  shape: Shape,
  elements: ReadonlyArray<XmlElement>,
  limits: Limits | undefined,
): unknown {
  if (shape.kind === 'list') return readList(shape.element, elements, limits)
  if (shape.kind === 'map') return readMap(shape, elements, limits)
  throw new MalformedInput('Only lists and maps can be flattened')
}

function readList(
  element: Member,
  items: ReadonlyArray<XmlElement>,
  limits: Limits | undefined,
): unknown[] {
  return items.map((item) => readXml(element.shape, item, limits?.element))
}

function readMap(
  { key, value }: { readonly key: Member; readonly value: Member },
  entries: ReadonlyArray<XmlElement>,
  limits: Limits | undefined,
): Record<string, unknown> {
  const map: Record<string, unknown> = {}
  for (const { children } of entries) {
    const keyElement = children.find((child) => child.name === (key.traits.xmlName ?? 'key'))
    const valueElement = children.find((child) => child.name === (value.traits.xmlName ?? 'value'))
    if (!keyElement || !valueElement) throw new MalformedInput('A map entry lacks key or value')
    setKey(map, keyElement.text, readXml(value.shape, valueElement, limits?.value))
  }
  return map
}

function requireNoText(element: XmlElement): void {
  if (element.text.trim() !== '') throw new MalformedInput('Text stands where elements belong')
}
