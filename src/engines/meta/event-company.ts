import type { Scope } from '../../base/scope.ts'
import type { ServiceEvent, ServiceEvents } from '../../base/service-events.ts'
import type { Company, DocumentChange } from './documents.ts'

/**
 * Events that tell of what becomes of documents, in the commits of those changes. `eventOf` answers
 * undefined for a change that is none for the world outside.
 */
export function createEventCompany<T>(
  events: ServiceEvents,
  eventOf: (scope: Scope, change: DocumentChange<T>) => ServiceEvent | undefined,
): Company<T> {
  return {
    puts({ accountId, region }, change) {
      if (change.before === change.after) return []
      const scope = { accountId, region }
      const event = eventOf(scope, change)
      return event ? events.puts(scope, event) : []
    },
    committed: () => events.committed(),
  }
}
