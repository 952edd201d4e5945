import type { MapShape, Member, Shape } from '../model/shape.ts'
import { scalarToText } from './scalar-text.ts'

const special = /[&<>"\r\n\t\u0085\u2028]/
const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#xD;',
  '\n': '&#xA;',
  '\t': '&#x9;',
  '\u0085': '&#x85;',
  '\u2028': '&#x2028;',
}

/** Text as it may stand in an element or an attribute, so that every parser gives it back as it was. */
export function escapeXml(text: string): string {
  if (!special.test(text)) return text
  return text.replace(/[&<>"\r\n\t\u0085\u2028]/g, (character) => escapes[character] ?? character)
}

/** One element with its content. `attributes` starts with a space when there are any. */
export function writeXml(shape: Shape, value: unknown, tag: string, attributes = ''): string {
  switch (shape.kind) {
    case 'structure': {
      const content = writeXmlContent(shape.members, value)
      const all = attributes + content.attributes
      return `<${tag}${all}>${content.body}</${tag}>`
    }
    case 'list': {
      const items = writeItems(shape.element, value, shape.element.traits.xmlName ?? 'member')
      return `<${tag}${attributes}>${items}</${tag}>`
    }
    case 'map':
      return `<${tag}${attributes}>${writeEntries(shape, value, 'entry')}</${tag}>`
    default:
      return `<${tag}${attributes}>${escapeXml(scalarToText(shape, value, 'date-time'))}</${tag}>`
  }
}

/** What stands inside a structure's element: its attributes, and its members as elements. */
export function writeXmlContent(members: ReadonlyArray<Member>, value: unknown) {
  const given = value as Readonly<Record<string, unknown>>
  let attributes = ''
  let body = ''
  for (const member of members) {
    const item = given[member.name]
    if (item === undefined || item === null) continue
    const tag = member.traits.xmlName ?? member.name
    if (member.traits.xmlAttribute) {
      attributes += ` ${tag}="${escapeXml(scalarToText(member.shape, item, 'date-time'))}"`
    } else {
      body += writeMember(member, item, tag)
    }
  }
  return { attributes, body }
}

function writeMember({ shape, traits }: Member, value: unknown, tag: string): string {
  if (traits.xmlFlattened && shape.kind === 'list') return writeItems(shape.element, value, tag)
  if (traits.xmlFlattened && shape.kind === 'map') return writeEntries(shape, value, tag)
  return writeXml(shape, value, tag, namespaceOf(traits, shape))
}

function writeItems(element: Member, value: unknown, tag: string): string {
  let text = ''
  for (const item of value as Iterable<unknown>) text += writeXml(element.shape, item ?? '', tag)
  return text
}

function writeEntries({ key, value: target }: MapShape, value: unknown, tag: string): string {
  const keyTag = key.traits.xmlName ?? 'key'
  const valueTag = target.traits.xmlName ?? 'value'
  let text = ''
  for (const [name, item] of Object.entries(value as object)) {
    const inner = writeXml(target.shape, item, valueTag)
    text += `<${tag}><${keyTag}>${escapeXml(name)}</${keyTag}>${inner}</${tag}>`
  }
  return text
}

/** `xmlns` declaration that the model asks for at a member or its structure. */
function namespaceOf(traits: Member['traits'], shape: Shape): string {
  const own = shape.kind === 'structure' ? shape.traits.xmlNamespace : undefined
  const [prefix, uri] = traits.xmlNamespace ?? own ?? []
  if (uri === undefined) return ''
  return prefix ? ` xmlns:${prefix}="${escapeXml(uri)}"` : ` xmlns="${escapeXml(uri)}"`
}
