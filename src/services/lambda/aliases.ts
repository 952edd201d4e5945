import type { Random } from '../../base/random.ts'
import type { Scope } from '../../base/scope.ts'
import { createDocuments } from '../../engines/meta/documents.ts'
import type { MetaStore } from '../../engines/meta/port.ts'
import { functionArn } from './function-names.ts'
import { conflict, invalidParameter, notFound, preconditionFailed } from './lambda-errors.ts'

/** A name for a version, or for two of them with a share of the invocations each. */
export interface Alias {
  readonly name: string
  readonly version: string
  readonly description: string
  /** Share of the second version, if any. */
  readonly routing?: { readonly version: string; readonly weight: number }
  readonly revisionId: string
}

export interface NamedAlias extends Alias {
  /** All versions that it points to. */
  readonly versions: ReadonlySet<string>
}

export interface Aliases {
  find(scope: Scope, functionName: string, name: string): Promise<Alias | undefined>
  /** Rejects with `ResourceNotFoundException`. */
  get(scope: Scope, functionName: string, name: string): Promise<Alias>
  all(scope: Scope, functionName: string): Promise<ReadonlyArray<NamedAlias>>
  /** Rejects with `ResourceConflictException`. */
  create(scope: Scope, functionName: string, alias: Omit<Alias, 'revisionId'>): Promise<Alias>
  update(
    scope: Scope,
    functionName: string,
    name: string,
    change: (alias: Alias) => Alias,
    revisionId?: string,
  ): Promise<Alias>
  remove(scope: Scope, functionName: string, name: string): Promise<void>
  removeAll(scope: Scope, functionName: string): Promise<void>
}

const ALIASES_MAX = 10_000

export function createAliases(meta: MetaStore, random: Random): Aliases {
  const documents = createDocuments<Alias>(meta, 'lambda/alias')
  const arnOf = (scope: Scope, name: string, qualifier: string) =>
    functionArn(scope, { name, qualifier })

  return {
    find: (scope, functionName, name) => documents.get(scope, functionName, name),
    async get(scope, functionName, name) {
      const found = await documents.get(scope, functionName, name)
      if (!found) throw notFound(`Cannot find alias arn: ${arnOf(scope, functionName, name)}`)
      return found
    },
    async all(scope, functionName) {
      const found = await documents.list(scope, { under: [functionName], limit: ALIASES_MAX })
      return found.map(({ value }) => ({ ...value, versions: versionsOf(value) }))
    },
    async create(scope, functionName, given) {
      checkRouting(given)
      const alias = { ...given, revisionId: random.uuid() }
      if (!(await documents.create(scope, [functionName, given.name], alias))) {
        throw conflict(`Alias already exists: ${arnOf(scope, functionName, given.name)}`)
      }
      return alias
    },
    async update(scope, functionName, name, change, revisionId) {
      const changed = await documents.update(scope, [functionName, name], (current) => {
        if (revisionId !== undefined && revisionId !== current.revisionId) {
          throw preconditionFailed('GetFunction/GetAlias')
        }
        const next = change(current)
        checkRouting(next)
        return { ...next, revisionId: random.uuid() }
      })
      if (!changed) throw notFound(`Alias not found: ${arnOf(scope, functionName, name)}`)
      return changed
    },
    async remove(scope, functionName, name) {
      await documents.remove(scope, functionName, name)
    },
    removeAll: (scope, functionName) => documents.removeUnder(scope, functionName),
  }
}

function versionsOf({ version, routing }: Alias): ReadonlySet<string> {
  return new Set(routing ? [version, routing.version] : [version])
}

function checkRouting({ version, routing }: Omit<Alias, 'revisionId'>): void {
  if (!routing) return
  if (version === '$LATEST') {
    throw invalidParameter('$LATEST is not supported for an alias pointing to more than 1 version')
  }
  if (routing.version === version) {
    throw invalidParameter(
      `Invalid function version ${version}. Function version ${version} is already included in routing configuration.`,
    )
  }
}
