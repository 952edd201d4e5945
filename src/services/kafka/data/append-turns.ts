import type { KafkaConnection } from '../../../wire/kafka/operation.ts'

/**
 * Keeps the batches of a connection in the order of its requests: what each has to look up first may
 * take longer than for the one behind it.
 */
export interface AppendTurns {
  /** To be called before the first `await`; then `before` is waited for, and `end` called in any case. */
  take(connection: KafkaConnection): AppendTurn
}

export interface AppendTurn {
  /** Resolves when the requests before have begun all of their appends. */
  readonly before: Promise<void> | undefined
  end(): void
}

export function createAppendTurns(): AppendTurns {
  const last = new WeakMap<KafkaConnection, Promise<void>>()
  return {
    take(connection) {
      const before = last.get(connection)
      let end = (): void => undefined
      const turn = new Promise<void>((resolve) => {
        // Who gives up while those before are still at it, lets nobody pass them.
        end = () => resolve(before)
      })
      last.set(connection, turn)
      void turn.then(() => {
        if (last.get(connection) === turn) last.delete(connection)
      })
      return { before, end: () => end() }
    },
  }
}
