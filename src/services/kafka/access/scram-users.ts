import type { Random } from '../../../base/random.ts'
import type { Scope } from '../../../base/scope.ts'
import type { Documents } from '../../../engines/meta/documents.ts'
import { createDocuments } from '../../../engines/meta/documents.ts'
import type { MetaStore } from '../../../engines/meta/port.ts'
import { accessLimits } from './limits.ts'
import type { ScramCredential, ScramMechanism } from './scram.ts'
import { credentialOf, saltPassword } from './scram.ts'

/**
 * The users who log in by name and password (SCRAM). A name belongs to one account and region of
 * this server: it is all that a client says at first. Durable when a promise resolves.
 */
export interface ScramUsers {
  /** Whoever has the name, in whichever account. */
  find(name: string): Promise<ScramUser | undefined>
  /** In the order of names; at most as many as an account may have. */
  list(scope: Scope): Promise<ReadonlyArray<ScramUser>>
  get(scope: Scope, name: string): Promise<ScramUser | undefined>
  /**
   * Sets and removes credentials of one user, all or none: a user without any is gone. `taken`: the
   * name belongs to another account; `full`: the account has as many users as it may have.
   */
  change(
    scope: Scope,
    name: string,
    change: {
      readonly put: ReadonlyMap<ScramMechanism, ScramCredential>
      readonly remove: ReadonlySet<ScramMechanism>
    },
  ): Promise<'changed' | 'taken' | 'full'>
  /** As `change`, from a password. */
  setPassword(
    scope: Scope,
    name: string,
    password: string,
    mechanism: ScramMechanism,
  ): Promise<'changed' | 'taken' | 'full'>
  remove(scope: Scope, name: string): Promise<void>
  /** Removes the users of one account, or all. */
  removeEverything(accountId?: string): Promise<void>
}

export interface ScramUser {
  readonly name: string
  readonly scope: Scope
  readonly credentials: ReadonlyMap<ScramMechanism, ScramCredential>
}

interface UserDocument {
  readonly credentials: ReadonlyArray<{
    readonly mechanism: ScramMechanism
    readonly iterations: number
    /** The rest in base64. */
    readonly salt: string
    readonly storedKey: string
    readonly serverKey: string
  }>
}

/** Names are kept once for the whole server, under an account that nobody can have. */
const everywhere: Scope = { accountId: 'names', region: 'global' }

export function createScramUsers(deps: {
  readonly meta: MetaStore
  readonly random: Random
}): ScramUsers {
  const users = createDocuments<UserDocument>(deps.meta, 'kafka/scram-user')
  const names = createDocuments<Scope>(deps.meta, 'kafka/scram-name')

  async function get(scope: Scope, name: string): Promise<ScramUser | undefined> {
    const document = await users.get(scope, name)
    return document && userOf(scope, name, document)
  }

  async function list(scope: Scope): Promise<ReadonlyArray<ScramUser>> {
    const found = await users.list(scope, { limit: accessLimits.scramUsersMax })
    return found.map(({ id: [name], value }) => userOf(scope, String(name), value))
  }

  async function remove(scope: Scope, name: string): Promise<void> {
    await users.remove(scope, name)
    const owner = await names.get(everywhere, name)
    if (owner && isSame(owner, scope)) await names.remove(everywhere, name)
  }

  const change: ScramUsers['change'] = async (scope, name, { put, remove: removed }) => {
    if (put.size > 0 && !(await claim(names, users, scope, name))) return 'taken'
    const apply = (current: UserDocument): UserDocument => {
      const credentials = new Map(userOf(scope, name, current).credentials)
      for (const mechanism of removed) credentials.delete(mechanism)
      for (const [mechanism, credential] of put) credentials.set(mechanism, credential)
      return documentOf(credentials)
    }
    const changed = await users.update(scope, [name], apply)
    if (changed) {
      if (changed.credentials.length === 0) await remove(scope, name)
      return 'changed'
    }
    if (put.size === 0) return 'changed'
    if ((await list(scope)).length >= accessLimits.scramUsersMax) return 'full'
    const created = await users.create(scope, [name], apply({ credentials: [] }))
    return created ? 'changed' : change(scope, name, { put, remove: removed })
  }

  return {
    async find(name) {
      const scope = await names.get(everywhere, name)
      return scope && get(scope, name)
    },
    list,
    get,
    change,
    async setPassword(scope, name, password, mechanism) {
      const salt = deps.random.bytes(16)
      const iterations = accessLimits.scramIterationsMin
      const salted = await saltPassword(mechanism, password, salt, iterations)
      const credential = credentialOf(mechanism, salted, { salt, iterations })
      const put = new Map(credential ? [[mechanism, credential]] : [])
      return change(scope, name, { put, remove: new Set() })
    },
    remove,
    async removeEverything(accountId) {
      for await (const { scope, id } of users.everywhere()) {
        if (accountId === undefined || scope.accountId === accountId) {
          await remove(scope, String(id[0]))
        }
      }
    },
  }
}

/** Makes the name the account's, unless somebody else has it. */
async function claim(
  names: Documents<Scope>,
  users: Documents<UserDocument>,
  { accountId, region }: Scope,
  name: string,
): Promise<boolean> {
  const scope: Scope = { accountId, region }
  if (await names.create(everywhere, [name], scope)) return true
  const owner = await names.get(everywhere, name)
  if (!owner) return claim(names, users, scope, name)
  if (isSame(owner, scope)) return true
  if (await users.get(owner, name)) return false
  // What a crash between two writes left behind: a name without its user.
  const now = await names.update(everywhere, [name], (there) =>
    isSame(there, owner) ? scope : there,
  )
  return now !== undefined && isSame(now, scope)
}

function isSame(a: Scope, b: Scope): boolean {
  return a.accountId === b.accountId && a.region === b.region
}

function userOf(scope: Scope, name: string, { credentials }: UserDocument): ScramUser {
  const kept = credentials.map(({ mechanism, iterations, ...texts }) => {
    const bytes = (text: string) => Buffer.from(text, 'base64')
    const credential: ScramCredential = {
      iterations,
      salt: bytes(texts.salt),
      storedKey: bytes(texts.storedKey),
      serverKey: bytes(texts.serverKey),
    }
    return [mechanism, credential] as const
  })
  return { name, scope, credentials: new Map(kept) }
}

function documentOf(credentials: ReadonlyMap<ScramMechanism, ScramCredential>): UserDocument {
  return {
    credentials: [...credentials].map(([mechanism, credential]) => ({
      mechanism,
      iterations: credential.iterations,
      salt: credential.salt.toString('base64'),
      storedKey: credential.storedKey.toString('base64'),
      serverKey: credential.serverKey.toString('base64'),
    })),
  }
}
