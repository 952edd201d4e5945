import { ServiceError } from '../../base/errors.ts'
import type { MalformedInput } from '../codec/malformed-input.ts'
import { excerpt } from '../codec/malformed-input.ts'
import type { Member } from '../model/shape.ts'
import type { Problem } from '../validate/explain.ts'
import { MalformedPart } from './rest-input.ts'

// S3 has no validation errors of the other services' kind: what is wrong with the body is
// MalformedXML, what is wrong with a header or parameter is told by its name.
// Texts: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html

const malformedXml =
  'The XML you provided was not well-formed or did not validate against our published schema'

/** The answer to input that cannot be read. */
export function describeMalformed(error: MalformedInput): ServiceError {
  if (!(error instanceof MalformedPart)) return new ServiceError('MalformedXML', malformedXml)
  if (error.member.traits.httpLabel) return new ServiceError('InvalidURI', error.message)
  return argumentError(error.member, error.text)
}

/** The answer to the first constraint that an input breaks. */
export function describeProblem({ member, value, text }: Problem): ServiceError {
  const { traits } = member
  if (traits.httpPayload && (value === undefined || value === null)) {
    return new ServiceError('MissingRequestBodyError', 'Request Body is empty')
  }
  if (traits.httpHeader || traits.httpQuery) return argumentError(member, textOf(value))
  // AWS: the one element of a body that is refused in words of its own (recorded).
  if (/\.protocol' failed/.test(text)) return new ServiceError('InvalidRequest', invalidProtocol)
  return new ServiceError('MalformedXML', malformedXml)
}

const invalidProtocol =
  'Invalid protocol, protocol can be http or https. If not defined the protocol will be selected automatically.'

function argumentError({ traits, shape }: Member, text: string): ServiceError {
  const name = traits.httpQuery ?? traits.httpHeader?.toLowerCase() ?? ''
  const given = excerpt(text)
  const named = { ArgumentName: name, ArgumentValue: given }
  const refusal = refusals[name]
  if (refusal === undefined) {
    const message =
      shape.kind === 'number' ? `Provided ${name} not an integer or within integer range` : ''
    return new ServiceError('InvalidArgument', message, { fields: named })
  }
  const { code = 'InvalidArgument', message, fields = () => named } = refusal
  return new ServiceError(
    code,
    message.replace('<value>', () => given),
    { fields: fields(given) },
  )
}

interface Refusal {
  readonly code?: string
  readonly message: string
  readonly fields?: (given: string) => Readonly<Record<string, unknown>>
}

const nothing = () => ({})
const unsupportedChecksum: Refusal = {
  code: 'InvalidRequest',
  message:
    'Checksum algorithm provided is unsupported. Please try again with any of the valid types: ' +
    '[CRC32, CRC32C, CRC64NVME, SHA1, SHA256]',
  fields: nothing,
}

/** AWS: recorded replies to headers and parameters that are refused in words of their own. */
const refusals: Readonly<Record<string, Refusal>> = {
  'encoding-type': { message: 'Invalid Encoding Method specified in Request' },
  partNumber: { message: 'Part number must be an integer between 1 and 10000, inclusive' },
  'x-amz-checksum-algorithm': unsupportedChecksum,
  'x-amz-object-lock-mode': { message: 'Unknown wormMode directive.' },
  'x-amz-object-ownership': {
    message: 'Invalid x-amz-object-ownership header: <value>',
    fields: () => ({ ArgumentName: 'x-amz-object-ownership' }),
  },
  'x-amz-sdk-checksum-algorithm': unsupportedChecksum,
  'x-amz-server-side-encryption': {
    code: 'InvalidEncryptionAlgorithmError',
    message: 'The Encryption request you specified is not valid. Supported value: AES256.',
  },
  'x-amz-storage-class': {
    code: 'InvalidStorageClass',
    message: 'The storage class you specified is not valid',
    fields: (given) => ({ StorageClassRequested: given }),
  },
  'x-amz-transition-default-minimum-object-size': {
    code: 'InvalidRequest',
    message: 'Invalid TransitionDefaultMinimumObjectSize found: <value>',
    fields: nothing,
  },
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return ''
  return Array.isArray(value) ? value.join(',') : String(value)
}
