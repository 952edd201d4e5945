import type { Clock } from '../../base/clock.ts'

/** What takes an event only after this long is slow, until it takes one sooner. */
const SLOW_MS = 1_000
/** Events on their way to one slow target at once. */
const AT_ONCE_MAX = 4
const REMEMBERED_MAX = 1_000

/** Tells the targets that keep events waiting from the others, so that they hold up only their own. */
export interface SlowTargets {
  has(arn: string): boolean
  /** Whether it is slow, and as much as may be is on its way to it. */
  isBusy(arn: string): boolean
  watch<T>(arn: string, send: () => Promise<T>): Promise<T>
}

export function createSlowTargets(clock: Clock): SlowTargets {
  const slow = new Set<string>()
  const underWay = new Map<string, number>()

  function count(arn: string, by: number): void {
    const now = (underWay.get(arn) ?? 0) + by
    if (now > 0) underWay.set(arn, now)
    else underWay.delete(arn)
  }

  function judge(arn: string, tookMs: number): void {
    slow.delete(arn)
    if (tookMs >= SLOW_MS) slow.add(arn)
    const [oldest] = slow
    if (slow.size > REMEMBERED_MAX && oldest !== undefined) slow.delete(oldest)
  }

  return {
    has: (arn) => slow.has(arn),
    isBusy: (arn) => slow.has(arn) && (underWay.get(arn) ?? 0) >= AT_ONCE_MAX,
    async watch(arn, send) {
      const startMs = clock.monotonicMs()
      count(arn, 1)
      try {
        return await send()
      } finally {
        count(arn, -1)
        judge(arn, clock.monotonicMs() - startMs)
      }
    },
  }
}
