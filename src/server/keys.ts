import type { Clock } from '../base/clock.ts'
import { ServiceError } from '../base/errors.ts'
import type { Random } from '../base/random.ts'
import type { Scope } from '../base/scope.ts'
import { createDocuments } from '../engines/meta/documents.ts'
import type { MetaStore } from '../engines/meta/port.ts'
import { createAccessKeyId } from '../services/sts/access-key-id.ts'

/** The configured access keys of this server (`headrace keys …`). Durable when a promise resolves. */
export interface Keys {
  /** A new key; `secretAccessKey` is shown here and never again. Given ones are taken as they are. */
  add(request: {
    readonly accountId: string
    readonly userName: string
    readonly accessKeyId?: string
    readonly secretAccessKey?: string
  }): Promise<AccessKey>
  list(): Promise<ReadonlyArray<Omit<AccessKey, 'secretAccessKey'>>>
  /** False when there is no such key. */
  remove(accessKeyId: string): Promise<boolean>
  find(accessKeyId: string): Promise<AccessKey | undefined>
}

export interface AccessKey {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly accountId: string
  /** Caller in ARNs: `arn:aws:iam::<account>:user/<userName>`. */
  readonly userName: string
  readonly createdMs: number
}

/** Keys belong to the server, not to one account and region: they say which account a caller has. */
const scope: Scope = { accountId: 'server', region: 'global' }
const KEYS_MAX = 1_000

export function createKeys(deps: {
  readonly meta: MetaStore
  readonly clock: Clock
  readonly random: Random
}): Keys {
  const { meta, clock, random } = deps
  const documents = createDocuments<AccessKey>(meta, 'server/key')

  return {
    async add({ accountId, userName, accessKeyId, secretAccessKey }) {
      if (!/^\d{12}$/.test(accountId)) throw invalid(`the account '${accountId}' is not 12 digits`)
      if (!/^[\w+=,.@-]{1,64}$/.test(userName)) throw invalid(`'${userName}' is not a user name`)
      const key: AccessKey = {
        accessKeyId: accessKeyId ?? createAccessKeyId('AKIA', accountId, random.bytes(5)),
        secretAccessKey: secretAccessKey ?? random.bytes(30).toString('base64'),
        accountId,
        userName,
        createdMs: clock.wallMs(),
      }
      if (!/^\w{4,128}$/.test(key.accessKeyId) || /^(test|\d{12}|ASIA.*)$/.test(key.accessKeyId)) {
        throw invalid(`'${key.accessKeyId}' cannot be the id of a configured key`)
      }
      if (key.secretAccessKey.length < 8) throw invalid('a secret has 8 characters at least')
      const there = await documents.list(scope, { limit: KEYS_MAX })
      if (there.length >= KEYS_MAX) throw invalid(`there are ${KEYS_MAX} keys, the most allowed`)
      const created = await documents.create(scope, [key.accessKeyId], key)
      if (!created) throw invalid(`the key ${key.accessKeyId} is already there`)
      return key
    },
    async list() {
      const found = await documents.list(scope, { limit: KEYS_MAX })
      return found.map(({ value: { secretAccessKey: _, ...shown } }) => shown)
    },
    remove: (accessKeyId) => documents.remove(scope, accessKeyId),
    find: (accessKeyId) => documents.get(scope, accessKeyId),
  }
}

function invalid(message: string): ServiceError {
  return new ServiceError('InvalidParameterValue', message)
}
