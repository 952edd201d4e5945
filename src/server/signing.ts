import { hash, timingSafeEqual } from 'node:crypto'
import type { SigningKey } from '../wire/signing-key.ts'
import { deriveSigningKey } from '../wire/signing-key.ts'
import type { SignedRequest } from './canonical-request.ts'
import { canonicalRequest } from './canonical-request.ts'
import { serverLimits } from './limits.ts'
import type { Signature } from './signature.ts'

/** What was compared, for the error that tells a client where its signing differs. */
export interface Verdict {
  readonly valid: boolean
  /** Of Version 4. */
  readonly canonicalRequest?: string
  readonly stringToSign: string
}

/** Verifies signatures; remembers the signing keys it derived. */
export interface Verifier {
  keyOf(signature: Signature, secret: string): SigningKey
  verify(request: SignedRequest, signature: Signature, secret: string, payloadHash: string): Verdict
}

export function createVerifier(): Verifier {
  const keys = new Map<string, SigningKey>()

  function keyOf({ date, region, service }: Signature, secret: string): SigningKey {
    const id = `${date}/${region}/${service}/${secret}`
    let key = keys.get(id)
    if (!key) {
      if (keys.size >= serverLimits.signingKeysMax) keys.clear()
      key = deriveSigningKey(secret, { date, region, service })
      keys.set(id, key)
    }
    return key
  }

  return {
    keyOf,
    verify(request, signature, secret, payloadHash) {
      const canonical = canonicalRequest(request, signature, payloadHash)
      const stringToSign = `AWS4-HMAC-SHA256\n${signature.amzDate}\n${scopeOf(signature)}\n${sha256(bytesOf(canonical))}`
      const wanted = keyOf(signature, secret).sign(stringToSign)
      const valid = equalInConstantTime(wanted, signature.value)
      return { valid, canonicalRequest: canonical, stringToSign }
    },
  }
}

export function scopeOf({ date, region, service }: Signature): string {
  return `${date}/${region}/${service}/aws4_request`
}

export function sha256(data: string | Uint8Array): string {
  return hash('sha256', data, 'hex')
}

export function equalInConstantTime(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b))
}

/** Header values are bytes that Node shows as Latin-1; ASCII needs no copy. */
function bytesOf(text: string): string | Buffer {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the question is just that.
  return /^[\x00-\x7f]*$/.test(text) ? text : Buffer.from(text, 'latin1')
}
