/** How often an HTTP endpoint is tried, and after which rests. */
export interface DeliveryPolicy {
  readonly minDelaySeconds: number
  readonly maxDelaySeconds: number
  readonly retries: number
  readonly noDelayRetries: number
  readonly minDelayRetries: number
  readonly maxDelayRetries: number
  readonly backOff: 'linear' | 'arithmetic' | 'geometric' | 'exponential'
}

/** AWS: three retries, twenty seconds apart (Developer Guide, "Creating an HTTP delivery policy"). */
export const httpPolicy: DeliveryPolicy = {
  minDelaySeconds: 20,
  maxDelaySeconds: 20,
  retries: 3,
  noDelayRetries: 0,
  minDelayRetries: 0,
  maxDelayRetries: 0,
  backOff: 'linear',
}

/**
 * AWS: what Amazon runs itself (SQS, Lambda, Firehose) is tried 100,015 times over 23 days: 3 at once,
 * 2 after a second, 10 with rests up to 20 seconds, 100,000 every 20 seconds (Developer Guide,
 * "Message delivery retries").
 */
export const serviceEndpointPolicy: DeliveryPolicy = {
  minDelaySeconds: 1,
  maxDelaySeconds: 20,
  retries: 100_015,
  noDelayRetries: 3,
  minDelayRetries: 2,
  maxDelayRetries: 100_000,
  backOff: 'exponential',
}

/** The rest before the retry of this number (from 1); undefined when the retries are used up. */
export function retryDelayMs(policy: DeliveryPolicy, retry: number): number | undefined {
  if (retry > policy.retries) return undefined
  if (retry <= policy.noDelayRetries) return 0
  const minMs = policy.minDelaySeconds * 1000
  const maxMs = policy.maxDelaySeconds * 1000
  if (retry <= policy.noDelayRetries + policy.minDelayRetries) return minMs
  if (retry > policy.retries - policy.maxDelayRetries) return maxMs
  const first = policy.noDelayRetries + policy.minDelayRetries
  const count = policy.retries - policy.maxDelayRetries - first
  const part = (retry - first) / count
  return minMs + (maxMs - minMs) * shape(policy.backOff, part)
}

/** How far between the shortest and the longest rest, after a part (0 … 1) of the retries. */
function shape(backOff: DeliveryPolicy['backOff'], part: number): number {
  switch (backOff) {
    case 'linear':
      return part
    case 'arithmetic':
      return part ** 2
    case 'geometric':
      return part ** 3
    case 'exponential':
      return (2 ** (8 * part) - 1) / 255
  }
}
