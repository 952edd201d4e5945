/** What stands before a client's first message in SCRAM and OAUTHBEARER (RFC 5801). */
export interface Gs2Header {
  /** As it was sent, with its last comma: SCRAM repeats it. */
  readonly text: string
  /** Whom the client wants to act as; undefined: as itself. */
  readonly authorizationId: string | undefined
  readonly rest: string
}

/** `n,a=name,…`; undefined when it is none, or asks for channel binding, which we do not offer. */
export function parseGs2(message: string): Gs2Header | undefined {
  const found = /^[ny],(?:a=([^,]*))?,/.exec(message)
  if (!found) return undefined
  const [text, name] = found
  const authorizationId = name === undefined ? undefined : unescapeName(name)
  if (name !== undefined && authorizationId === undefined) return undefined
  return { text, authorizationId, rest: message.slice(text.length) }
}

/** A name as SASL writes it: `=2C` is a comma and `=3D` an equals sign; undefined for any other `=`. */
export function unescapeName(text: string): string | undefined {
  if (/=(?!2C|3D)/.test(text)) return undefined
  return text.replaceAll('=2C', ',').replaceAll('=3D', '=')
}
