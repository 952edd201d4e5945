import type { ApiDestinationHttpMethod } from '@aws-sdk/client-eventbridge'
import { dateOf } from '../../base/clock.ts'
import type { Scope } from '../../base/scope.ts'
import type { ApiDestination } from './api-destinations/api-destinations.ts'
import { apiDestinationArn } from './api-destinations/api-destinations.ts'
import type { Connections } from './api-destinations/connections.ts'
import { notFound, validation } from './event-errors.ts'

/** Throws `ValidationException` for what is no URL of HTTP. AWS takes https only. */
export function httpUrl(member: string, text: string): string {
  const isHttp = /^https?:\/\/[^/?#]/i.test(text) && URL.canParse(text)
  if (isHttp) return text
  throw validation(`Parameter ${member} is not valid. Reason: It must be a URL of https or http.`)
}

export async function requireConnection(
  connections: Connections,
  scope: Scope,
  arn: string,
): Promise<void> {
  if (await connections.findByArn(scope, arn)) return
  throw notFound(`Connection '${arn}' does not exist.`)
}

/** AWS: a destination is active as long as its connection is authorized. */
export async function wireApiDestination(
  connections: Connections,
  scope: Scope,
  destination: ApiDestination,
) {
  const connection = await connections.findByArn(scope, destination.connectionArn)
  const state = connection?.state === 'AUTHORIZED' ? 'ACTIVE' : 'INACTIVE'
  return {
    ApiDestinationArn: apiDestinationArn(scope, destination),
    ApiDestinationState: state as 'ACTIVE' | 'INACTIVE',
    CreationTime: dateOf(destination.createdMs),
    LastModifiedTime: dateOf(destination.modifiedMs),
  }
}

/** As lists and DescribeApiDestination show it. */
export async function wireListedApiDestination(
  connections: Connections,
  scope: Scope,
  destination: ApiDestination,
) {
  return {
    ...(await wireApiDestination(connections, scope, destination)),
    Name: destination.name,
    ConnectionArn: destination.connectionArn,
    InvocationEndpoint: destination.endpoint,
    // Checked against the model of the API when it came in.
    HttpMethod: destination.method as ApiDestinationHttpMethod,
    InvocationRateLimitPerSecond: destination.perSecondMax,
  }
}
