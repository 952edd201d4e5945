import type { Refusals } from '../dialect.ts'
import type { Signature } from '../signature.ts'
import { parseSignature } from '../signature.ts'
import type { SignatureV2 } from '../signature-v2.ts'
import { requireField } from './form-fields.ts'

/** The signature of a form, over the text of its policy; absent: nobody signed it. */
export interface FormSignature {
  readonly signature: Signature | Omit<SignatureV2, 'expiresMs'> | undefined
  readonly policy: string
}

const v4Names = ['X-Amz-Algorithm', 'X-Amz-Credential', 'X-Amz-Date', 'X-Amz-Signature'] as const

/** Throws as AWS for a form that has a part of a signature only. */
export function formSignature(
  fields: ReadonlyMap<string, string>,
  refusals: Refusals,
): FormSignature {
  const isV4 = v4Names.some((name) => fields.has(name.toLowerCase()))
  const isV2 = fields.has('awsaccesskeyid') || fields.has('signature')
  if (!isV4 && !isV2 && !fields.has('policy')) return { signature: undefined, policy: '' }
  const policy = requireField(fields, 'policy')
  const sessionToken = fields.get('x-amz-security-token')
  if (!isV4) {
    const accessKeyId = requireField(fields, 'AWSAccessKeyId')
    const value = requireField(fields, 'Signature')
    return { signature: { accessKeyId, value, sessionToken }, policy }
  }
  const values = v4Names.map((name) => [name, requireField(fields, name)] as const)
  const token = sessionToken === undefined ? [] : [['X-Amz-Security-Token', sessionToken] as const]
  // What stands in the fields is what a presigned URL has in its query.
  const query = [...values, ...token, ['X-Amz-SignedHeaders', 'host'] as const]
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join('&')
  const found = parseSignature({}, query)
  if (found.reason === 'signed') return { signature: found.signature, policy }
  throw refusals.unsigned(found.reason === 'signed-v2' ? { reason: 'missing' } : found)
}
