import { createHash } from 'node:crypto'
import type { Scope } from '../../../base/scope.ts'
import type { Document } from '../../../engines/meta/documents.ts'
import { createDocuments } from '../../../engines/meta/documents.ts'
import type { MetaStore } from '../../../engines/meta/port.ts'
import { createTurns } from '../groups/turns.ts'
import type { Acl, AclFilter } from './acl.ts'
import { matchesFilter } from './acl.ts'
import type { AclRules } from './acl-rules.ts'
import { createAclRules } from './acl-rules.ts'
import { accessLimits } from './limits.ts'
import type { RuleCache } from './rule-cache.ts'
import { createRuleCache } from './rule-cache.ts'

/** The access control lists. A change is durable, and seen by `rules`, when its promise resolves. */
export interface Acls extends Pick<RuleCache<AclRules>, 'hold' | 'rules' | 'reloadAll'> {
  /** Nothing happens for those that are there. `full`: there would be too many; none is made. */
  add(scope: Scope, acls: ReadonlyArray<Acl>): Promise<'added' | 'full'>
  find(scope: Scope, filter: AclFilter): Promise<ReadonlyArray<Acl>>
  /** Answers those that were removed. */
  remove(scope: Scope, filter: AclFilter): Promise<ReadonlyArray<Acl>>
}

export function createAcls(meta: MetaStore): Acls {
  const documents = createDocuments<Acl>(meta, 'kafka/acl')
  const read = (scope: Scope) => documents.list(scope, { limit: accessLimits.aclsMax })
  const cache = createRuleCache(async (scope) =>
    createAclRules((await read(scope)).map(({ value }) => value)),
  )
  const turns = createTurns()

  /** To be called in a turn of the scope: what is counted must not grow before it is added to. */
  async function add(scope: Scope, acls: ReadonlyArray<Acl>): Promise<'added' | 'full'> {
    const there = new Set((await read(scope)).map(({ id }) => id[0]))
    const wanted = new Map(acls.map((acl) => [idOf(acl), acl]))
    const missing = [...wanted].filter(([id]) => !there.has(id))
    if (there.size + missing.length > accessLimits.aclsMax) return 'full'
    const puts = missing.flatMap(([id, acl]) => documents.putBatch(scope, [id], acl).puts)
    if (puts.length > 0) await meta.commit({ puts })
    await cache.reload(scope)
    return 'added'
  }

  return {
    hold: cache.hold,
    rules: cache.rules,
    reloadAll: cache.reloadAll,
    add: (scope, acls) => turns.run(`${scope.accountId}/${scope.region}`, () => add(scope, acls)),
    async find(scope, filter) {
      const found = await matching(read(scope), filter)
      return found.map(({ value }) => value)
    },
    async remove(scope, filter) {
      const removed: Acl[] = []
      for (const { id, value } of await matching(read(scope), filter)) {
        if (await documents.remove(scope, ...id)) removed.push(value)
      }
      await cache.reload(scope)
      return removed
    },
  }
}

async function matching(
  documents: Promise<ReadonlyArray<Document<Acl>>>,
  filter: AclFilter,
): Promise<ReadonlyArray<Document<Acl>>> {
  return (await documents).filter(({ value }) => matchesFilter(value, filter))
}

/** One id a rule, of a length that every key can have. */
function idOf(acl: Acl): string {
  const { resourceType, patternType, resourceName, principal, host, operation, permission } = acl
  const parts = [resourceType, patternType, resourceName, principal, host, operation, permission]
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex')
}
