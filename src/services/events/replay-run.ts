import type { Clock } from '../../base/clock.ts'
import { wallMsOfText } from '../../base/clock.ts'
import type { Scope } from '../../base/scope.ts'
import type { BackgroundWork } from '../../engines/meta/background.ts'
import type { Document } from '../../engines/meta/documents.ts'
import { commitUnlessChanged } from '../../engines/meta/guarded-commit.ts'
import type { MetaStore } from '../../engines/meta/port.ts'
import type { ArchivedEvents } from './archived-events.ts'
import type { Archives } from './archives.ts'
import type { BusEvent } from './bus-event.ts'
import type { Arrival, EventQueue } from './event-queue.ts'
import { eventLimits } from './limits.ts'
import type { Replay, ReplayState, Replays } from './replays.ts'
import { hasEnded } from './replays.ts'

/** Of events, which can be large. */
const BATCH = 50
const DAY_MS = 86_400_000
/** How often it is looked whether a replay was shown for long enough. */
const REST_MS = 600_000

/**
 * Brings the events of replays out of their archives into the queue. A page of them and how far the
 * archive is read are one commit: a crash neither loses an event of a replay nor repeats it.
 */
export function createReplayRun(deps: {
  readonly meta: MetaStore
  readonly clock: Clock
  readonly replays: Replays
  readonly archives: Archives
  readonly archivedEvents: ArchivedEvents
  readonly queue: EventQueue
}): BackgroundWork {
  const { meta, clock, replays, archives, archivedEvents, queue } = deps
  const { documents } = replays

  async function step(scope: Scope, replay: Replay) {
    const ended = (state: ReplayState, reason?: string) => ({
      next: { ...replay, state, endedMs: clock.wallMs(), ...(reason && { reason }) },
      arrivals: [],
    })
    if (replay.state === 'CANCELLING') return ended('CANCELLED')
    const archive = await archives.find(scope, replay.archiveName)
    if (archive?.id !== replay.archiveId) {
      return ended('FAILED', `Archive ${replay.archiveName} does not exist.`)
    }
    if (replay.state === 'STARTING') {
      return { next: { ...replay, state: 'RUNNING' as const }, arrivals: [] }
    }
    const { after } = replay
    const page = await archivedEvents.page(scope, archive.id, {
      limit: BATCH,
      ...(after && { after }),
    })
    const wanted = page.map(({ value }) => value).filter((event) => isWithin(replay, event))
    const lastMs = wanted.reduce((last, { time }) => Math.max(last, wallMsOfText(time)), 0)
    const [, ...place] = page.at(-1)?.id ?? []
    const isDone = page.length < BATCH
    const next: Replay = {
      ...replay,
      ...(place.length > 0 && { after: place }),
      ...(wanted.length > 0 && { lastMs: Math.max(lastMs, replay.lastMs ?? 0) }),
      ...(isDone && { state: 'COMPLETED', endedMs: clock.wallMs() }),
    }
    return { next, arrivals: wanted.map((event) => arrivalOf(scope, replay, event)) }
  }

  /** Answers whether there is more to do at once. */
  async function advance({ scope, id }: Document<Replay>): Promise<boolean> {
    const key = documents.keyOf(scope, id)
    // Read in this order, the check fails when what is read second is newer.
    const entry = await meta.get(key)
    const replay = await documents.get(scope, ...id)
    if (!entry || !replay) return false
    if (hasEnded(replay)) {
      const shownMs = eventLimits.replayShownDays * DAY_MS
      if ((replay.endedMs ?? 0) + shownMs < clock.wallMs()) await documents.remove(scope, ...id)
      return false
    }
    const { next, arrivals } = await step(scope, replay)
    const puts = [...documents.putBatch(scope, id, next).puts, ...queue.puts(arrivals)]
    const isDone = await commitUnlessChanged(meta, {
      checks: [{ key, version: entry.version }],
      puts,
    })
    if (isDone && arrivals.length > 0) queue.wake()
    return !(isDone && hasEnded(next))
  }

  return {
    name: 'events/replays',
    async round(running) {
      while (!running.aborted) {
        let isMore = false
        for await (const one of documents.everywhere()) if (await advance(one)) isMore = true
        if (!isMore) await replays.wait(REST_MS, running)
      }
      return 0
    },
  }
}

/** AWS: the times are those that the events carry, in whole seconds. */
function isWithin({ fromMs, toMs }: Replay, { time }: BusEvent): boolean {
  const atMs = wallMsOfText(time)
  return atMs >= Math.floor(fromMs / 1_000) * 1_000 && atMs <= toMs
}

function arrivalOf(scope: Scope, replay: Replay, event: BusEvent): Arrival {
  const { name, busName, ruleArns } = replay
  return {
    scope,
    busName,
    event: { ...event, 'replay-name': name },
    ...(ruleArns && { ruleArns }),
  }
}
