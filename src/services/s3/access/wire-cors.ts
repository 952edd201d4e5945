import type { Input, Output } from '../../../wire/contract.ts'
import type { Sdk } from '../contract.ts'
import { CORS_RULES_MAX } from '../limits.ts'
import { invalidRequest, malformedXml } from '../s3-errors.ts'
import type { CorsRule } from './bucket-access.ts'

type WireRules = Input<Sdk, 'PutBucketCors'>['CORSConfiguration']['CORSRules']

const methods = new Set(['GET', 'PUT', 'POST', 'DELETE', 'HEAD'])

export function corsRulesOf(rules: WireRules): ReadonlyArray<CorsRule> {
  if (!rules || rules.length === 0) throw malformedXml()
  if (rules.length > CORS_RULES_MAX) {
    throw invalidRequest(
      `The number of CORS rules should not exceed allowed limit of ${CORS_RULES_MAX} rules.`,
    )
  }
  return rules.map((rule) => {
    const { AllowedOrigins = [], AllowedMethods = [], AllowedHeaders = [] } = rule
    if (AllowedOrigins.length === 0 || AllowedMethods.length === 0) throw malformedXml()
    const wrong = AllowedMethods.find((method) => !methods.has(method))
    if (wrong !== undefined) {
      throw invalidRequest(
        `Found unsupported HTTP method in CORS config. Unsupported method is ${wrong}`,
      )
    }
    requireOneStar('AllowedOrigin', AllowedOrigins)
    requireOneStar('AllowedHeader', AllowedHeaders)
    for (const header of rule.ExposeHeaders ?? []) {
      if (!header.includes('*')) continue
      throw invalidRequest(
        `ExposeHeader "${header}" contains wildcard. We currently do not support wildcard for ExposeHeader.`,
      )
    }
    return {
      ...(rule.ID !== undefined && { id: rule.ID }),
      allowedOrigins: AllowedOrigins,
      allowedMethods: AllowedMethods,
      allowedHeaders: AllowedHeaders,
      exposeHeaders: rule.ExposeHeaders ?? [],
      ...(rule.MaxAgeSeconds !== undefined && { maxAgeSeconds: rule.MaxAgeSeconds }),
    }
  })
}

export function wireCorsRules(rules: ReadonlyArray<CorsRule>): Output<Sdk, 'GetBucketCors'> {
  return {
    CORSRules: rules.map((rule) => ({
      ...(rule.id !== undefined && { ID: rule.id }),
      AllowedOrigins: [...rule.allowedOrigins],
      AllowedMethods: [...rule.allowedMethods],
      ...(rule.allowedHeaders.length > 0 && { AllowedHeaders: [...rule.allowedHeaders] }),
      ...(rule.exposeHeaders.length > 0 && { ExposeHeaders: [...rule.exposeHeaders] }),
      ...(rule.maxAgeSeconds !== undefined && { MaxAgeSeconds: rule.maxAgeSeconds }),
    })),
  }
}

function requireOneStar(name: string, values: ReadonlyArray<string>): void {
  const wrong = values.find((value) => value.split('*').length > 2)
  if (wrong === undefined) return
  throw invalidRequest(`${name} "${wrong}" can not have more than one wildcard.`)
}
