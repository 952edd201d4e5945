import { EngineError, InvariantError } from '../../../base/errors.ts'
import type { Random } from '../../../base/random.ts'
import type { Scope } from '../../../base/scope.ts'
import { createDocuments } from '../../../engines/meta/documents.ts'
import type { MetaBatch, MetaStore } from '../../../engines/meta/port.ts'
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

const ATTEMPTS_MAX = 100

export function createScramUsers(deps: {
  readonly meta: MetaStore
  readonly random: Random
}): ScramUsers {
  const { meta } = deps
  const users = createDocuments<UserDocument>(meta, 'kafka/scram-user')
  const names = createDocuments<Scope>(meta, 'kafka/scram-name')

  async function get(scope: Scope, name: string): Promise<ScramUser | undefined> {
    const document = await users.get(scope, name)
    return document && userOf(scope, name, document)
  }

  async function list(scope: Scope): Promise<ReadonlyArray<ScramUser>> {
    const found = await users.list(scope, { limit: accessLimits.scramUsersMax })
    return found.map(({ id: [name], value }) => userOf(scope, String(name), value))
  }

  /** The user and its name go together. */
  async function remove(scope: Scope, name: string): Promise<void> {
    const userKey = keyOf(users.putBatch(scope, [name], { credentials: [] }))
    const nameKey = keyOf(names.putBatch(everywhere, [name], scope))
    await retried(async () => {
      const [userEntry, nameEntry] = await Promise.all([meta.get(userKey), meta.get(nameKey)])
      const owner = await names.get(everywhere, name)
      const isOwner = owner !== undefined && isSame(owner, scope)
      if (!userEntry && !isOwner) return
      const checks = [
        { key: userKey, version: userEntry?.version ?? 0 },
        { key: nameKey, version: nameEntry?.version ?? 0 },
      ]
      await meta.commit({ checks, removals: isOwner ? [userKey, nameKey] : [userKey] })
    })
  }

  /**
   * Makes the user together with its name, so that of two accounts that want the name at the same time
   * one gets both, and the other neither. Undefined when the user is there.
   */
  async function create({ accountId, region }: Scope, name: string, document: UserDocument) {
    const scope: Scope = { accountId, region }
    const user = users.putBatch(scope, [name], document)
    const claim = names.putBatch(everywhere, [name], scope)
    return retried(async () => {
      const nameEntry = await meta.get(keyOf(claim))
      const owner = await names.get(everywhere, name)
      const checks = [{ key: keyOf(claim), version: nameEntry?.version ?? 0 }]
      if (owner && !isSame(owner, scope)) {
        if (await users.get(owner, name)) return 'taken'
        // A name without its user belongs to nobody; may its user not come back meanwhile.
        checks.push({ key: keyOf(users.putBatch(owner, [name], document)), version: 0 })
      }
      if (await users.get(scope, name)) return undefined
      if ((await list(scope)).length >= accessLimits.scramUsersMax) return 'full'
      checks.push({ key: keyOf(user), version: 0 })
      await meta.commit({ checks, puts: [...user.puts, ...claim.puts] })
      return 'changed'
    })
  }

  const change: ScramUsers['change'] = async (scope, name, { put, remove: removed }) => {
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
    const created = await create(scope, name, apply({ credentials: [] }))
    return created ?? change(scope, name, { put, remove: removed })
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

/** Does it again when somebody else was in between, up to a limit. */
async function retried<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      const isConflict = error instanceof EngineError && error.kind === 'conflict'
      if (!isConflict || attempt === ATTEMPTS_MAX) throw error
    }
  }
}

function keyOf({ puts }: Required<Pick<MetaBatch, 'puts'>>): Uint8Array {
  const [put] = puts
  if (!put) throw new InvariantError('a document is written without its key')
  return put.key
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
