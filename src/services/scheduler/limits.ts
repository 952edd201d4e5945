/** Limits of EventBridge Scheduler, with their source. */
export const schedulerLimits = {
  /** Quotas for Amazon EventBridge Scheduler (user guide). */
  groupsMax: 500,
  inputBytesMax: 262_144,
  /** TagResource (API reference). */
  tagsMax: 50,
  /** ListSchedules and ListScheduleGroups (API reference). */
  pageMax: 100,
  /** RetryPolicy (API reference): both are also what holds where none is given. */
  retriesMax: 185,
  eventAgeSecondsMax: 86_400,
} as const
