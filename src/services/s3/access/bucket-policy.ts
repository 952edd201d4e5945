import { ServiceError } from '../../../base/errors.ts'
import type { PolicyDocument, Statement } from '../../iam/policy-document.ts'
import { PolicySyntaxError, parsePolicy } from '../../iam/policy-parsing.ts'
import { BUCKET_POLICY_BYTES_MAX } from '../limits.ts'
import { notSupported } from '../s3-errors.ts'
import { actionTable } from './action-table.ts'
import { isAnsweredKey } from './condition-keys.ts'

/** Reads a policy that a bucket is to have. Throws `MalformedPolicy` with S3's reason. */
export function checkBucketPolicy(bucket: string, text: string): PolicyDocument {
  if (Buffer.byteLength(text) > BUCKET_POLICY_BYTES_MAX) {
    throw malformed('Policy exceeds the maximum allowed document size.')
  }
  let document: PolicyDocument
  try {
    document = parsePolicy(text)
  } catch (error) {
    if (error instanceof PolicySyntaxError) throw malformed(error.message)
    throw error
  }
  for (const statement of document.statements) checkStatement(bucket, statement)
  return document
}

function checkStatement(bucket: string, statement: Statement): void {
  const { resources, notResources, actions, notActions } = statement
  const named = resources ?? notResources
  if (!named) throw malformed('Missing required field Resource')
  if (!named.every((resource) => isOf(bucket, resource))) {
    throw malformed('Policy has invalid resource')
  }
  const list = actions ?? notActions ?? []
  if (!list.every((action) => action === '*' || /^s3:[\w*?]+$/i.test(action))) {
    throw malformed('Policy has invalid action')
  }
  const idle = resources && actions && !actions.every((action) => canApply(action, resources))
  if (idle) throw malformed('Action does not apply to any resource(s) in statement')
  const keys = Object.values(statement.conditions).flatMap((values) => Object.keys(values))
  const unknown = keys.find((key) => !isAnsweredKey(key))
  if (unknown === undefined) return
  if (unknown.toLowerCase().startsWith('aws:')) throw notSupported(`The condition key ${unknown}`)
  throw malformed('Policy has an invalid condition key')
}

function isOf(bucket: string, resource: string): boolean {
  const arn = `arn:aws:s3:::${bucket}`
  return resource === arn || resource === `${arn}*` || resource.startsWith(`${arn}/`)
}

const kinds = new Map<string, 'bucket' | 'object'>(
  [...actionTable.values()].flatMap(({ action, withVersion, of }) =>
    [action, ...(withVersion ? [withVersion] : [])].map(
      (name) => [`s3:${name}`.toLowerCase(), of] as const,
    ),
  ),
)

/** Of actions that are named in full, and known. */
function canApply(action: string, resources: ReadonlyArray<string>): boolean {
  const kind = kinds.get(action.toLowerCase())
  if (kind === undefined) return true
  return resources.some((resource) =>
    kind === 'object' ? /[/*]/.test(resource) : !resource.includes('/'),
  )
}

function malformed(message: string): ServiceError {
  return new ServiceError('MalformedPolicy', message)
}
