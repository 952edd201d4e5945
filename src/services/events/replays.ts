import { formatArn } from '../../base/arn.ts'
import type { Clock } from '../../base/clock.ts'
import { ServiceError } from '../../base/errors.ts'
import type { KeyPart } from '../../base/ordered-key.ts'
import { encodeKey } from '../../base/ordered-key.ts'
import type { Scope } from '../../base/scope.ts'
import { createWaker } from '../../base/waker.ts'
import type { Documents } from '../../engines/meta/documents.ts'
import { createDocuments } from '../../engines/meta/documents.ts'
import type { MetaStore } from '../../engines/meta/port.ts'
import { limitExceeded, notFound } from './event-errors.ts'
import { eventLimits } from './limits.ts'
import { documentsAfter } from './pages.ts'

export type ReplayState =
  | 'STARTING'
  | 'RUNNING'
  | 'COMPLETED'
  | 'CANCELLING'
  | 'CANCELLED'
  | 'FAILED'

export interface Replay {
  readonly name: string
  readonly description?: string | undefined
  readonly archiveName: string
  readonly archiveId: string
  readonly busName: string
  /** Only these of the rules that match; absent: all of them. */
  readonly ruleArns?: ReadonlyArray<string> | undefined
  readonly fromMs: number
  readonly toMs: number
  readonly state: ReplayState
  readonly reason?: string
  readonly startedMs: number
  readonly endedMs?: number
  /** The time of the event that was replayed last. */
  readonly lastMs?: number
  /** How far the archive is read. */
  readonly after?: ReadonlyArray<KeyPart>
}

/** Events that come again out of archives. */
export interface Replays {
  /** Rejects with `ResourceNotFoundException`. */
  get(scope: Scope, name: string): Promise<Replay>
  start(scope: Scope, replay: Omit<Replay, 'state' | 'startedMs'>): Promise<Replay>
  /** Rejects with `IllegalStatusException` when it has ended. */
  cancel(scope: Scope, name: string): Promise<Replay>
  /** By name, from behind `after`. */
  walk(
    scope: Scope,
    page: { readonly prefix?: string | undefined; readonly after?: string | undefined },
  ): AsyncIterable<Replay>
  documents: Documents<Replay>
  /** Resolves when one was started or cancelled, after `ms`, or when the signal aborts. */
  wait(ms: number, signal: AbortSignal): Promise<void>
}

const REPLAYS = 'events/replay'

export function replayArn({ accountId, region }: Scope, name: string): string {
  return formatArn({ service: 'events', accountId, region, resource: `replay/${name}` })
}

export const hasEnded = ({ state }: Replay) =>
  state === 'COMPLETED' || state === 'CANCELLED' || state === 'FAILED'

export function createReplays(deps: { readonly meta: MetaStore; readonly clock: Clock }): Replays {
  const { meta, clock } = deps
  const documents = createDocuments<Replay>(meta, REPLAYS)
  const waker = createWaker(clock)
  meta.watch(encodeKey([REPLAYS]), waker.wake)
  const absent = (name: string) => notFound(`Replay ${name} does not exist.`)

  async function goingOn(scope: Scope): Promise<number> {
    let count = 0
    for await (const replay of documentsAfter(documents, scope, {})) {
      if (!hasEnded(replay)) count++
    }
    return count
  }

  return {
    async get(scope, name) {
      const found = await documents.get(scope, name)
      if (!found) throw absent(name)
      return found
    },
    async start(scope, given) {
      if ((await goingOn(scope)) >= eventLimits.replaysMax) throw limitExceeded()
      const replay: Replay = { ...given, state: 'STARTING', startedMs: clock.wallMs() }
      if (!(await documents.create(scope, [given.name], replay))) {
        throw new ServiceError(
          'ResourceAlreadyExistsException',
          `Replay ${given.name} already exists.`,
        )
      }
      waker.wake()
      return replay
    },
    async cancel(scope, name) {
      const changed = await documents.update(scope, [name], (replay) => {
        if (replay.state === 'STARTING' || replay.state === 'RUNNING') {
          return { ...replay, state: 'CANCELLING' }
        }
        throw new ServiceError(
          'IllegalStatusException',
          `Replay ${name} is not in a valid state for this operation.`,
        )
      })
      if (!changed) throw absent(name)
      waker.wake()
      return changed
    },
    walk: (scope, page) => documentsAfter(documents, scope, page),
    documents,
    wait: waker.wait,
  }
}
