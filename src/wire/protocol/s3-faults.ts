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
export function describeProblem({ member, value }: Problem): ServiceError {
  const { traits } = member
  if (traits.httpPayload && (value === undefined || value === null)) {
    return new ServiceError('MissingRequestBodyError', 'Request Body is empty')
  }
  if (traits.httpLabel) {
    return member.name === 'Key'
      ? new ServiceError('KeyTooLongError', 'Your key is too long')
      : new ServiceError('InvalidBucketName', 'The specified bucket is not valid.')
  }
  if (traits.httpHeader || traits.httpQuery) return argumentError(member, textOf(value))
  return new ServiceError('MalformedXML', malformedXml)
}

function argumentError({ traits, shape }: Member, text: string): ServiceError {
  const name = traits.httpQuery ?? traits.httpHeader?.toLowerCase() ?? ''
  if (name === 'x-amz-storage-class') {
    return new ServiceError('InvalidStorageClass', 'The storage class you specified is not valid')
  }
  const message =
    shape.kind === 'number'
      ? `Provided ${name} not an integer or within integer range`
      : (argumentMessages[name] ?? '')
  const fields = { ArgumentName: name, ArgumentValue: excerpt(text) }
  return new ServiceError('InvalidArgument', message, { fields })
}

const argumentMessages: Readonly<Record<string, string>> = {
  'encoding-type': 'Invalid Encoding Method specified in Request',
  'x-amz-server-side-encryption': 'The encryption method specified is not supported',
  'x-amz-metadata-directive': 'Unknown metadata directive.',
  'x-amz-tagging-directive': 'Unknown tagging directive.',
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return ''
  return Array.isArray(value) ? value.join(',') : String(value)
}
