import type { Clock } from '../../../base/clock.ts'
import { EngineError } from '../../../base/errors.ts'
import type { Logger } from '../../../base/logger.ts'
import type { Scope } from '../../../base/scope.ts'
import type { BatchLog } from '../../../engines/log/port.ts'
import type { TransactionalOffsets } from '../parts.ts'
import { transactionKey } from './known-transactions.ts'
import { MARKERS_AT_ONCE } from './limits.ts'
import type { Transaction, TransactionPartition } from './transaction.ts'
import { partitionKey } from './transaction.ts'

/** Carries out what is decided: markers into all partitions, offsets into all groups. */
export interface Completions {
  /**
   * Begins to carry it out, or joins in. Resolves when it is done and written down, or when this
   * attempt failed: then another one is due after a while. Never rejects.
   */
  finish(scope: Scope, transaction: Transaction): Promise<void>
  /** Whether an attempt may begin: none is under way, and the last failure is some time ago. */
  isDue(scope: Scope, transactionalId: string): boolean
  /** The partitions that have no marker yet, as far as this process knows. */
  remaining(scope: Scope, transaction: Transaction): ReadonlyArray<TransactionPartition>
}

export interface CompletionDeps {
  readonly batches: Pick<BatchLog, 'endTransaction'>
  readonly offsets: Pick<TransactionalOffsets, 'settle'>
  /** Writes down that everything is done. */
  readonly close: (scope: Scope, transaction: Transaction) => Promise<void>
  readonly clock: Clock
  readonly log: Logger
}

interface Progress {
  /** Partitions that have their marker: they get no second one when others fail. */
  readonly ended: Set<string>
  attempt?: Promise<void>
  backOffMs: number
  dueMs: number
}

const BACK_OFF_FIRST_MS = 200
const BACK_OFF_MAX_MS = 30_000
/** There is one coordinator, and it never changes. */
const COORDINATOR_EPOCH = 0

export function createCompletions(deps: CompletionDeps): Completions {
  const { batches, offsets, clock, log } = deps
  const progresses = new Map<string, Progress>()

  function progressOf(key: string): Progress {
    const progress = progresses.get(key) ?? { ended: new Set(), backOffMs: 0, dueMs: 0 }
    progresses.set(key, progress)
    return progress
  }

  async function mark(transaction: Transaction, partition: TransactionPartition) {
    const { producerId, producerEpoch, state } = transaction
    try {
      const outcome = await batches.endTransaction(partition.id, {
        producerId,
        producerEpoch,
        coordinatorEpoch: COORDINATOR_EPOCH,
        commit: state === 'prepare-commit',
      })
      if (outcome === 'ended') return
      log.error({ partition, producerId, producerEpoch }, 'the log knows a later epoch than we do')
    } catch (error) {
      // The topic was deleted meanwhile, and what was written to it with it.
      if (!(error instanceof EngineError && error.kind === 'not-found')) throw error
    }
  }

  async function attempt(scope: Scope, transaction: Transaction, ended: Set<string>) {
    const open = transaction.partitions.filter((one) => !ended.has(partitionKey(one)))
    const failures: unknown[] = []
    const settle = async (work: ReadonlyArray<Promise<void>>) => {
      for (const outcome of await Promise.allSettled(work)) {
        if (outcome.status === 'rejected') failures.push(outcome.reason)
      }
    }
    for (let from = 0; from < open.length; from += MARKERS_AT_ONCE) {
      await settle(
        open.slice(from, from + MARKERS_AT_ONCE).map(async (partition) => {
          await mark(transaction, partition)
          ended.add(partitionKey(partition))
        }),
      )
    }
    const commit = transaction.state === 'prepare-commit'
    await settle(
      transaction.groups.map((group) =>
        offsets.settle(scope, group, transaction.producerId, commit),
      ),
    )
    if (failures.length > 0) throw new AggregateError(failures, 'not all of it is written')
    await deps.close(scope, transaction)
  }

  async function run(key: string, progress: Progress, work: () => Promise<void>): Promise<void> {
    try {
      await work()
      progresses.delete(key)
    } catch (error) {
      progress.backOffMs = Math.min(
        Math.max(progress.backOffMs * 2, BACK_OFF_FIRST_MS),
        BACK_OFF_MAX_MS,
      )
      progress.dueMs = clock.monotonicMs() + progress.backOffMs
      log.error(
        { transaction: key, err: error },
        'a transaction is not complete; tried again later',
      )
    } finally {
      delete progress.attempt
    }
  }

  return {
    finish(scope, transaction) {
      const key = transactionKey(scope, transaction.transactionalId)
      const progress = progressOf(key)
      progress.attempt ??= run(key, progress, () => attempt(scope, transaction, progress.ended))
      return progress.attempt
    },
    isDue(scope, transactionalId) {
      const progress = progresses.get(transactionKey(scope, transactionalId))
      return !progress || (!progress.attempt && progress.dueMs <= clock.monotonicMs())
    },
    remaining(scope, transaction) {
      const progress = progresses.get(transactionKey(scope, transaction.transactionalId))
      return transaction.partitions.filter((one) => !progress?.ended.has(partitionKey(one)))
    },
  }
}
