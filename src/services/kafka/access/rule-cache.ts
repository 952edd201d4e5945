import type { Scope } from '../../../base/scope.ts'

/**
 * The rules of the accounts that have connections, in memory: every request asks for them and cannot
 * wait. What is true is in the metadata; whoever changes it calls `reload`.
 */
export interface RuleCache<Rules> {
  /** Holds the rules of the scope until the function that it answers is called. */
  hold(scope: Scope): Promise<() => void>
  /** Undefined when nobody holds them. */
  rules(scope: Scope): Rules | undefined
  /** Reads them anew, when somebody holds them. What was durable before is seen when resolved. */
  reload(scope: Scope): Promise<void>
  /** As `reload`, of every scope that is held, or of those of one account. */
  reloadAll(accountId?: string): Promise<void>
}

interface Held<Rules> {
  readonly scope: Scope
  holders: number
  rules: Rules | undefined
  reading: Promise<void>
}

export function createRuleCache<Rules>(read: (scope: Scope) => Promise<Rules>): RuleCache<Rules> {
  const held = new Map<string, Held<Rules>>()
  const nameOf = ({ accountId, region }: Scope) => `${accountId}/${region}`

  /** One after the other, so that what was read first never replaces what was read later. */
  function readAgain(entry: Held<Rules>): Promise<void> {
    const next = async () => {
      entry.rules = await read(entry.scope)
    }
    entry.reading = entry.reading.then(next, next)
    return entry.reading
  }

  async function reload(scope: Scope): Promise<void> {
    const entry = held.get(nameOf(scope))
    if (entry) await readAgain(entry)
  }

  return {
    async hold({ accountId, region }) {
      const scope = { accountId, region }
      const name = nameOf(scope)
      let entry = held.get(name)
      if (!entry) {
        entry = { scope, holders: 0, rules: undefined, reading: Promise.resolve() }
        held.set(name, entry)
      }
      const mine = entry
      mine.holders++
      let isHolding = true
      const release = () => {
        if (isHolding) mine.holders--
        isHolding = false
        if (mine.holders === 0 && held.get(name) === mine) held.delete(name)
      }
      try {
        if (mine.rules === undefined) await readAgain(mine)
      } catch (error) {
        release()
        throw error
      }
      return release
    },
    rules: (scope) => held.get(nameOf(scope))?.rules,
    reload,
    async reloadAll(accountId) {
      for (const { scope } of [...held.values()]) {
        if (accountId === undefined || scope.accountId === accountId) await reload(scope)
      }
    },
  }
}
