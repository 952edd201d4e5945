import type {
  ConnectionAuthResponseParameters,
  ConnectionHttpParameters,
  UpdateConnectionAuthRequestParameters,
} from '@aws-sdk/client-eventbridge'
import { dateOf } from '../../base/clock.ts'
import type { Scope } from '../../base/scope.ts'
import type {
  Connection,
  ConnectionAuth,
  Credentials,
  HttpExtra,
  HttpExtras,
} from './api-destinations/connection.ts'
import { connectionArn } from './api-destinations/connection.ts'
import { notSupported, validation } from './event-errors.ts'
import { httpUrl } from './wire-api-destination.ts'

type WireAuth = UpdateConnectionAuthRequestParameters

/**
 * What a connection shall prove itself with. UpdateConnection leaves out what is to stay as it is in
 * `current`.
 */
export function connectionAuth(
  type: Credentials['type'],
  wire: WireAuth,
  current?: ConnectionAuth,
): ConnectionAuth {
  if (wire.ConnectivityParameters) throw notSupported('AuthParameters.ConnectivityParameters')
  const same = current?.credentials.type === type ? current.credentials : undefined
  const extras = wire.InvocationHttpParameters
  return {
    credentials: credentialsOf(type, wire, same),
    extras: extras ? httpExtras(extras) : (current?.extras ?? noExtras),
  }
}

function credentialsOf(
  type: Credentials['type'],
  wire: WireAuth,
  current: Credentials | undefined,
): Credentials {
  switch (type) {
    case 'API_KEY': {
      const given = wire.ApiKeyAuthParameters
      const old = current?.type === type ? current : undefined
      const name = given?.ApiKeyName ?? old?.name ?? missing('ApiKeyAuthParameters', type)
      const value = given?.ApiKeyValue ?? old?.value ?? missing('ApiKeyAuthParameters', type)
      return { type, name, value }
    }
    case 'BASIC': {
      const given = wire.BasicAuthParameters
      const old = current?.type === type ? current : undefined
      const username = given?.Username ?? old?.username ?? missing('BasicAuthParameters', type)
      const password = given?.Password ?? old?.password ?? missing('BasicAuthParameters', type)
      return { type, username, password }
    }
    default:
      return oauthOf(wire.OAuthParameters, current)
  }
}

function oauthOf(
  given: UpdateConnectionAuthRequestParameters['OAuthParameters'],
  current: Credentials | undefined,
): Credentials {
  const type = 'OAUTH_CLIENT_CREDENTIALS'
  const old = current?.type === type ? current : undefined
  const { ClientID, ClientSecret } = given?.ClientParameters ?? {}
  const extras = given?.OAuthHttpParameters
  const none = () => missing('OAuthParameters', type)
  const endpoint = given?.AuthorizationEndpoint ?? old?.endpoint ?? none()
  return {
    type,
    clientId: ClientID ?? old?.clientId ?? none(),
    clientSecret: ClientSecret ?? old?.clientSecret ?? none(),
    endpoint: httpUrl('AuthorizationEndpoint', endpoint),
    method: given?.HttpMethod ?? old?.method ?? none(),
    extras: extras ? httpExtras(extras) : (old?.extras ?? noExtras),
  }
}

function missing(what: string, type: string): never {
  throw validation(
    `Parameter AuthParameters is not valid. Reason: ${what} must be given for AuthorizationType ${type}.`,
  )
}

const noExtras: HttpExtras = { headers: [], query: [], body: [] }

function httpExtras(wire: ConnectionHttpParameters): HttpExtras {
  const read = (given: ConnectionHttpParameters['HeaderParameters']): ReadonlyArray<HttpExtra> =>
    (given ?? []).map(({ Key = '', Value = '', IsValueSecret = false }) => ({
      key: Key,
      value: Value,
      isSecret: IsValueSecret,
    }))
  return {
    headers: read(wire.HeaderParameters),
    query: read(wire.QueryStringParameters),
    body: read(wire.BodyParameters),
  }
}

/** Without what is secret: AWS never gives that back. */
export function wireAuth({
  credentials,
  extras,
}: ConnectionAuth): ConnectionAuthResponseParameters {
  return { ...wireCredentials(credentials), ...wireExtras('InvocationHttpParameters', extras) }
}

function wireCredentials(credentials: Credentials): ConnectionAuthResponseParameters {
  switch (credentials.type) {
    case 'API_KEY':
      return { ApiKeyAuthParameters: { ApiKeyName: credentials.name } }
    case 'BASIC':
      return { BasicAuthParameters: { Username: credentials.username } }
    default:
      return {
        OAuthParameters: {
          ClientParameters: { ClientID: credentials.clientId },
          AuthorizationEndpoint: credentials.endpoint,
          HttpMethod: credentials.method,
          ...wireExtras('OAuthHttpParameters', credentials.extras),
        },
      }
  }
}

function wireExtras(member: string, { headers, query, body }: HttpExtras) {
  if (headers.length + query.length + body.length === 0) return {}
  const tell = (extras: ReadonlyArray<HttpExtra>) =>
    extras.map(({ key, value, isSecret }) => ({
      Key: key,
      ...(!isSecret && { Value: value }),
      IsValueSecret: isSecret,
    }))
  return {
    [member]: {
      HeaderParameters: tell(headers),
      QueryStringParameters: tell(query),
      BodyParameters: tell(body),
    },
  }
}

/** What the answers of all operations have in common. */
export function wireConnection(scope: Scope, connection: Connection) {
  const { authorizedMs } = connection
  return {
    ConnectionArn: connectionArn(scope, connection),
    ConnectionState: connection.state,
    CreationTime: dateOf(connection.createdMs),
    LastModifiedTime: dateOf(connection.modifiedMs),
    ...(authorizedMs !== undefined && { LastAuthorizedTime: dateOf(authorizedMs) }),
  }
}

/** As lists show it. */
export function wireListedConnection(scope: Scope, connection: Connection) {
  const { stateReason } = connection
  return {
    ...wireConnection(scope, connection),
    Name: connection.name,
    AuthorizationType: connection.type,
    ...(stateReason !== undefined && { StateReason: stateReason }),
  }
}
