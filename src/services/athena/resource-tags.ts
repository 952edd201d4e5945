import type { Scope } from '../../base/scope.ts'
import { createDocuments } from '../../engines/meta/documents.ts'
import type { MetaStore } from '../../engines/meta/port.ts'
import { invalidRequest } from './athena-errors.ts'

/** Tags by the ARN of what they are on. */
export interface ResourceTags {
  list(scope: Scope, arn: string): Promise<ReadonlyMap<string, string>>
  add(scope: Scope, arn: string, tags: ReadonlyMap<string, string>): Promise<void>
  remove(scope: Scope, arn: string, keys: ReadonlyArray<string>): Promise<void>
  removeAll(scope: Scope, arn: string): Promise<void>
}

/** AWS: 50 tags on one resource. */
const TAGS_MAX = 50

export function createResourceTags(deps: { readonly meta: MetaStore }): ResourceTags {
  const rows = createDocuments<Readonly<Record<string, string>>>(deps.meta, 'athena/tags')

  async function list(scope: Scope, arn: string): Promise<Map<string, string>> {
    return new Map(Object.entries((await rows.get(scope, arn)) ?? {}))
  }

  async function change(
    scope: Scope,
    arn: string,
    edit: (tags: Map<string, string>) => void,
  ): Promise<void> {
    await rows.create(scope, [arn], {})
    await rows.update(scope, [arn], (current) => {
      const tags = new Map(Object.entries(current))
      edit(tags)
      if (tags.size > TAGS_MAX) throw invalidRequest('Too many tags')
      return Object.fromEntries(tags)
    })
  }

  return {
    list,
    add: (scope, arn, added) =>
      change(scope, arn, (tags) => {
        for (const [key, value] of added) tags.set(key, value)
      }),
    remove: (scope, arn, keys) =>
      change(scope, arn, (tags) => {
        for (const key of keys) tags.delete(key)
      }),
    async removeAll(scope, arn) {
      await rows.remove(scope, arn)
    },
  }
}
