import type { Clock } from './clock.ts'

/**
 * Token buckets, one a name, that hold what flows in within one second. What is larger than a bucket
 * passes when the bucket is full, and the next ones wait until the debt is paid: so a GetRecords
 * call of 10 MB is followed by five seconds of refusals, as on AWS (Developer Guide, quotas).
 */
export interface Throughput {
  /** Takes the amount, or nothing and answers false. */
  take(name: string, amount: number): boolean
  /** Whether `take` would pass for an amount that is not known yet. */
  isOpen(name: string): boolean
  /** Takes an amount that has passed already. */
  charge(name: string, amount: number): void
  /** How long until the bucket is open again. */
  waitMs(name: string): number
}

interface Bucket {
  tokens: number
  atMs: number
}

/** Beyond it, full buckets are forgotten: they are as good as new ones. */
const BUCKETS_MAX = 10_000

export function createThroughput(perSecond: number, clock: Clock): Throughput {
  const buckets = new Map<string, Bucket>()

  function bucketOf(name: string): Bucket {
    const nowMs = clock.monotonicMs()
    const bucket = buckets.get(name)
    if (bucket) {
      refill(bucket, perSecond, nowMs)
      return bucket
    }
    if (buckets.size >= BUCKETS_MAX) forgetFull(buckets, perSecond, nowMs)
    const made = { tokens: perSecond, atMs: nowMs }
    buckets.set(name, made)
    return made
  }

  return {
    take(name, amount) {
      const bucket = bucketOf(name)
      if (bucket.tokens < Math.min(amount, perSecond)) return false
      bucket.tokens -= amount
      return true
    },
    isOpen: (name) => bucketOf(name).tokens > 0,
    charge(name, amount) {
      bucketOf(name).tokens -= amount
    },
    waitMs(name) {
      const { tokens } = bucketOf(name)
      return tokens > 0 ? 0 : Math.ceil(((1 - tokens) / perSecond) * 1000)
    },
  }
}

function refill(bucket: Bucket, perSecond: number, nowMs: number): void {
  const gained = ((nowMs - bucket.atMs) / 1000) * perSecond
  bucket.tokens = Math.min(perSecond, bucket.tokens + gained)
  bucket.atMs = nowMs
}

function forgetFull(buckets: Map<string, Bucket>, perSecond: number, nowMs: number): void {
  for (const [name, bucket] of buckets) {
    refill(bucket, perSecond, nowMs)
    if (bucket.tokens >= perSecond) buckets.delete(name)
  }
}
