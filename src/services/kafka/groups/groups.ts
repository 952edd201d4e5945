import type { Clock } from '../../../base/clock.ts'
import type { Logger } from '../../../base/logger.ts'
import type { Scope } from '../../../base/scope.ts'
import type { Background } from '../../../engines/meta/background.ts'
import type { MetaStore } from '../../../engines/meta/port.ts'
import type { Topic, Topics, TransactionalOffsets } from '../parts.ts'
import { createTopicImages } from './consumer/topic-images.ts'
import type { Coordinator } from './coordinator.ts'
import { createCoordinator } from './coordinator.ts'
import type { OffsetCommits } from './group-offsets.ts'
import { createOffsetCommits } from './group-offsets.ts'
import { createGroupStore } from './group-store.ts'
import { createGroupTable } from './group-table.ts'
import { OFFSET_EXPIRY_INTERVAL_MS } from './limits.ts'
import type { OffsetReads } from './offset-reads.ts'
import { createOffsetReads } from './offset-reads.ts'
import { createOffsetStore } from './offset-store.ts'
import type { Retirement } from './retirement.ts'
import { createRetirement } from './retirement.ts'

/**
 * Consumer groups: who reads what, and how far they have come. This process is the coordinator of all
 * groups; what of them must outlive it is in meta.
 */
export interface Groups {
  readonly coordinator: Coordinator
  readonly commits: OffsetCommits
  readonly offsets: OffsetReads
  readonly retirement: Retirement
  readonly transactional: TransactionalOffsets
  /** To be told when a topic is gone, so that its offsets go too; without, they go with the next expiry. */
  topicDeleted(scope: Scope, topic: Pick<Topic, 'name' | 'id'>): Promise<void>
  /** Empties an account, or all of them. */
  removeEverything(accountId: string | undefined): Promise<void>
  /** Ends sessions and phases when they are over, and lets old offsets expire, until the signal aborts. */
  run(signal: AbortSignal): Promise<void>
}

export function createGroups(deps: {
  readonly meta: MetaStore
  readonly topics: Topics
  readonly background: Background
  readonly clock: Clock
  readonly log: Logger
}): Groups {
  const { background } = deps
  const store = createGroupStore(deps.meta)
  const offsetStore = createOffsetStore(deps.meta)
  const table = createGroupTable({ ...deps, store })
  const parts = { ...deps, store, table, offsets: offsetStore }
  const commits = createOffsetCommits(parts)
  const retirement = createRetirement(parts)
  const coordinator = createCoordinator({ ...parts, images: createTopicImages(deps.topics) })
  return {
    coordinator,
    commits,
    offsets: createOffsetReads(parts),
    retirement,
    transactional: {
      async pend(scope, claim, { producerId }, offsets) {
        const error = await commits.pend(scope, claim, producerId, offsets)
        return error === 'NONE' ? 'none' : error
      },
      settle: (scope, groupId, producerId, commit) =>
        commits.settle(scope, groupId, producerId, commit),
    },
    topicDeleted: (scope, topic) => retirement.topicDeleted(scope, topic),
    removeEverything: (accountId) => retirement.removeEverything(accountId),
    async run(signal) {
      const expiry = {
        name: 'kafka/offset-expiry',
        async round(lease: AbortSignal) {
          await retirement.expireAll(lease)
          return OFFSET_EXPIRY_INTERVAL_MS
        },
      }
      await Promise.all([table.run(signal), background.run(expiry, signal)])
    },
  }
}
