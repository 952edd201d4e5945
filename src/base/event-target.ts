import type { Scope } from './scope.ts'

/**
 * A kind of resource that events of other services can go to: functions, queues, topics, streams.
 * Whoever sends is given one for each service part of an ARN, so that senders know no receivers.
 */
export interface EventTarget {
  /** The service part of the ARNs it serves: `lambda`, `sqs`, `sns`, `firehose`. */
  readonly service: string
  /** Rejects when the resource is not there, or its policy does not let the sender in. */
  validate(arn: string, sender: EventSender): Promise<void>
  /** Resolves once the target has taken the event durably; rejects as `validate` does. */
  deliver(arn: string, event: TargetEvent, sender: EventSender): Promise<void>
}

/** On whose behalf an event is sent; what resource policies are asked about. */
export interface EventSender {
  /** `s3.amazonaws.com` and the like: `Principal.Service` of policies. */
  readonly principal: string
  /** `aws:SourceArn`: the bucket, topic, rule or schedule that sends. */
  readonly sourceArn: string
  /** Account and region of the source: `aws:SourceAccount`. */
  readonly scope: Scope
  /**
   * The role in whose name it is sent, already found to trust the principal: within the account of
   * the role it needs no word of the resource's policy, but a denial there stands.
   */
  readonly roleArn?: string
}

export interface TargetEvent {
  readonly body: Uint8Array
  /** Of an event of a bus, the same however often it comes. */
  readonly eventId?: string
  /** Message attributes, for targets that have such. */
  readonly attributes?: Readonly<Record<string, MessageAttribute>>
  readonly subject?: string
  /** Of FIFO queues and topics. */
  readonly groupId?: string
  readonly deduplicationId?: string
  /** Of streams. */
  readonly partitionKey?: string
  /** Of HTTP endpoints. */
  readonly http?: HttpParts
}

/** What of a request the sender decides, beside its body. */
export interface HttpParts {
  /** The same whenever the event is tried again. */
  readonly deliveryId: string
  /** For the wildcards of the endpoint's path, in their order. */
  readonly pathValues: ReadonlyArray<string>
  readonly query: Readonly<Record<string, string>>
  readonly headers: Readonly<Record<string, string>>
}

/** A receiver's answer that it knows when to be asked again. */
export class TryLater extends Error {
  override readonly name = 'TryLater'
  readonly restMs: number
  /** Whether it was an attempt, of which there are only so many. */
  readonly isAttempt: boolean

  constructor(message: string, restMs: number, attempt?: 'counted') {
    super(message)
    this.restMs = restMs
    this.isAttempt = attempt === 'counted'
  }
}

/** As SQS and SNS have it: `String`, `Number` and `Binary`, with a custom part behind a dot. */
export interface MessageAttribute {
  readonly dataType: string
  readonly text?: string
  readonly bytes?: Uint8Array
}
