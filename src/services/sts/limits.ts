/** Durations in seconds. AWS STS API Reference: AssumeRole, GetSessionToken. */
export const stsLimits = {
  roleSecondsDefault: 3_600,
  sessionSecondsDefault: 43_200,
  ownerSecondsMax: 3_600,
} as const
