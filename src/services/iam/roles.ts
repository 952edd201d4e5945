import { formatArn } from '../../base/arn.ts'
import type { Clock } from '../../base/clock.ts'
import type { Random } from '../../base/random.ts'
import type { Scope } from '../../base/scope.ts'
import { createDocuments } from '../../engines/meta/documents.ts'
import type { MetaStore } from '../../engines/meta/port.ts'
import {
  alreadyExists,
  checkDocument,
  createUniqueId,
  deleteConflict,
  globalScope,
  noSuchEntity,
} from './identity.ts'
import { iamLimits } from './limits.ts'

export interface Role {
  readonly name: string
  readonly path: string
  readonly id: string
  readonly arn: string
  readonly createdMs: number
  readonly trustPolicy: string
  readonly description?: string
  readonly sessionSecondsMax: number
  readonly tags: Readonly<Record<string, string>>
  /** Documents by name. */
  readonly inlinePolicies: Readonly<Record<string, string>>
  /** ARNs of managed policies, AWS's or the account's own. */
  readonly attachedPolicies: ReadonlyArray<string>
}

export type RoleRequest = Pick<
  Role,
  'name' | 'path' | 'trustPolicy' | 'description' | 'sessionSecondsMax' | 'tags'
>

/** The roles of an account. Names are unique without regard to case, as in IAM. */
export interface Roles {
  create(scope: Scope, request: RoleRequest): Promise<Role>
  /** Rejects with `NoSuchEntity`. */
  get(scope: Scope, name: string): Promise<Role>
  list(scope: Scope, after: string | undefined, limit: number): Promise<ReadonlyArray<Role>>
  update(scope: Scope, name: string, change: (role: Role) => Role): Promise<Role>
  /** Rejects with `DeleteConflict` while policies hang on the role. */
  remove(scope: Scope, name: string): Promise<void>
}

export function createRoles(deps: {
  readonly meta: MetaStore
  readonly clock: Clock
  readonly random: Random
}): Roles {
  const documents = createDocuments<Role>(deps.meta, 'iam/role')
  const keyOf = (name: string) => [name.toLowerCase()]
  const missing = (name: string) => noSuchEntity(`The role with name ${name} cannot be found.`)

  async function get(scope: Scope, name: string): Promise<Role> {
    const role = await documents.get(globalScope(scope), ...keyOf(name))
    if (!role) throw missing(name)
    return role
  }

  return {
    get,
    async create(scope, request) {
      checkDocument(request.trustPolicy, iamLimits.trustPolicyCharactersMax)
      const role: Role = {
        ...request,
        id: createUniqueId('AROA', deps.random),
        arn: formatArn({
          service: 'iam',
          region: '',
          accountId: scope.accountId,
          resource: `role${request.path}${request.name}`,
        }),
        createdMs: deps.clock.wallMs(),
        inlinePolicies: {},
        attachedPolicies: [],
      }
      if (await documents.create(globalScope(scope), keyOf(role.name), role)) return role
      throw alreadyExists(`Role with name ${role.name} already exists.`)
    },
    async list(scope, after, limit) {
      const page = { limit, ...(after !== undefined && { after: keyOf(after) }) }
      return (await documents.list(globalScope(scope), page)).map(({ value }) => value)
    },
    async update(scope, name, change) {
      const role = await documents.update(globalScope(scope), keyOf(name), change)
      if (!role) throw missing(name)
      return role
    },
    async remove(scope, name) {
      const role = await get(scope, name)
      if (role.attachedPolicies.length > 0) {
        throw deleteConflict('Cannot delete entity, must detach all policies first.')
      }
      if (Object.keys(role.inlinePolicies).length > 0) {
        throw deleteConflict('Cannot delete entity, must delete policies first.')
      }
      await documents.remove(globalScope(scope), ...keyOf(name))
    },
  }
}
