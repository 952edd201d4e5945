import { createHash } from 'node:crypto'
import { ServiceError } from '../base/errors.ts'
import type { SigningKey } from '../wire/signing-key.ts'
import { serverLimits } from './limits.ts'
import type { Signature } from './signature.ts'
import { equalInConstantTime, scopeOf, sha256 } from './signing.ts'

/**
 * Takes `aws-chunked` framing off a body, chunk by chunk as it comes (SigV4, "Transferring payload in
 * multiple chunks" and "with trailers"):
 *
 *     body    = *chunk last *trailer [signed] CRLF
 *     chunk   = size-hex [";chunk-signature=" hex] CRLF bytes CRLF
 *     last    = "0" [";chunk-signature=" hex] CRLF
 *     trailer = name ":" value CRLF
 *     signed  = "x-amz-trailer-signature:" hex CRLF
 */
export interface ChunkDecoder {
  /** Lower-case names; complete once `end` has returned. */
  readonly trailers: ReadonlyMap<string, string>
  /** Hands on the bytes of the object in `input`. Throws `ServiceError` on bad framing or signature. */
  write(input: Buffer, onData: (bytes: Buffer) => void): void
  /** The body is over. Throws `IncompleteBody` when its framing is not. */
  end(): void
}

export interface ChunkSigning {
  readonly key: SigningKey
  readonly signature: Signature
}

const EMPTY_SHA256 = sha256('')

export function createChunkDecoder(mode: {
  /** Absent: chunks carry no signatures, or nobody verifies them. */
  readonly signing: ChunkSigning | undefined
  readonly withTrailers: boolean
}): ChunkDecoder {
  const { signing, withTrailers } = mode
  const chain = signing && createSignatureChain(signing)
  const trailers = new Map<string, string>()
  let state: 'head' | 'data' | 'data-end' | 'trailer' | 'done' = 'head'
  let line = ''
  let left = 0
  let chunkSignature = ''
  let trailerText = ''
  let trailerSignature = ''

  function takeHead(text: string): void {
    const match = /^([0-9a-fA-F]{1,12})(?:;chunk-signature=([0-9a-f]{64}))?$/.exec(text.trim())
    if (!match || (chain && !match[2])) throw malformed()
    left = Number.parseInt(match[1] ?? '', 16)
    chunkSignature = match[2] ?? ''
    if (left > 0) {
      state = 'data'
      return
    }
    chain?.endChunk(chunkSignature)
    state = 'trailer'
  }

  function takeTrailer(text: string): void {
    if (text === '') {
      state = 'done'
      return
    }
    const colon = text.indexOf(':')
    if (colon < 1 || !withTrailers) throw malformedTrailer()
    const name = text.slice(0, colon).trim().toLowerCase()
    const value = text.slice(colon + 1).trim()
    if (name === 'x-amz-trailer-signature') {
      trailerSignature = value
      return
    }
    trailers.set(name, value)
    trailerText += `${name}:${value}\n`
    if (trailerText.length > serverLimits.chunkLineSizeMax) throw malformedTrailer()
  }

  function takeLine(text: string): void {
    if (state === 'head') takeHead(text)
    else if (state === 'trailer') takeTrailer(text)
    else if (text === '') state = 'head'
    else throw malformed()
  }

  function takeData(input: Buffer, from: number, onData: (bytes: Buffer) => void): number {
    const bytes = input.subarray(from, from + left)
    left -= bytes.length
    chain?.update(bytes)
    onData(bytes)
    if (left === 0) {
      chain?.endChunk(chunkSignature)
      state = 'data-end'
    }
    return from + bytes.length
  }

  return {
    trailers,
    write(input, onData) {
      let at = 0
      while (at < input.length) {
        if (state === 'data') {
          at = takeData(input, at, onData)
          continue
        }
        if (state === 'done') throw malformed()
        const feed = input.indexOf(0x0a, at)
        const end = feed < 0 ? input.length : feed
        if (line.length + end - at > serverLimits.chunkLineSizeMax) throw malformed()
        line += input.toString('latin1', at, end)
        if (feed < 0) return
        at = feed + 1
        const text = line.endsWith('\r') ? line.slice(0, -1) : line
        line = ''
        takeLine(text)
      }
    },
    end() {
      if (state !== 'done' && !(state === 'trailer' && line === '' && !withTrailers)) {
        throw incompleteBody()
      }
      if (chain && withTrailers) chain.endTrailers(trailerText, trailerSignature)
    },
  }
}

/** Each signature covers the one before, so that chunks cannot be dropped, swapped or repeated. */
function createSignatureChain({ key, signature }: ChunkSigning) {
  let previous = signature.value
  let hash = createHash('sha256')

  function step(kind: string, given: string, ...rest: ReadonlyArray<string>): void {
    const head = [`AWS4-HMAC-SHA256-${kind}`, signature.amzDate, scopeOf(signature), previous]
    const wanted = key.sign([...head, ...rest].join('\n'))
    if (!equalInConstantTime(wanted, given)) {
      throw new ServiceError(
        'SignatureDoesNotMatch',
        'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
        { status: 403, fields: { AWSAccessKeyId: signature.accessKeyId } },
      )
    }
    previous = wanted
  }

  return {
    update: (bytes: Buffer) => hash.update(bytes),
    endChunk(given: string) {
      step('PAYLOAD', given, EMPTY_SHA256, hash.digest('hex'))
      hash = createHash('sha256')
    },
    endTrailers: (text: string, given: string) => step('TRAILER', given, sha256(text)),
  }
}

export function incompleteBody(): ServiceError {
  return new ServiceError('IncompleteBody', 'The request body terminated unexpectedly')
}

export function malformedTrailer(): ServiceError {
  return new ServiceError(
    'MalformedTrailerError',
    'The request contained trailing data that was not well-formed or did not conform to our published schema.',
  )
}

function malformed(): ServiceError {
  return new ServiceError(
    'InvalidRequest',
    'The body is not well-formed in the aws-chunked content encoding.',
  )
}
