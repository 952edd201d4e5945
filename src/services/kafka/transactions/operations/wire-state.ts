import type { TransactionState } from '../transaction.ts'

const names: Readonly<Record<TransactionState, string>> = {
  empty: 'Empty',
  ongoing: 'Ongoing',
  'prepare-commit': 'PrepareCommit',
  'prepare-abort': 'PrepareAbort',
  'complete-commit': 'CompleteCommit',
  'complete-abort': 'CompleteAbort',
}

/** Kafka has two more that nobody ever sees here: what is in them is gone when it is asked about. */
const known = new Set([...Object.values(names), 'Dead', 'PrepareEpochFence'])

export function writeState(state: TransactionState): string {
  return names[state]
}

export function isStateName(name: string): boolean {
  return known.has(name)
}
