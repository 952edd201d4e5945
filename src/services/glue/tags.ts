import { ServiceError } from '../../base/errors.ts'
import type { Scope } from '../../base/scope.ts'
import { createDocuments } from '../../engines/meta/documents.ts'
import type { MetaStore } from '../../engines/meta/port.ts'
import { limits } from './limits.ts'

/** Tags of Glue's resources, by the resource part of their ARN (`crawler/clicks`). */
export interface Tags {
  of(scope: Scope, resource: string): Promise<Readonly<Record<string, string>>>
  /** Rejects with `InvalidInputException` beyond 50 tags. */
  add(scope: Scope, resource: string, tags: Readonly<Record<string, string>>): Promise<void>
  remove(scope: Scope, resource: string, keys: ReadonlyArray<string>): Promise<void>
  /** When the resource is deleted. */
  forget(scope: Scope, resource: string): Promise<void>
}

export function createTags(meta: MetaStore): Tags {
  const documents = createDocuments<Readonly<Record<string, string>>>(meta, 'glue/tags')

  async function change(
    scope: Scope,
    resource: string,
    edit: (current: Readonly<Record<string, string>>) => Readonly<Record<string, string>>,
  ) {
    await documents.create(scope, [resource], {})
    await documents.update(scope, [resource], edit)
  }

  return {
    of: async (scope, resource) => (await documents.get(scope, resource)) ?? {},
    add: (scope, resource, tags) =>
      change(scope, resource, (current) => {
        const merged = { ...current, ...tags }
        if (Object.keys(merged).length > limits.tagsMax) {
          throw new ServiceError('InvalidInputException', 'More than 50 tags on one resource')
        }
        return merged
      }),
    remove: (scope, resource, keys) =>
      change(scope, resource, (current) =>
        Object.fromEntries(Object.entries(current).filter(([key]) => !keys.includes(key))),
      ),
    async forget(scope, resource) {
      await documents.remove(scope, resource)
    },
  }
}
