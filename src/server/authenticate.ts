import type { Clock } from '../base/clock.ts'
import { ServiceError } from '../base/errors.ts'
import type { Config } from '../config.ts'
import type { Proof } from '../wire/operation.ts'
import type { SigningKey } from '../wire/signing-key.ts'
import type { SignedRequest } from './canonical-request.ts'
import { parseQuery } from './canonical-request.ts'
import type { Credential, Credentials } from './credentials.ts'
import type { Dialect, Refusals } from './dialect.ts'
import { expiredUrl, refusalsOf } from './dialect.ts'
import { formSignature } from './forms/form-signature.ts'
import { serverLimits } from './limits.ts'
import { isLocalHost } from './local-host.ts'
import type { FoundSignature, HeaderFields, Signature } from './signature.ts'
import type { SignatureV2 } from './signature-v2.ts'
import { signV2, stringToSignV2 } from './signature-v2.ts'
import type { Verifier } from './signing.ts'
import { createVerifier, equalInConstantTime, sha256 } from './signing.ts'

/** Who the caller proved to be, and what his signature says about the body. */
export interface Authenticated {
  readonly accessKeyId: string
  readonly accountId: string
  readonly callerArn: string
  readonly region: string
  /** Absent: an anonymous caller, whose account and names are empty. */
  readonly proof: Proof | undefined
  /** Of an S3 request: its `x-amz-content-sha256` (a digest, `UNSIGNED-PAYLOAD`, `STREAMING-…`). */
  readonly payload: string
  /** Verifies the signatures of chunks; absent when the signature itself was not verified. */
  readonly signing: { readonly key: SigningKey; readonly signature: Signature } | undefined
}

export interface Authenticator {
  /** Throws the dialect's `ServiceError`. Reads the body (`bytes`) for all services but S3. */
  authenticate(
    request: SignedRequest,
    found: FoundSignature,
    wanted: {
      readonly dialect: Dialect
      /** The path in path style, whatever host name the client used. */
      readonly rawPath: string
      /** Service that the signature has to be for; undefined: any. */
      readonly signingName: string | undefined
      /** The service decides itself whom it lets in, also of those who say no name. */
      readonly takesAnonymous?: boolean
    },
    bytes: () => Promise<Uint8Array>,
  ): Promise<Authenticated>
  /**
   * Of a web form, which carries a signature over its policy: in Version 4, or in Version 2. Without
   * one the caller is anonymous.
   */
  authenticateForm(
    fields: ReadonlyMap<string, string>,
    headers: HeaderFields,
  ): Promise<Authenticated>
}

interface AuthenticatorDeps {
  readonly config: Pick<Config, 'auth' | 'region'>
  readonly credentials: Credentials
  readonly clock: Clock
}

export function createAuthenticator(deps: AuthenticatorDeps): Authenticator {
  const { config, clock } = deps
  const verifier = createVerifier()

  /** A presigned URL of Signature Version 2 names no region and says nothing of the body. */
  async function authenticateV2(
    request: SignedRequest,
    signature: SignatureV2,
    rawPath: string,
    refusals: Refusals,
  ): Promise<Authenticated> {
    const credential = await credentialOf(deps, signature, request.headers, refusals)
    const { accessKeyId, accountId, callerArn } = credential
    const { region } = config
    if (config.auth === 'verify') {
      const nowMs = clock.wallMs()
      if (nowMs > signature.expiresMs) throw expiredUrl(signature.expiresMs, nowMs)
      const stringToSign = stringToSignV2(request, rawPath)
      const wanted = signV2(stringToSign, credential.secretAccessKey)
      const valid = equalInConstantTime(wanted, signature.value)
      if (!valid)
        throw refusals.mismatch(signature, { valid, stringToSign }, adviceOf(deps, credential))
    }
    const payload = 'UNSIGNED-PAYLOAD'
    const proof = { authType: 'REST-QUERY-STRING', version: 'AWS' } as const
    return { accessKeyId, accountId, callerArn, region, proof, payload, signing: undefined }
  }

  return {
    authenticateForm: createFormAuthentication(deps, verifier),
    async authenticate(request, found, wanted, bytes) {
      const { dialect, rawPath, signingName } = wanted
      const refusals = refusalsOf(dialect)
      if (found.reason === 'signed-v2') {
        if (dialect !== 's3') throw refusals.unsigned({ reason: 'incomplete-v2' })
        return authenticateV2(request, found.signature, rawPath, refusals)
      }
      if (found.reason === 'missing' && dialect === 's3' && wanted.takesAnonymous) {
        return anonymous(request.headers, config.region)
      }
      if (found.reason !== 'signed') throw refusals.unsigned(found)
      const { signature } = found
      const credential = await credentialOf(deps, signature, request.headers, refusals)
      const { secretAccessKey, accessKeyId, accountId, callerArn } = credential
      const { region, presigned } = signature
      const authType = presigned ? 'REST-QUERY-STRING' : 'REST-HEADER'
      const proof = { authType, version: 'AWS4-HMAC-SHA256' } as const
      const payload = dialect === 's3' ? objectPayload(request, signature) : ''
      if (config.auth === 'open') {
        return { accessKeyId, accountId, callerArn, region, proof, payload, signing: undefined }
      }

      checkService(signature, dialect, signingName, refusals)
      // AWS: s3cmd signs for the region `US` first and takes the right one from this answer.
      if (!regionPattern.test(region)) throw refusals.wrongRegion(region, config.region)
      checkTime(signature, dialect, clock.wallMs(), refusals)
      checkSignedHeaders(request.headers, signature, dialect, refusals)
      const payloadHash = payload || (await servicePayload(request.headers, signature, bytes))
      const verdict = verifier.verify(request, signature, secretAccessKey, payloadHash)
      if (!verdict.valid) throw refusals.mismatch(signature, verdict, adviceOf(deps, credential))
      const signing = { key: verifier.keyOf(signature, secretAccessKey), signature }
      return { accessKeyId, accountId, callerArn, region, proof, payload, signing }
    },
  }
}

