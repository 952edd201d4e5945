import { dateOf } from '../../base/clock.ts'
import type { Scope } from '../../base/scope.ts'
import { archiveArn } from './archives.ts'
import type { Replay } from './replays.ts'

export function wireReplay(scope: Scope, replay: Replay) {
  const { name, archiveName, state, reason, fromMs, toMs, startedMs, endedMs, lastMs } = replay
  return {
    ReplayName: name,
    EventSourceArn: archiveArn(scope, archiveName),
    State: state,
    ...(reason !== undefined && { StateReason: reason }),
    EventStartTime: dateOf(fromMs),
    EventEndTime: dateOf(toMs),
    ...(lastMs !== undefined && { EventLastReplayedTime: dateOf(lastMs) }),
    ReplayStartTime: dateOf(startedMs),
    ...(endedMs !== undefined && { ReplayEndTime: dateOf(endedMs) }),
  }
}
