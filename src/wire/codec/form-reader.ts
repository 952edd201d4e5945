import type { Limits } from '../model/data.ts'
import type { Member, Shape, StructureShape } from '../model/shape.ts'
import { MalformedInput, nestingMax, tooDeep } from './malformed-input.ts'
import { scalarFromText } from './scalar-text.ts'
import { setKey } from './tree-reader.ts'

/** A form with dotted names (`Tags.member.1.Key=a`) as a tree. */
export interface FormNode {
  text: string | undefined
  readonly parts: Map<string, FormNode>
}

export function parseForm(body: string): FormNode {
  const root: FormNode = { text: undefined, parts: new Map() }
  for (const [name, text] of new URLSearchParams(body)) {
    const path = name.split('.', nestingMax + 1)
    if (path.length > nestingMax) throw tooDeep()
    let node = root
    for (const part of path) {
      let next = node.parts.get(part)
      if (next === undefined) {
        next = { text: undefined, parts: new Map() }
        node.parts.set(part, next)
      }
      node = next
    }
    node.text = text
  }
  return root
}

/** Reads an awsQuery input. */
export function readFormStructure(shape: StructureShape, node: FormNode): Record<string, unknown> {
  const result: Record<string, unknown> = {}
  for (const { name, shape: target, traits, limits } of shape.members) {
    const part = node.parts.get(traits.xmlName ?? name)
    if (part) result[name] = readForm(target, part, traits.xmlFlattened === 1, limits)
  }
  return result
}

function readForm(
  shape: Shape,
  node: FormNode,
  isFlattened: boolean,
  limits: Limits | undefined,
): unknown {
  switch (shape.kind) {
    case 'structure':
      return readFormStructure(shape, node)
    case 'list':
      return itemsOf(node, isFlattened, shape.element.traits.xmlName ?? 'member').map((item) =>
        readForm(shape.element.shape, item, false, limits?.element),
      )
    case 'map':
      return readMap(shape, itemsOf(node, isFlattened, 'entry'), limits)
    default:
      return scalarFromText(shape, node.text ?? '', limits, 'date-time')
  }
}

function readMap(
  { key, value }: { readonly key: Member; readonly value: Member },
  entries: ReadonlyArray<FormNode>,
  limits: Limits | undefined,
): Record<string, unknown> {
  const map: Record<string, unknown> = {}
  for (const { parts } of entries) {
    const name = parts.get(key.traits.xmlName ?? 'key')?.text
    const item = parts.get(value.traits.xmlName ?? 'value')
    if (name === undefined || item === undefined) {
      throw new MalformedInput('A map entry lacks key or value')
    }
    setKey(map, name, readForm(value.shape, item, false, limits?.value))
  }
  return map
}

/**
 * The numbered parts in the order of their numbers. An empty list is written as `Name=`.
 * AWS: a single item without a list around it may go without its number (`Attribute.Name=Policy`).
 */
function itemsOf(node: FormNode, isFlattened: boolean, itemName: string): ReadonlyArray<FormNode> {
  const holder = isFlattened ? node : (node.parts.get(itemName) ?? node.parts.get('member'))
  if (holder === undefined) return []
  const numbered = [...holder.parts].filter(([number]) => /^\d{1,9}$/.test(number))
  if (isFlattened && numbered.length === 0 && (node.text || node.parts.size > 0)) return [node]
  return numbered.sort(([a], [b]) => Number(a) - Number(b)).map(([, item]) => item)
}
