import type { Input, Output } from '../../../wire/contract.ts'
import type { Sdk } from '../contract.ts'
import { ROUTING_RULES_MAX } from '../limits.ts'
import { invalidArgument, invalidRequest, malformedXml } from '../s3-errors.ts'
import type { Protocol, RoutingRule, Website } from './website.ts'

type WireWebsite = Input<Sdk, 'PutBucketWebsite'>['WebsiteConfiguration']
type WireRule = NonNullable<WireWebsite['RoutingRules']>[number]

/** Throws as S3 does for a configuration that says nothing sound. */
export function websiteOf(given: WireWebsite): Website {
  const { RedirectAllRequestsTo: all, IndexDocument, ErrorDocument, RoutingRules = [] } = given
  if (all) {
    if (IndexDocument || ErrorDocument || RoutingRules.length > 0) {
      throw invalidArgument(
        'RedirectAllRequestsTo cannot be provided in conjunction with other Routing Rules.',
        'RedirectAllRequestsTo',
        'not null',
      )
    }
    if (!all.HostName) throw malformedXml()
    return { redirectAll: { host: all.HostName, ...protocolOf(all.Protocol) }, rules: [] }
  }
  const suffix = IndexDocument?.Suffix
  if (suffix === undefined) {
    throw invalidArgument(
      'A value for IndexDocument Suffix must be provided if RedirectAllRequestsTo is empty',
      'IndexDocument',
    )
  }
  if (suffix === '' || suffix.includes('/')) {
    throw invalidArgument('The IndexDocument Suffix is not well formed', 'IndexDocument', suffix)
  }
  if (ErrorDocument && !ErrorDocument.Key) throw malformedXml()
  if (RoutingRules.length > ROUTING_RULES_MAX) {
    throw invalidRequest(
      `The number of routing rules must not exceed the allowed limit of ${ROUTING_RULES_MAX} rules.`,
    )
  }
  return {
    indexSuffix: suffix,
    ...(ErrorDocument && { errorKey: ErrorDocument.Key }),
    rules: RoutingRules.map(ruleOf),
  }
}

export function wireWebsite(website: Website): Output<Sdk, 'GetBucketWebsite'> {
  const { redirectAll, indexSuffix, errorKey, rules } = website
  return {
    ...(redirectAll && {
      RedirectAllRequestsTo: {
        HostName: redirectAll.host,
        ...(redirectAll.protocol && { Protocol: redirectAll.protocol }),
      },
    }),
    ...(indexSuffix !== undefined && { IndexDocument: { Suffix: indexSuffix } }),
    ...(errorKey !== undefined && { ErrorDocument: { Key: errorKey } }),
    ...(rules.length > 0 && { RoutingRules: rules.map(wireRule) }),
  }
}

function ruleOf({ Condition, Redirect }: WireRule): RoutingRule {
  const { KeyPrefixEquals: prefix, HttpErrorCodeReturnedEquals: code } = Condition ?? {}
  if (Condition && prefix === undefined && code === undefined) {
    throw invalidRequest(
      "Condition cannot be empty. To redirect all requests without a condition, the condition element shouldn't be present.",
    )
  }
  if (!Redirect) throw malformedXml()
  const { HostName, HttpRedirectCode, ReplaceKeyWith, ReplaceKeyPrefixWith } = Redirect
  if (ReplaceKeyWith !== undefined && ReplaceKeyPrefixWith !== undefined) {
    throw invalidRequest('You can only define ReplaceKeyPrefix or ReplaceKey but not both.')
  }
  if (code !== undefined && !/^[45]\d\d$/.test(code)) {
    throw invalidRequest(
      `The provided HTTP error code (${code}) is not valid. Valid codes are 4XX or 5XX.`,
    )
  }
  if (HttpRedirectCode !== undefined && !/^3(0[1-9]|[1-9]\d)$/.test(HttpRedirectCode)) {
    throw invalidRequest(
      `The provided HTTP redirect code (${HttpRedirectCode}) is not valid. Valid codes are 3XX except 300.`,
    )
  }
  return {
    ...(Condition && {
      condition: {
        ...(prefix !== undefined && { prefix }),
        ...(code !== undefined && { errorCode: Number(code) }),
      },
    }),
    redirect: {
      ...(HostName !== undefined && { host: HostName }),
      ...protocolOf(Redirect.Protocol),
      ...(HttpRedirectCode !== undefined && { status: Number(HttpRedirectCode) }),
      ...(ReplaceKeyWith !== undefined && { key: ReplaceKeyWith }),
      ...(ReplaceKeyPrefixWith !== undefined && { prefix: ReplaceKeyPrefixWith }),
    },
  }
}

function wireRule({ condition, redirect }: RoutingRule) {
  const { prefix, errorCode } = condition ?? {}
  return {
    ...(condition && {
      Condition: {
        ...(prefix !== undefined && { KeyPrefixEquals: prefix }),
        ...(errorCode !== undefined && { HttpErrorCodeReturnedEquals: String(errorCode) }),
      },
    }),
    Redirect: {
      ...(redirect.host !== undefined && { HostName: redirect.host }),
      ...(redirect.protocol && { Protocol: redirect.protocol }),
      ...(redirect.status !== undefined && { HttpRedirectCode: String(redirect.status) }),
      ...(redirect.key !== undefined && { ReplaceKeyWith: redirect.key }),
      ...(redirect.prefix !== undefined && { ReplaceKeyPrefixWith: redirect.prefix }),
    },
  }
}

function protocolOf(given: string | undefined): { readonly protocol?: Protocol } {
  if (given === undefined || given === '') return {}
  if (given === 'http' || given === 'https') return { protocol: given }
  throw invalidRequest(
    'Invalid protocol, protocol can be http or https. If not defined the protocol will be selected automatically.',
  )
}
