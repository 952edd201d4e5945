import { RETENTION_HOURS_MAX, RETENTION_HOURS_MIN } from './limits.ts'
import { invalidArgument } from './stream-errors.ts'

// AWS: the texts are recorded in kinesalite, actions/increaseStreamRetentionPeriod.js.
export function refuseRetention(hours: number): void {
  if (hours < RETENTION_HOURS_MIN) {
    throw invalidArgument(
      `Minimum allowed retention period is ${RETENTION_HOURS_MIN} hours. ` +
        `Requested retention period (${hours} hours) is too short.`,
    )
  }
  if (hours > RETENTION_HOURS_MAX) {
    throw invalidArgument(
      `Maximum allowed retention period is ${RETENTION_HOURS_MAX} hours. ` +
        `Requested retention period (${hours} hours) is too long.`,
    )
  }
}
