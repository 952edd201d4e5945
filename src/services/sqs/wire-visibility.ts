import { limits } from './limits.ts'
import { invalidValue, missingParameter } from './sqs-errors.ts'

export function visibilityMsOf(seconds: number | undefined): number {
  if (seconds === undefined) throw missingParameter('VisibilityTimeout')
  if (seconds < 0 || seconds > limits.visibilitySecondsMax) {
    throw invalidValue(
      seconds,
      'VisibilityTimeout',
      'VisibilityTimeout must be an integer between 0 and 43200.',
    )
  }
  return seconds * 1000
}
