import { ServiceError } from '../../base/errors.ts'
import type { OwnedQueue } from './queue.ts'

/** One receive of one message; opaque to callers. */
export interface Receipt {
  readonly messageId: string
  readonly receipt: string
}

export function receiptHandle(queue: OwnedQueue, { messageId, receipt }: Receipt): string {
  return Buffer.from(`${queue.id} ${messageId} ${receipt}`).toString('base64')
}

/** `ReceiptHandleIsInvalid` for anything that this queue did not give. */
export function parseReceiptHandle(queue: OwnedQueue, handle: string): Receipt {
  const [queueId, messageId, receipt, ...rest] = Buffer.from(handle, 'base64').toString().split(' ')
  if (queueId !== queue.id || !messageId || !receipt || rest.length > 0) {
    throw new ServiceError(
      'ReceiptHandleIsInvalid',
      `The input receipt handle "${handle}" is not a valid receipt handle.`,
    )
  }
  return { messageId, receipt }
}
