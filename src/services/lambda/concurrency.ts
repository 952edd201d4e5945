import type { Scope } from '../../base/scope.ts'
import type { FunctionRecord } from './function-record.ts'
import { tooManyRequests } from './lambda-errors.ts'
import { limits } from './limits.ts'

/** How many events run at this moment, by function and by account and region, on this node. */
export interface Concurrency {
  /** Throws `TooManyRequestsException`. The answer gives the permit back. */
  take(scope: Scope, record: FunctionRecord): () => void
}

export function createConcurrency(): Concurrency {
  const running = new Map<string, number>()

  function add(key: string, count: number): void {
    const sum = (running.get(key) ?? 0) + count
    if (sum === 0) running.delete(key)
    else running.set(key, sum)
  }

  return {
    take({ accountId, region }, { name, reservedConcurrency }) {
      const ofFunction = `${accountId}/${region}/${name}`
      const ofAccount = `${accountId}/${region}`
      if ((running.get(ofFunction) ?? 0) >= (reservedConcurrency ?? Number.POSITIVE_INFINITY)) {
        throw tooManyRequests('ReservedFunctionConcurrentInvocationLimitExceeded')
      }
      if ((running.get(ofAccount) ?? 0) >= limits.concurrencyMax) {
        throw tooManyRequests('ConcurrentInvocationLimitExceeded')
      }
      add(ofFunction, 1)
      add(ofAccount, 1)
      return () => {
        add(ofFunction, -1)
        add(ofAccount, -1)
      }
    },
  }
}