function createFormAuthentication(
  deps: AuthenticatorDeps,
  verifier: Verifier,
): Authenticator['authenticateForm'] {
  const { config } = deps
  return async (fields, headers) => {
    const refusals = refusalsOf('s3')
    const { signature, policy } = formSignature(fields, refusals)
    if (!signature) return anonymous(headers, config.region)
    const credential = await credentialOf(deps, signature, headers, refusals)
    const { secretAccessKey, accessKeyId, accountId, callerArn } = credential
    const isV4 = 'region' in signature
    if (config.auth === 'verify') {
      const wanted = isV4
        ? verifier.keyOf(signature, secretAccessKey).sign(policy)
        : signV2(policy, secretAccessKey)
      const valid = equalInConstantTime(wanted, signature.value)
      const verdict = { valid, stringToSign: policy }
      if (!valid) throw refusals.mismatch(signature, verdict, adviceOf(deps, credential))
    }
    const region = isV4 ? signature.region : config.region
    const version = isV4 ? 'AWS4-HMAC-SHA256' : 'AWS'
    const proof = { authType: 'POST', version } as const
    const payload = 'UNSIGNED-PAYLOAD'
    return { accessKeyId, accountId, callerArn, region, proof, payload, signing: undefined }
  }
}

async function credentialOf(
  { config, credentials }: AuthenticatorDeps,
  { accessKeyId, sessionToken }: Pick<Signature, 'accessKeyId' | 'sessionToken'>,
  headers: HeaderFields,
  refusals: Refusals,
): Promise<Credential> {
  const found =
    config.auth === 'open'
      ? await credentials.assume(accessKeyId, sessionToken)
      : await credentials.find(accessKeyId, sessionToken)
  if (found === 'unknown') throw refusals.unknownKey(accessKeyId, credentials.advice)
  if (found === 'invalid-token') throw refusals.invalidToken()
  if (found === 'expired-token') throw refusals.expiredToken()
  if (found.wellKnown) checkOrigin(headers, refusals)
  return found
}

function adviceOf({ credentials }: AuthenticatorDeps, { wellKnown }: Credential): string {
  return wellKnown ? ` ${credentials.advice}` : ''
}

/** Who says no name gets what an owner has made public, and nothing else. */
export function anonymous(headers: HeaderFields, region: string): Authenticated {
  const payload = checkedPayload(headers['x-amz-content-sha256'] ?? 'UNSIGNED-PAYLOAD')
  const nobody = { accessKeyId: '', accountId: '', callerArn: '', proof: undefined }
  if (payload !== 'STREAMING-UNSIGNED-PAYLOAD-TRAILER' && payload.startsWith('STREAMING-')) {
    throw refusalsOf('s3').unsigned({ reason: 'missing' })
  }
  return { ...nobody, region, payload, signing: undefined }
}

const regionPattern = /^[a-z]{2,}(-[a-z]+)+(-\d+)?$/

