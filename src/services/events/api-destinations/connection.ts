import { formatArn } from '../../../base/arn.ts'
import type { Scope } from '../../../base/scope.ts'

/** How API destinations prove who they are. What is secret of it lies under a seal. */
export interface Connection {
  readonly name: string
  /** Part of the ARN: another connection of the same name has another one. */
  readonly id: string
  readonly description?: string | undefined
  readonly type: Credentials['type']
  /** The whole `ConnectionAuth`; absent once its rights were taken away. */
  readonly sealed?: string | undefined
  /** Written by what authorized it, or failed to. */
  readonly state: 'AUTHORIZING' | 'AUTHORIZED' | 'DEAUTHORIZED'
  readonly stateReason?: string | undefined
  /** Of `sealed`: a failure of older credentials says nothing of newer ones. */
  readonly revision: number
  readonly createdMs: number
  readonly modifiedMs: number
  readonly authorizedMs?: number | undefined
}

export interface ConnectionAuth {
  readonly credentials: Credentials
  /** Goes with every request of the connection. */
  readonly extras: HttpExtras
}

export type Credentials =
  | { readonly type: 'API_KEY'; readonly name: string; readonly value: string }
  | { readonly type: 'BASIC'; readonly username: string; readonly password: string }
  | OAuthCredentials

export interface OAuthCredentials {
  readonly type: 'OAUTH_CLIENT_CREDENTIALS'
  readonly clientId: string
  readonly clientSecret: string
  readonly endpoint: string
  readonly method: 'GET' | 'POST' | 'PUT'
  readonly extras: HttpExtras
}

export interface HttpExtras {
  readonly headers: ReadonlyArray<HttpExtra>
  readonly query: ReadonlyArray<HttpExtra>
  readonly body: ReadonlyArray<HttpExtra>
}

export interface HttpExtra {
  readonly key: string
  readonly value: string
  readonly isSecret: boolean
}

export function connectionArn(
  { accountId, region }: Scope,
  { name, id }: Pick<Connection, 'name' | 'id'>,
): string {
  return formatArn({ service: 'events', accountId, region, resource: `connection/${name}/${id}` })
}
