import { dateOf, isoBasic } from '../base/clock.ts'
import { ServiceError } from '../base/errors.ts'
import { serverLimits } from './limits.ts'
import type { HeaderFields, Signature, Unsigned } from './signature.ts'
import type { Verdict } from './signing.ts'

/**
 * The family of error names that a client understands: S3's, those of the query services (STS, IAM),
 * those of the JSON services (`…Exception`, status 400), or REST-JSON (the same with status 403).
 */
export type Dialect = 's3' | 'query' | 'json' | 'rest'

export function dialectOf(service: string | undefined, headers: HeaderFields): Dialect {
  if (service === 's3') return 's3'
  if (service === 'sts' || service === 'iam') return 'query'
  if (headers['x-amz-target'] !== undefined) return 'json'
  const type = headers['content-type'] ?? ''
  if (type.startsWith('application/x-www-form-urlencoded')) return 'query'
  return type.includes('cbor') ? 'json' : 'rest'
}

/** Refusals of authentication, by the name, status and text that AWS uses in each dialect. */
export interface Refusals {
  unsigned(found: Unsigned): ServiceError
  unknownKey(accessKeyId: string, advice: string): ServiceError
  invalidToken(): ServiceError
  expiredToken(): ServiceError
  mismatch(
    signature: { readonly accessKeyId: string; readonly value: string },
    verdict: Verdict,
    advice: string,
  ): ServiceError
  skewed(signature: Signature, nowMs: number): ServiceError
  wrongService(wanted: string): ServiceError
  wrongRegion(given: string, wanted: string): ServiceError
  hostNotSigned(): ServiceError
  notSigned(names: ReadonlyArray<string>): ServiceError
  denied(message: string): ServiceError
}

export function refusalsOf(dialect: Dialect): Refusals {
  return dialect === 's3' ? objectRefusals : serviceRefusals(dialect)
}

const objectRefusals: Refusals = {
  unsigned(found) {
    switch (found.reason) {
      case 'missing':
        return new ServiceError('AccessDenied', 'Access Denied', { status: 403 })
      case 'both':
        return new ServiceError(
          'InvalidArgument',
          'Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified',
          { fields: { ArgumentName: 'Authorization' } },
        )
      case 'incomplete-v2':
        return forbidden(
          'Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters',
        )
      case 'unsupported':
        return new ServiceError(
          'InvalidRequest',
          'The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.',
        )
      case 'incomplete':
        return found.presigned
          ? new ServiceError('AuthorizationQueryParametersError', queryText(found.problems))
          : new ServiceError(
              'AuthorizationHeaderMalformed',
              `The authorization header is malformed; ${found.problems}`,
            )
    }
  },
  unknownKey: (accessKeyId, advice) =>
    new ServiceError(
      'InvalidAccessKeyId',
      `The AWS Access Key Id you provided does not exist in our records. ${advice}`,
      { status: 403, fields: { AWSAccessKeyId: accessKeyId } },
    ),
  invalidToken: () =>
    new ServiceError('InvalidToken', 'The provided token is malformed or otherwise invalid.'),
  expiredToken: () => new ServiceError('ExpiredToken', 'The provided token has expired.'),
  mismatch: (signature, verdict, advice) =>
    new ServiceError(
      'SignatureDoesNotMatch',
      `The request signature we calculated does not match the signature you provided. Check your key and signing method.${advice}`,
      {
        status: 403,
        fields: {
          AWSAccessKeyId: signature.accessKeyId,
          StringToSign: verdict.stringToSign,
          SignatureProvided: signature.value,
          StringToSignBytes: hexBytes(verdict.stringToSign),
          ...(verdict.canonicalRequest !== undefined && {
            CanonicalRequest: verdict.canonicalRequest,
            CanonicalRequestBytes: hexBytes(verdict.canonicalRequest),
          }),
        },
      },
    ),
  skewed(signature, nowMs) {
    if (!signature.presigned) {
      return new ServiceError(
        'RequestTimeTooSkewed',
        'The difference between the request time and the current time is too large.',
        {
          status: 403,
          fields: {
            RequestTime: signature.amzDate,
            ServerTime: isoSeconds(nowMs),
            MaxAllowedSkewMilliseconds: String(serverLimits.skewS3Ms),
          },
        },
      )
    }
    const { signedAtMs, expiresSeconds = 0 } = signature
    if (signedAtMs > nowMs) return forbidden('Request is not valid yet')
    const expiresMs = signedAtMs + expiresSeconds * 1000
    return expiredUrl(expiresMs, nowMs, { 'X-Amz-Expires': String(expiresSeconds) })
  },
  wrongService: (wanted) =>
    new ServiceError(
      'AuthorizationHeaderMalformed',
      `The authorization header is malformed; incorrect service. This endpoint belongs to "${wanted}".`,
    ),
  wrongRegion: (given, wanted) =>
    new ServiceError(
      'AuthorizationHeaderMalformed',
      `The authorization header is malformed; the region '${given}' is wrong; expecting '${wanted}'`,
      { fields: { Region: wanted } },
    ),
  hostNotSigned: () => objectRefusals.notSigned(['host']),
  notSigned: (names) =>
    forbidden('There were headers present in the request which were not signed', {
      HeadersNotSigned: names.join(', '),
    }),
  denied: (message) => forbidden(message),
}

