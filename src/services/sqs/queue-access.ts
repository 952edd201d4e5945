import type { MessageAttribute } from '../../base/event-target.ts'
import type { Scope } from '../../base/scope.ts'

/**
 * Queues as the other services of this house use them: Lambda's event sources, redrive of failed
 * deliveries. `ServiceError` with SQS's codes (`QueueDoesNotExist`) when a queue is not there.
 */
export interface QueueAccess {
  exists(queueArn: string): Promise<boolean>
  /** Durable when resolved. */
  send(queueArn: string, message: OutgoingMessage): Promise<{ readonly messageId: string }>
  /** At most `count` (10) messages; waits up to `waitMs` for the first. */
  receive(
    queueArn: string,
    options: {
      readonly count: number
      readonly waitMs: number
      /** The queue's own when absent. */
      readonly visibilityMs?: number
      readonly signal?: AbortSignal
    },
  ): Promise<ReadonlyArray<ReceivedMessage>>
  /** Gone for good when resolved. */
  remove(queueArn: string, receiptHandles: ReadonlyArray<string>): Promise<void>
  /** 0: visible at once. */
  changeVisibility(
    queueArn: string,
    receiptHandles: ReadonlyArray<string>,
    visibilityMs: number,
  ): Promise<void>
  settings(queueArn: string): Promise<{ readonly fifo: boolean; readonly visibilityMs: number }>
}

export interface OutgoingMessage {
  readonly body: string
  readonly attributes?: Readonly<Record<string, MessageAttribute>>
  readonly groupId?: string
  readonly deduplicationId?: string
  readonly delayMs?: number
  /** Who sends, as `SenderId` shows it. */
  readonly senderId?: string
  readonly scope?: Scope
}

export interface ReceivedMessage {
  readonly messageId: string
  readonly receiptHandle: string
  readonly body: string
  readonly bodyMd5: string
  readonly attributesMd5?: string
  readonly attributes: Readonly<Record<string, MessageAttribute>>
  readonly senderId: string
  readonly sentMs: number
  readonly receiveCount: number
  readonly firstReceivedMs: number
  readonly groupId?: string
  readonly deduplicationId?: string
  readonly sequenceNumber?: string
}
