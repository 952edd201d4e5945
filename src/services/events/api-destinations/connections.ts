import type { Clock } from '../../../base/clock.ts'
import { ServiceError } from '../../../base/errors.ts'
import type { Random } from '../../../base/random.ts'
import type { Scope } from '../../../base/scope.ts'
import { createWaker } from '../../../base/waker.ts'
import type { Document } from '../../../engines/meta/documents.ts'
import { createDocuments } from '../../../engines/meta/documents.ts'
import type { MetaStore } from '../../../engines/meta/port.ts'
import { limitExceeded, notFound } from '../event-errors.ts'
import { eventLimits } from '../limits.ts'
import { documentsAfter } from '../pages.ts'
import type { Connection, ConnectionAuth } from './connection.ts'
import { connectionArn } from './connection.ts'
import { createSeal } from './seal.ts'

/** The connections of every account. Their secrets are enciphered where they are kept. */
export interface Connections {
  /** Rejects with `ResourceNotFoundException`. */
  get(scope: Scope, name: string): Promise<Connection>
  /** Undefined also for the ARN of an earlier connection of the name. */
  findByArn(scope: Scope, arn: string): Promise<Connection | undefined>
  /** Undefined once its rights were taken away. */
  authOf(scope: Scope, connection: Connection): Promise<ConnectionAuth | undefined>
  create(scope: Scope, request: ConnectionRequest): Promise<Connection>
  update(scope: Scope, name: string, request: ConnectionChange): Promise<Connection>
  /** Forgets the secrets. */
  deauthorize(scope: Scope, name: string): Promise<Connection>
  remove(scope: Scope, name: string): Promise<Connection>
  /** Writes how the authorization went; nothing when the connection has other secrets by now. */
  conclude(scope: Scope, connection: Connection, failure?: string): Promise<void>
  walk(
    scope: Scope,
    page: { readonly prefix?: string | undefined; readonly after?: string | undefined },
  ): AsyncIterable<Connection>
  everywhere(): AsyncIterable<Document<Connection>>
  /** Resolves when there is one to be authorized, or the time is over. */
  wait(ms: number, signal: AbortSignal): Promise<void>
}

export interface ConnectionRequest {
  readonly name: string
  readonly description?: string | undefined
  readonly auth: ConnectionAuth
}

export interface ConnectionChange {
  readonly description?: string | undefined
  /** Told what there is; answers what there shall be, or undefined for no change. */
  readonly auth: (current: ConnectionAuth | undefined) => ConnectionAuth | undefined
}

const REASON_CHARACTERS_MAX = 512

export function createConnections(deps: {
  readonly meta: MetaStore
  readonly clock: Clock
  readonly random: Random
}): Connections {
  const { meta, clock, random } = deps
  const documents = createDocuments<Connection>(meta, 'events/connection')
  const seal = createSeal(deps)
  const waker = createWaker(clock)

  async function get(scope: Scope, name: string): Promise<Connection> {
    const found = await documents.get(scope, name)
    if (!found) throw noConnection(name)
    return found
  }

  async function change(scope: Scope, name: string, edit: (current: Connection) => Connection) {
    const changed = await documents.update(scope, [name], edit)
    if (!changed) throw noConnection(name)
    return changed
  }

  /** AWS: a key or a password needs no more than being kept; a token has to be asked for. */
  async function authorization(scope: Scope, auth: ConnectionAuth) {
    const sealed = await seal.close(scope, auth)
    const { type } = auth.credentials
    if (type === 'OAUTH_CLIENT_CREDENTIALS') return { type, sealed, state: 'AUTHORIZING' } as const
    return { type, sealed, state: 'AUTHORIZED', authorizedMs: clock.wallMs() } as const
  }

  const authOf = async (scope: Scope, { sealed }: Connection) =>
    sealed === undefined ? undefined : seal.open<ConnectionAuth>(scope, sealed)

  return {
    get,
    authOf,
    async findByArn(scope, arn) {
      const [, name = ''] = arn.split('connection/')[1]?.match(/^([^/]+)\//) ?? []
      const found = name === '' ? undefined : await documents.getShared(scope, name)
      return found && connectionArn(scope, found) === arn ? found : undefined
    },
    async create(scope, { name, description, auth }) {
      const { connectionsMax } = eventLimits
      if ((await documents.list(scope, { limit: connectionsMax })).length >= connectionsMax) {
        throw limitExceeded()
      }
      const nowMs = clock.wallMs()
      const connection: Connection = {
        ...{ name, id: random.uuid(), description, revision: 0 },
        ...{ createdMs: nowMs, modifiedMs: nowMs },
        ...(await authorization(scope, auth)),
      }
      if (!(await documents.create(scope, [name], connection))) {
        throw new ServiceError(
          'ResourceAlreadyExistsException',
          `Connection ${name} already exists.`,
        )
      }
      waker.wake()
      return connection
    },
    async update(scope, name, request) {
      const current = await get(scope, name)
      const auth = request.auth(await authOf(scope, current))
      const renewed = auth && (await authorization(scope, auth))
      const changed = await change(scope, name, (latest) => {
        if (latest.revision !== current.revision) throw changedMeanwhile(name)
        const { stateReason: _, authorizedMs: __, ...rest } = latest
        return {
          ...(renewed ? { ...rest, ...renewed, revision: latest.revision + 1 } : latest),
          description: request.description ?? latest.description,
          modifiedMs: clock.wallMs(),
        }
      })
      waker.wake()
      return changed
    },
    deauthorize: (scope, name) =>
      change(scope, name, (current) => deauthorized(current, clock.wallMs())),
    async remove(scope, name) {
      const connection = await get(scope, name)
      await documents.remove(scope, name)
      return connection
    },
    async conclude(scope, { name, id, revision }, failure) {
      await documents.update(scope, [name], (latest) => {
        const isSame = latest.id === id && latest.revision === revision
        return isSame ? concluded(latest, clock.wallMs(), failure) : latest
      })
    },
    walk: (scope, page) => documentsAfter(documents, scope, page),
    everywhere: documents.everywhere,
    wait: waker.wait,
  }
}

function deauthorized({ sealed: _, ...rest }: Connection, nowMs: number): Connection {
  const stateReason = 'The connection was deauthorized by its owner.'
  const state = { state: 'DEAUTHORIZED', stateReason, modifiedMs: nowMs } as const
  return { ...rest, ...state, revision: rest.revision + 1 }
}

function concluded(
  { stateReason: _, ...rest }: Connection,
  nowMs: number,
  failure: string | undefined,
): Connection {
  if (failure === undefined) return { ...rest, state: 'AUTHORIZED', authorizedMs: nowMs }
  return { ...rest, state: 'DEAUTHORIZED', stateReason: failure.slice(0, REASON_CHARACTERS_MAX) }
}

function noConnection(name: string): ServiceError {
  return notFound(`Failed to describe the connection(s). Connection '${name}' does not exist.`)
}

function changedMeanwhile(name: string): ServiceError {
  return new ServiceError(
    'ConcurrentModificationException',
    `Connection ${name} was changed by another request at the same time.`,
  )
}
