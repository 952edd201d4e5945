import type { WebSite, WebSiteRequest, WebSites } from '../../../wire/operation.ts'
import type { Buckets } from '../buckets/buckets.ts'
import { noSuchBucket, noSuchWebsite } from '../s3-errors.ts'
import type { RoutingRule, Website } from './website.ts'

/** The web sites that buckets are, by their configurations. */
export function createWebSites({ buckets }: { readonly buckets: Buckets }): WebSites {
  return {
    async find(name) {
      const bucket = await buckets.look(name)
      if (!bucket) throw noSuchBucket(name)
      if (!bucket.website) throw noSuchWebsite(name)
      return siteOf(bucket.website)
    },
  }
}

function siteOf({ redirectAll, indexSuffix = '', errorKey, rules }: Website): WebSite {
  return {
    indexSuffix,
    errorKey,
    enter(request) {
      const { key } = request
      if (redirectAll)
        return { status: 301, location: locationOf(request, { ...redirectAll, key }) }
      const rule = rules.find(
        ({ condition }) =>
          condition?.errorCode === undefined && key.startsWith(condition?.prefix ?? ''),
      )
      return rule && redirectOf(request, rule)
    },
    refused(request, status) {
      const rule = rules.find(
        ({ condition }) =>
          condition?.errorCode === status && request.key.startsWith(condition.prefix ?? ''),
      )
      return rule && redirectOf(request, rule)
    },
  }
}

function redirectOf(request: WebSiteRequest, { condition, redirect }: RoutingRule) {
  const { host, protocol, status = 301 } = redirect
  const key =
    redirect.key ??
    (redirect.prefix === undefined
      ? request.key
      : redirect.prefix + request.key.slice(condition?.prefix?.length ?? 0))
  const target = { ...(host !== undefined && { host }), ...(protocol && { protocol }), key }
  return { status, location: locationOf(request, target) }
}

function locationOf(
  request: WebSiteRequest,
  target: { readonly host?: string; readonly protocol?: string; readonly key: string },
): string {
  const { host = request.host, protocol = request.protocol, key } = target
  return `${protocol}://${host}/${key.split('/').map(encodeURIComponent).join('/')}`
}
