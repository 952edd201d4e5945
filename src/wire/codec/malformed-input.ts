/**
 * The bytes of a request do not have the form of the operation's input. Caught in `protocol/`, which
 * answers it under the code that the service uses (`SerializationException`, `MalformedXML`, …).
 * Never leaves the wire layer.
 */
export class MalformedInput extends Error {
  override readonly name = 'MalformedInput'
  /** True when the bytes are not even JSON, CBOR or XML; false when they are, but of other types. */
  readonly isSyntax: boolean

  constructor(message: string, { isSyntax = false }: { readonly isSyntax?: boolean } = {}) {
    super(message)
    this.isSyntax = isSyntax
  }
}

/** What a client sent, shortened for an error message. */
export function excerpt(text: string): string {
  return text.length > excerptLengthMax ? `${text.slice(0, excerptLengthMax)}…` : text
}

const excerptLengthMax = 1024

/** How deep lists, maps and structures of a request may lie in one another, in any format. */
export const nestingMax = 64

export function tooDeep(): MalformedInput {
  return new MalformedInput(`Nested deeper than ${nestingMax} levels`, { isSyntax: true })
}