/** A key that everybody knows proves nothing: a web page elsewhere must not get in with it. */
function checkOrigin(headers: HeaderFields, refusals: Refusals): void {
  const host = headers['host'] ?? ''
  if (!isLocalHost(host)) {
    throw refusals.denied(
      `Access Denied. Headrace takes well-known and unverified keys only under a local host name, not under '${host}'. Use localhost, or a key of your own (\`headrace keys add\`).`,
    )
  }
  const origin = headers['origin']
  const page = origin && /^[a-z]+:\/\/(.+)$/i.exec(origin)?.[1]
  if (origin !== undefined && (page === undefined || !isLocalHost(page))) {
    throw refusals.denied(
      `Access Denied. Headrace takes well-known and unverified keys only from local web pages, not from '${origin}'.`,
    )
  }
}

/** The parts of S3 have signing names of their own: its routes have seen to them. */
function checkService(
  { service }: Signature,
  dialect: Dialect,
  signingName: string | undefined,
  refusals: Refusals,
): void {
  if (signingName === undefined || dialect === 's3' || service === signingName) return
  throw refusals.wrongService(signingName)
}

function checkTime(
  signature: Signature,
  dialect: Dialect,
  nowMs: number,
  refusals: Refusals,
): void {
  const { signedAtMs, expiresSeconds, presigned } = signature
  const skewMs = dialect === 's3' ? serverLimits.skewS3Ms : serverLimits.skewMs
  if (signedAtMs > nowMs + skewMs) throw refusals.skewed(signature, nowMs)
  if (presigned && dialect === 's3') {
    if (expiresSeconds === undefined) {
      throw refusals.unsigned({
        reason: 'incomplete',
        presigned,
        problems: "AWS query-string parameters must include 'X-Amz-Expires'. ",
      })
    }
    if (expiresSeconds > serverLimits.presignedSecondsMax) {
      const problems =
        'X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds'
      throw refusals.unsigned({ reason: 'incomplete', presigned, problems })
    }
  }
  const lifeMs = expiresSeconds === undefined ? skewMs : expiresSeconds * 1000
  if (nowMs > signedAtMs + lifeMs) throw refusals.skewed(signature, nowMs)
}

/** AWS: `host` has to be signed, and at S3 every `x-amz-` header that is sent. */
function checkSignedHeaders(
  headers: HeaderFields,
  { signedHeaders, presigned }: Signature,
  dialect: Dialect,
  refusals: Refusals,
): void {
  if (!signedHeaders.includes('host') && !signedHeaders.includes(':authority')) {
    throw refusals.hostNotSigned()
  }
  if (dialect !== 's3') return
  const forgotten: string[] = []
  for (const name in headers) {
    if (!name.startsWith('x-amz-') || signedHeaders.includes(name)) continue
    if (!(presigned && name === 'x-amz-content-sha256')) forgotten.push(name)
  }
  if (forgotten.length > 0) throw refusals.notSigned(forgotten)
}

const payloadPattern =
  /^([0-9a-f]{64}|UNSIGNED-PAYLOAD|STREAMING-UNSIGNED-PAYLOAD-TRAILER|STREAMING-AWS4-HMAC-SHA256-PAYLOAD(-TRAILER)?)$/

function objectPayload({ headers, rawQuery }: SignedRequest, signature: Signature): string {
  const header = headers['x-amz-content-sha256']
  if (signature.presigned) {
    if (header !== undefined && signature.signedHeaders.includes('x-amz-content-sha256')) {
      return checkedPayload(header)
    }
    const inQuery = rawQuery.includes('X-Amz-Content-Sha256=')
    const value = inQuery ? new Map(parseQuery(rawQuery)).get('X-Amz-Content-Sha256') : undefined
    return value === undefined ? 'UNSIGNED-PAYLOAD' : checkedPayload(value)
  }
  if (header === undefined) {
    throw new ServiceError(
      'InvalidRequest',
      'Missing required header for this request: x-amz-content-sha256',
    )
  }
  return checkedPayload(header)
}

function checkedPayload(value: string): string {
  if (payloadPattern.test(value)) return value
  throw new ServiceError(
    'InvalidArgument',
    'x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER or a valid sha256 value.',
    { fields: { ArgumentName: 'x-amz-content-sha256', ArgumentValue: value } },
  )
}

/** What a service other than S3 puts into the canonical request: the hash of the body as it came. */
async function servicePayload(
  headers: HeaderFields,
  { signedHeaders }: Signature,
  bytes: () => Promise<Uint8Array>,
): Promise<string> {
  const given = headers['x-amz-content-sha256']
  if (given === 'UNSIGNED-PAYLOAD' && signedHeaders.includes('x-amz-content-sha256')) return given
  return sha256(await bytes())
}
