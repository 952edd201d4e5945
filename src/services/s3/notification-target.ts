/**
 * Where a bucket notification can go. `assemble.ts` gives the S3 service one for each kind of ARN,
 * so that S3 knows neither Lambda nor queues.
 */
export interface NotificationTarget {
  /** The service part of the ARNs it serves: `lambda`, `sqs`, `sns`. */
  readonly service: string
  /** Rejects when the destination does not exist (S3 then refuses the configuration). */
  validate(arn: string): Promise<void>
  /** Resolves once the destination has taken the event durably. */
  deliver(arn: string, event: Uint8Array): Promise<void>
}