function serviceRefusals(dialect: Exclude<Dialect, 's3'>): Refusals {
  const status = dialect === 'json' ? 400 : 403
  const refuse = (name: string, message: string, code = `${name}Exception`) =>
    new ServiceError(dialect === 'query' ? name : code, message, { status })
  const mismatch = (message: string) =>
    refuse('SignatureDoesNotMatch', message, 'InvalidSignatureException')
  return {
    unsigned(found) {
      switch (found.reason) {
        case 'missing':
          return refuse(
            'MissingAuthenticationToken',
            dialect === 'query'
              ? 'Request is missing Authentication Token'
              : 'Missing Authentication Token',
          )
        case 'both':
          return mismatch(
            "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.",
          )
        case 'incomplete-v2':
          return refuse('IncompleteSignature', "Unsupported AWS 'algorithm': 'AWS2'.")
        case 'unsupported':
          return refuse('IncompleteSignature', `Unsupported AWS 'algorithm': '${found.algorithm}'.`)
        case 'incomplete':
          return refuse('IncompleteSignature', found.problems)
      }
    },
    unknownKey: (_accessKeyId, advice) =>
      refuse(
        'InvalidClientTokenId',
        `The security token included in the request is invalid. ${advice}`,
        'UnrecognizedClientException',
      ),
    invalidToken: () =>
      refuse(
        'InvalidClientTokenId',
        'The security token included in the request is invalid.',
        'UnrecognizedClientException',
      ),
    expiredToken: () =>
      refuse('ExpiredToken', 'The security token included in the request is expired'),
    mismatch: (_signature, _verdict, advice) =>
      mismatch(
        `The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.${advice}`,
      ),
    skewed: (signature, nowMs) => mismatch(skewText(signature, nowMs)),
    wrongService: (wanted) =>
      mismatch(`Credential should be scoped to correct service: '${wanted}'. `),
    wrongRegion: (_given, wanted) =>
      mismatch(`Credential should be scoped to a valid region, such as '${wanted}'. `),
    hostNotSigned: () =>
      mismatch("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."),
    notSigned: (names) =>
      mismatch(`'${names.join("', '")}' must be a 'SignedHeader' in the AWS Authorization.`),
    denied: (message) => refuse('AccessDenied', message),
  }
}

/** Of a presigned S3 URL. */
export function expiredUrl(
  expiresMs: number,
  nowMs: number,
  fields: Readonly<Record<string, string>> = {},
): ServiceError {
  return forbidden('Request has expired', {
    ...fields,
    Expires: isoSeconds(expiresMs),
    ServerTime: isoSeconds(nowMs),
  })
}

function forbidden(message: string, fields: Readonly<Record<string, string>> = {}): ServiceError {
  return new ServiceError('AccessDenied', message, { status: 403, fields })
}

function queryText(problems: string): string {
  if (problems.startsWith('Credential must')) {
    return 'Error parsing the X-Amz-Credential parameter; the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".'
  }
  return problems.startsWith('AWS query-string')
    ? 'Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.'
    : problems
}

// AWS: `Signature expired: 20141106T010406Z is now earlier than 20141106T011252Z (20141106T011752Z -
// 5 min.)`, as quoted in the troubleshooting pages of AWS users.
function skewText({ signedAtMs, amzDate, expiresSeconds }: Signature, nowMs: number): string {
  const now = isoBasic(nowMs)
  const skewMs = serverLimits.skewMs
  if (signedAtMs > nowMs) {
    return `Signature not yet current: ${amzDate} is still later than ${isoBasic(nowMs + skewMs)} (${now} + 5 min.)`
  }
  if (expiresSeconds !== undefined) {
    return `Signature expired: ${isoBasic(signedAtMs + expiresSeconds * 1000)} is now earlier than ${now}`
  }
  return `Signature expired: ${amzDate} is now earlier than ${isoBasic(nowMs - skewMs)} (${now} - 5 min.)`
}

function isoSeconds(ms: number): string {
  return dateOf(ms).toISOString().replace(/\.\d+/, '')
}

function hexBytes(text: string): string {
  return Buffer.from(text)
    .toString('hex')
    .replace(/..(?=.)/g, '$& ')
}
