import type { Clock } from '../../../base/clock.ts'

/** One moment on both clocks: timeouts run on the monotonic one, retention on the wall's. */
export interface Moment {
  readonly wallMs: number
  readonly monotonicMs: number
}

export function momentOf(clock: Clock): Moment {
  return { wallMs: clock.wallMs(), monotonicMs: clock.monotonicMs() }
}
