import { parseArn } from './arn.ts'
import type { Scope } from './scope.ts'

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const MULTI_REGION_ID = /^mrk-[0-9a-f]{32}$/i
const ALIAS = /^alias\/[\w/-]{1,250}$/

/** What a key of KMS is called: `key/<id>` or `alias/<name>` of an account. */
export interface KmsKeyName {
  readonly accountId: string
  readonly resource: string
}

/**
 * Reads a key's name in any of the forms that AWS takes: a key id, an alias, or the ARN of one. Keys
 * are local ones, made when they are first used, so that any key that could exist does. For what is
 * no key, or one of another region, answers KMS's words.
 */
export function kmsKeyOf(
  { accountId, region }: Scope,
  keyId: string,
): KmsKeyName | { readonly problem: string } {
  const arn = parseArn(keyId)
  if (!arn) return named(accountId, keyId, keyId)
  if (arn.service !== 'kms' || !/^\d{12}$/.test(arn.accountId)) {
    return { problem: `Invalid arn ${keyId}` }
  }
  if (arn.region !== region) return { problem: `Invalid arn ${arn.region}` }
  const name = arn.resource.startsWith('key/') ? arn.resource.slice('key/'.length) : arn.resource
  return named(arn.accountId, name, keyId)
}

function named(accountId: string, name: string, keyId: string) {
  if (ALIAS.test(name)) return { accountId, resource: name }
  if (GUID.test(name) || MULTI_REGION_ID.test(name)) {
    return { accountId, resource: `key/${name.toLowerCase()}` }
  }
  return { problem: `Invalid keyId '${keyId}'` }
}
