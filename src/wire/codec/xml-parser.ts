import { MalformedInput, nestingMax, tooDeep } from './malformed-input.ts'

/** An element, with its own text joined. Names have lost their namespace prefix, attributes not. */
export interface XmlElement {
  readonly name: string
  readonly attributes: ReadonlyMap<string, string>
  readonly children: ReadonlyArray<XmlElement>
  readonly text: string
}

/**
 * Parses a well-formed document and refuses every other. Document types are refused too, so there
 * are no entities but the five of XML and character references.
 */
export function parseXml(body: Buffer): XmlElement {
  const text = body.toString()
  return new XmlParser(text.startsWith('\ufeff') ? text.slice(1) : text).document()
}

const nameHere = /[A-Za-z_][\w.-]*(?::[A-Za-z_][\w.-]*)?/y
const attributeHere = /\s+([A-Za-z_:][\w.:-]*)\s*=\s*(?:"([^"<]*)"|'([^'<]*)')/y
const spaceHere = /\s*/y
const reference = /&([^;&\s]{0,10};)?/g
const entities: Readonly<Record<string, string>> = {
  lt: '<',
  gt: '>',
  amp: '&',
  quot: '"',
  apos: "'",
}

class XmlParser {
  readonly source: string
  at = 0

  constructor(source: string) {
    this.source = source
  }

  document(): XmlElement {
    this.betweenElements()
    const element = this.element(1)
    this.betweenElements()
    if (this.at !== this.source.length) throw notXml()
    return element
  }

  /** White space, comments and processing instructions around the root element. */
  betweenElements(): void {
    for (;;) {
      this.match(spaceHere)
      if (this.source.startsWith('<?', this.at)) this.skipPast('?>')
      else if (this.source.startsWith('<!--', this.at)) this.skipPast('-->')
      else return
    }
  }

  element(depth: number): XmlElement {
    if (depth > nestingMax) throw tooDeep()
    this.require('<')
    const tag = this.match(nameHere)?.[0]
    if (tag === undefined) throw notXml()
    const attributes = this.attributes()
    this.match(spaceHere)
    const name = tag.slice(tag.indexOf(':') + 1)
    if (this.source.startsWith('/>', this.at)) {
      this.at += 2
      return { name, attributes, children: [], text: '' }
    }
    this.require('>')
    const content = this.content(depth)
    this.require(`</${tag}`)
    this.match(spaceHere)
    this.require('>')
    return { name, attributes, ...content }
  }

  attributes(): ReadonlyMap<string, string> {
    const attributes = new Map<string, string>()
    for (;;) {
      const found = this.match(attributeHere)
      if (!found) return attributes
      const [, name = '', double, single = ''] = found
      if (attributes.has(name)) throw notXml()
      attributes.set(name, unescapeXml(double ?? single))
    }
  }

  content(depth: number): Pick<XmlElement, 'children' | 'text'> {
    const children: XmlElement[] = []
    let text = ''
    for (;;) {
      const open = this.source.indexOf('<', this.at)
      if (open < 0) throw notXml()
      text += unescapeXml(this.source.slice(this.at, open))
      this.at = open
      if (this.source.startsWith('</', open)) return { children, text }
      if (this.source.startsWith('<![CDATA[', open)) text += this.cdata()
      else if (this.source.startsWith('<!--', open)) this.skipPast('-->')
      else if (this.source.startsWith('<?', open)) this.skipPast('?>')
      else children.push(this.element(depth + 1))
    }
  }

  cdata(): string {
    const start = this.at + '<![CDATA['.length
    this.skipPast(']]>')
    return this.source.slice(start, this.at - ']]>'.length)
  }

  match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.at
    const found = pattern.exec(this.source)
    if (found) this.at += found[0].length
    return found
  }

  require(literal: string): void {
    if (!this.source.startsWith(literal, this.at)) throw notXml()
    this.at += literal.length
  }

  skipPast(mark: string): void {
    const end = this.source.indexOf(mark, this.at)
    if (end < 0) throw notXml()
    this.at = end + mark.length
  }
}

function unescapeXml(text: string): string {
  if (!text.includes('&')) return text
  return text.replace(reference, (_, name?: string) => {
    const known = name?.slice(0, -1) ?? ''
    if (known.startsWith('#')) return characterOf(known)
    const character = entities[known]
    if (character === undefined) throw notXml()
    return character
  })
}

function characterOf(given: string): string {
  const digits = /^#(?:x([0-9a-fA-F]+)|([0-9]+))$/.exec(given)
  const code = digits?.[1] ? Number.parseInt(digits[1], 16) : Number(digits?.[2] ?? -1)
  if (!(code > 0 && code <= 0x10ffff)) throw notXml()
  return String.fromCodePoint(code)
}

function notXml(): MalformedInput {
  return new MalformedInput('The XML is not well-formed', { isSyntax: true })
}
